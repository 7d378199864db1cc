/** What a training changed: one line, and a warning where that is nothing. */
import { card, html, tone } from "./html.js";
import type { Shown } from "./shown.js";
import { shownOf } from "./bundle.js";

export function changedShown(o: {
  readonly model: string;
  readonly split: string;
  readonly asked: number;
  readonly changed: number;
}): Shown {
  const which =
    o.split === "train" || o.split === "all"
      ? `${o.asked} answers to rows that trained (there are no others)`
      : `${o.asked} ${o.split} answers`;
  if (o.changed > 0) {
    const line = `${o.model} changed ${o.changed} of ${which}, against the model before its first step`;
    return shownOf(line, card("", line));
  }
  const line = `${o.model} was trained, and nothing changed: none of ${which} differs from that of the model before its first step`;
  const help = "a higher `learning_rate` or more steps may be needed, or the base knew it all";
  return shownOf(
    `warning: ${line}\nhelp: ${help}`,
    card("", html`<b style="color:${tone.warn}">warning</b>: ${line}; ${help}`),
  );
}
