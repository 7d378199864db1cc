/** Effect of a training on predictions: one line, and a warning if nothing changed. */
import { card, html, readableColorStyle, toneColors, type DisplayOutput } from "./html.js";
import { displayOutputOf } from "./bundle.js";
import { groupedNumber } from "../host/value-text.js";

export function predictionChangesView(options: {
  readonly model: string;
  readonly split: string;
  readonly comparedCount: number;
  /** Number of rows of the split. */
  readonly rows: number;
  readonly changed: number;
  readonly untrained: "model" | "head" | null;
  /** Change of a validation score during training, which is measured on more rows; null: it didn't change. */
  readonly moved?: { readonly metric: string; readonly from: number; readonly to: number } | null;
}): DisplayOutput {
  const others = options.split === "train" || options.split === "all";
  const whole = others
    ? `${options.comparedCount} predictions of training rows`
    : `${options.comparedCount} ${options.split} predictions`;
  const notes = [
    options.comparedCount < options.rows && `evenly spaced among ${groupedNumber(options.rows)} rows`,
    others && "there are no others",
  ].filter(Boolean);
  const which = `${whole}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
  // A randomly initialized part says little about the base.
  const before = options.untrained === null ? "the model before its first step" : `the untrained ${options.untrained}`;
  if (options.changed > 0) {
    const line = `${options.model} changed ${options.changed} of ${which}, against ${before}`;
    return displayOutputOf(line, card("", line));
  }
  if (options.moved) {
    const { metric, from, to } = options.moved;
    const line = `none of ${which} differs from that of ${before}; on all validation rows ${metric} changed from ${from.toFixed(4)} to ${to.toFixed(4)}`;
    return displayOutputOf(`${options.model}: ${line}`, card("", `${options.model}: ${line}`));
  }
  const line = `${options.model} was trained, and nothing changed: none of ${which} differs from that of ${before}`;
  const help = `a higher \`learning_rate\` or more steps may be needed${options.untrained === null ? ", or the base knew it all" : ""}`;
  return displayOutputOf(
    `warning: ${line}\nhelp: ${help}`,
    card("", html`<b style="${readableColorStyle(toneColors.warn)}">warning</b>: ${line}; ${help}`),
  );
}
