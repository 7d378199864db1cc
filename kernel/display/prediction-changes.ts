/** What a training changed: one line, and a warning where that is nothing. */
import { card, html, inked, tone } from "./html.js";
import type { Shown } from "./bundle-output.js";
import { shownOf } from "./bundle.js";
import { count } from "../host/text.js";

export function changedShown(o: {
  readonly model: string;
  readonly split: string;
  readonly asked: number;
  /** Of the split. */
  readonly rows: number;
  readonly changed: number;
  /** What began at random. */
  readonly untrained: "model" | "head" | null;
  /** How a validation score moved while it trained, which more rows tell; null: it didn't. */
  readonly moved?: { readonly metric: string; readonly from: number; readonly to: number } | null;
}): Shown {
  const others = o.split === "train" || o.split === "all";
  const whole = others ? `${o.asked} answers to rows that trained` : `${o.asked} ${o.split} answers`;
  const notes = [
    o.asked < o.rows && `evenly spaced among ${count(o.rows)} rows`,
    others && "there are no others",
  ].filter(Boolean);
  const which = `${whole}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
  // One that began at random says little of what the base knew.
  const before = o.untrained === null ? "the model before its first step" : `the untrained ${o.untrained}`;
  if (o.changed > 0) {
    const line = `${o.model} changed ${o.changed} of ${which}, against ${before}`;
    return shownOf(line, card("", line));
  }
  if (o.moved) {
    const { metric, from, to } = o.moved;
    const line = `none of ${which} differs from that of ${before}; over all validation rows ${metric} went from ${from.toFixed(4)} to ${to.toFixed(4)}`;
    return shownOf(`${o.model}: ${line}`, card("", `${o.model}: ${line}`));
  }
  const line = `${o.model} was trained, and nothing changed: none of ${which} differs from that of ${before}`;
  const help = `a higher \`learning_rate\` or more steps may be needed${o.untrained === null ? ", or the base knew it all" : ""}`;
  return shownOf(
    `warning: ${line}\nhelp: ${help}`,
    card("", html`<b style="${inked(tone.warn)}">warning</b>: ${line}; ${help}`),
  );
}
