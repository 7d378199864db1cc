/** Checked values back as Tune text, for cards and tables: `lora(rank: 8, alpha: 16)`, `80%`, `1..5`. */
import type { Call, Value } from "#dsl/types/value.js";
import { isCall } from "#dsl/plan/value.js";
import { clip, significant } from "./text.js";

export function valueText(value: Value | undefined): string {
  if (value === undefined || value === null) return "none";
  if (typeof value === "string")
    return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(value) ? value : JSON.stringify(clip(value, 80));
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return String(value);
  if (isList(value)) return `[${value.map(valueText).join(", ")}]`;
  if (isCall(value)) return callText(value);
  if ("share" in value) return `${numberText(value.share * 100)}%`;
  if ("live" in value) return `$${value.live}`;
  if ("from" in value) return `${numberText(value.from)}..${numberText(value.to)}`;
  const record =
    "record" in value && typeof value.record === "object"
      ? value.record
      : (value as unknown as Readonly<Record<string, Value>>);
  return `{ ${entries(record)} }`;
}

/** A word with its arguments; arguments that are `null` say nothing and are left out. */
export function callText(call: Call): string {
  const inside = entries(call.arguments);
  return inside === "" ? call.word : `${call.word}(${inside})`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function entries(record: Readonly<Record<string, Value>>): string {
  return Object.entries(record)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${valueText(value)}`)
    .join(", ");
}

function numberText(x: number): string {
  if (Number.isInteger(x) && Math.abs(x) < 1e9) return String(x);
  return significant(x, 6).replaceAll(",", "");
}
