/** Calibration fitted to validation data after training, and its effect: a line of numbers, and a line per method. */
import { displayOutputOf } from "./bundle.js";
import { card, html, note, type DisplayOutput } from "./html.js";

export function calibrationView(fitted: string, changed: readonly string[]): DisplayOutput {
  return displayOutputOf(
    [fitted, ...changed].join("\n"),
    card(
      null,
      html`<div>${fitted}</div>`,
      changed.map((line) => note(line)),
    ),
  );
}
