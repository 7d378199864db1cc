/** What something came to, in one line: the first words bold, the rest behind dots. After a training and after an evaluation alike. */
import { html, type Html } from "./html.js";

export function outcomeLine(words: readonly string[]): Html {
  const [first = "", ...rest] = words;
  return html`<div style="font-variant-numeric:tabular-nums;margin:0 0 6px">
    <b style="font-weight:600">${first}</b>${rest.map((w) => html`<span style="opacity:.7"> · </span>${w}`)}
  </div>`;
}
