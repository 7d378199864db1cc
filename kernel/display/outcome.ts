/**
 * A result in one line, for trainings and evaluations alike: the first words are bold, the rest follows after dots.
 */
import { html, type Html } from "./html.js";

export function outcomeLine(words: readonly string[]): Html {
  const [first = "", ...rest] = words;
  return html`<div style="font-variant-numeric:tabular-nums;margin:0 0 6px">
    <b style="font-weight:600">${first}</b>${rest.map((w) => html`<span style="opacity:.7"> · </span>${w}`)}
  </div>`;
}
