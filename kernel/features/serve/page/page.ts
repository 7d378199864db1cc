/**
 * The page at `/`, to try a model by hand. It loads nothing from other hosts, shows nothing about the models before a
 * request with a key succeeded, and inserts texts only as text (`textContent`): a model's output is never HTML.
 */
import { pageScript } from "./script.js";
import { pageStyle } from "./style.js";

export function pageOf({ nonce, keyed }: { readonly nonce: string; readonly keyed: boolean }): string {
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
