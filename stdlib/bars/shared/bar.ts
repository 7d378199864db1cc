/** Shared parts of thresholds: a metric and the number that its score must reach. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import { defineParameters } from "#dsl/language/types/define.js";
import type { ThresholdText } from "#dsl/language/types/capabilities/promise-text.js";
import type { Call, Value } from "#dsl/language/types/value.js";

export interface ThresholdCodeData {
  "bar-turned": { readonly bar: string; readonly instead: string; readonly metric: string; readonly better: string };
  /** `instead`: the share that the user probably wanted, if there is one. */
  "bar-beyond": { readonly metric: string; readonly bar: number; readonly most: number; readonly instead?: string };
}
export const thresholdCodes: CodeTable<ThresholdCodeData> = {
  "bar-turned": {
    severity: "warning",
    message: (d) =>
      `a ${d.better} \`${d.metric}\` is better, but \`${d.bar}\` requires a ${d.better === "larger" ? "small" : "large"} one`,
    help: (d) => `write \`${d.instead}\``,
    explain:
      "A threshold is a score that a model must reach. Bad models meet `at_least(log_loss, 0.5)` and `at_most(accuracy, 80%)`, because a small loss and a large accuracy are good. Usually the other word is intended.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d.test { require: at_least(log_loss, 0.5) }',
  },
  "bar-beyond": {
    severity: "warning",
    message: (d) => `\`${d.metric}\` is at most ${String(d.most)}, so no model can reach ${String(d.bar)}`,
    help: (d) => (d.instead === undefined ? `write a number up to ${String(d.most)}` : `write \`${d.instead}\``),
    explain:
      "A threshold is on the metric's own scale: shares are between 0 and 1, written as `0.8` or `80%`; BLEU, chrF and ROUGE have the scales of their references.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d.test { require: at_least(accuracy, 80) }',
  },
};

/**
 * Checks that a threshold limits a metric in its better direction and within its range. `instead`: the word for the
 * other direction.
 */
export function checkThresholdFitsMetric(
  call: Call,
  context: WordCheckContext,
  { least, instead }: { readonly least: boolean; readonly instead: string },
): void {
  const metric = (call.arguments["metric"] as Call).word;
  const capabilities = context.find("metric", metric)?.capabilities;
  const [bar, most] = [thresholdNumber(call.arguments["bar"] as Value), capabilities?.perfect];
  if (least && most !== undefined && bar > most) {
    const instead = most === 1 && bar <= 100 ? `${String(bar)}%` : undefined;
    context.report("bar-beyond", { metric, bar, most, ...(instead !== undefined && { instead }) }, "bar", instead);
  }
  const better = capabilities?.better ?? "none";
  // A metric without a direction may have a threshold on either side.
  if (better === "none" || better === (least ? "greater" : "less")) return;
  const details = { bar: call.word, instead, metric, better: better === "greater" ? "larger" : "smaller" };
  context.report("bar-turned", details, undefined, instead, { start: 0, length: call.word.length });
}

export const thresholdParameters = defineParameters([
  {
    name: "metric",
    type: { is: "word", kind: "metric" },
    doc: "The metric: any metric of the task, whether or not `metrics` contains it.",
    positional: true,
    required: true,
    why: "The threshold.",
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
    why: "The score required of a model is written in the program that makes it.",
    impact: "high",
  },
]);

/** Returns the threshold as a number: `80%` and `0.8` give the same. */
export function thresholdNumber(bar: Value): number {
  return typeof bar === "object" && bar !== null && "share" in bar ? Number(bar.share) : Number(bar);
}

/** Returns the threshold as text, with the unit of the metric: `at most 20 ms`. */
export function thresholdText(says: string, bar: Value, unit: string | undefined): ThresholdText {
  const number = thresholdNumber(bar);
  const percent = typeof bar === "object" && bar !== null && "share" in bar;
  // Rounds away floating-point error: 0.07 is `7 %`.
  const written = percent ? `${String(Number((100 * number).toPrecision(12)))} %` : String(number);
  return {
    text: says,
    number,
    isPercent: percent,
    written: percent || unit === undefined ? written : `${written} ${unit}`,
  };
}
