/**
 * The page at `/`, to try a model by hand. It loads nothing from other hosts, shows nothing about the models before a
 * request with a key succeeded, and inserts texts only as text (`textContent`): a model's output is never HTML.
 */
import { pageScript } from "./script.js";

/** The page's style, light and dark. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fbfbfa; --line: #c9ccd1; --soft: #5c636b; --mark: #1f6feb; --bar: #cfe0fb; --bad: #b42318; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --paper: #16181b; --line: #3d434a; --soft: #9aa3ad; --mark: #6ea8fe; --bar: #22406b; --bad: #ff8a7a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
label { display: block; font-weight: 600; margin: 0.8rem 0 0.2rem; }
input, select, textarea, button { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 6px; padding: 0.45rem 0.6rem; }
select option { background: var(--paper); }
input, select, textarea { width: 100%; }
textarea { resize: vertical; }
button { cursor: pointer; padding: 0.45rem 1.1rem; }
button:disabled { opacity: 0.5; cursor: default; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 1px; }
.row { display: flex; gap: 0.6rem; align-items: center; margin-top: 0.8rem; }
.row input { flex: 1; }
#about, #took, .foot { color: var(--soft); margin: 0.3rem 0 0; font-size: 0.9rem; }
#wrong { color: var(--bad); margin: 0.8rem 0 0; }
#answer { margin-top: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
#answer .score { position: relative; display: flex; justify-content: space-between; gap: 1rem; padding: 0.25rem 0.5rem; border-radius: 4px; margin-bottom: 2px; white-space: normal; }
#answer .score span { position: relative; }
#answer .score i { position: absolute; inset: 0 auto 0 0; background: var(--bar); border-radius: 4px; }
.foot { margin-top: 2rem; }
a { color: var(--mark); }
[hidden] { display: none !important; }
`;

export function pageHtml({ nonce, keyed }: { readonly nonce: string; readonly keyed: boolean }): string {
  return `<!doctype html>
<html lang="en" data-keyed="${String(keyed)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tunebook</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${pageStyle}</style>
</head>
<body>
<main>
<h1>Try a model</h1>
<form id="door" hidden>
<label for="key">Key</label>
<div class="row"><input id="key" type="password" autocomplete="off" required><button>Open</button></div>
</form>
<form id="ask" hidden>
<label for="model">Model</label>
<select id="model"></select>
<p id="about"></p>
<label for="first" id="first-name">Text</label>
<textarea id="first" rows="4" required></textarea>
<div id="more"><label for="second" id="second-name">Second text</label>
<textarea id="second" rows="4"></textarea></div>
<div class="row"><button id="go">Ask</button><button id="stop" type="button" hidden>Stop</button><span id="took"></span></div>
</form>
<p id="wrong" role="alert"></p>
<section id="answer" aria-live="polite" aria-label="Answer"></section>
<p class="foot">What can be asked: <a id="all" href="/openapi.json">openapi.json</a></p>
</main>
<script nonce="${nonce}">${pageScript}</script>
</body>
</html>
`;
}
