/** Calibration fitted to validation data after training, and its effect: a line of numbers, and a line per method. */
import { displayOutputOf } from "./bundle.js";
import { card, html, note } from "./html.js";
import type { DisplayOutput } from "./bundle-output.js";

export function fittedModelView(fitted: string, changed: readonly string[]): DisplayOutput {
  return displayOutputOf(
    [fitted, ...changed].join("\n"),
    card(
      null,
      html`<div>${fitted}</div>`,
      changed.map((line) => note(line)),
    ),
  );
}
