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
