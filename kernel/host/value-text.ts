/**
 * Formats checked values as Tune text for views and tables: `lora(rank: 8, alpha: 16)`, `80%`, `1..5`; rounded and
 * truncated.
 */
import { withoutAddressQueries } from "#dsl/compiler/plan/retained-calls.js";
import { tuneText, type ValueTextStyle } from "#dsl/compiler/plan/text.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { clip, significantText } from "./text.js";

const short: ValueTextStyle = { number: numberText, quoted: (text) => JSON.stringify(clip(text, 80)) };

export function valueText(value: Value | undefined): string {
  return tuneText(withoutAddressQueries(value ?? null), undefined, short);
}

/** A word with its arguments; `null` arguments are left out. */
export function callText(call: Call): string {
  return valueText(call);
}

function numberText(x: number): string {
  if (Number.isInteger(x) && Math.abs(x) < 1e9) return String(x);
  return significantText(x, 6).replaceAll(",", "");
}
