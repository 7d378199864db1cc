/** What was fitted to validation once a model was trained, and what it changed there: a line of numbers, and a line for each. */
import { shownOf } from "./bundle.js";
import { card, html, note } from "./html.js";
import type { Shown } from "./bundle-output.js";

export function fittedShown(fitted: string, changed: readonly string[]): Shown {
  return shownOf(
    [fitted, ...changed].join("\n"),
    card(
      null,
      html`<div>${fitted}</div>`,
      changed.map((line) => note(line)),
    ),
  );
}
