/** What bars have in common: a metric, and the number that its score is held to. */
import { parameters } from "#dsl/types/define.js";
import type { BarSaid } from "#dsl/types/capabilities.js";
import type { Value } from "#dsl/types/value.js";

export const barParameters = parameters([
  {
    name: "metric",
    type: { is: "word", kind: "metric" },
    doc: "What is measured: any metric of the task; it need not stand among `metrics` too.",
    positional: true,
    required: true,
    why: "A bar is one number's.",
    impact: "high",
  },
  {
    name: "bar",
    type: {
      is: "either",
      of: [{ is: "number", unit: "share" }, { is: "number" }, { is: "number", unit: "duration" }],
    },
    doc: "The number, on the metric's own scale: `80%` is 0.8, and of `latency` `20ms` is 20.",
    positional: true,
    required: true,
    why: "What a model must come to before it is used stands beside the program that makes it.",
    impact: "high",
  },
]);

/** `80%` and `0.8` are the same. */
export function numberOf(bar: Value): number {
  return typeof bar === "object" && bar !== null && "share" in bar ? Number(bar.share) : Number(bar);
}

/** A bar in words; of a metric in a unit its number bears it: `at most 20 ms`. */
export function saidOf(says: string, bar: Value, unit: string | undefined): BarSaid {
  const number = numberOf(bar);
  const percent = typeof bar === "object" && bar !== null && "share" in bar;
  // Without what floating point adds: 0.07 is `7 %`.
  const written = percent ? `${String(Number((100 * number).toPrecision(12)))} %` : String(number);
  return { says, number, percent, written: percent || unit === undefined ? written : `${written} ${unit}` };
}
