/**
 * Positive-label parameter of metrics about one label (`selection_rate(hired)`): all other labels are the negative
 * class.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import { defineParameters } from "#dsl/language/types/define.js";
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface PositiveLabelCodeData {
  "label-needed": { readonly metric: string; readonly has: readonly string[] };
}
export const positiveLabelCodes: CodeTable<PositiveLabelCodeData> = {
  "label-needed": {
    severity: "error",
    facts: true,
    message: (d) => `\`${d.metric}\` is the rate of one label, and the data has ${String(d.has.length)} labels`,
    help: (d) =>
      `name the label, as in \`${d.metric}(${written(d.has[0] ?? "label")})\`; the labels are ${listNames(d.has)}`,
    explain:
      "Selection rate, false positive rate and false negative rate are about one label, the positive one; all other labels are negative. With two labels the second one is positive unless another is named.",
  },
};

function written(label: string): string {
  return /^[A-Za-z_]\w*$/.test(label) ? label : JSON.stringify(label);
}

export const positiveLabelParameters = defineParameters([
  {
    name: "of",
    type: { is: "text" },
    suggests: { from: "labels" },
    doc: "The positive label; all others are negative.",
    positional: true,
    default: { derived: "the second of two labels; with more it must be written", from: () => null },
    why: "A rate is about one label, and each label has its own.",
    impact: "high",
  },
]);

/** Checks the label against the labels of the statement's data. Coded errors `label-needed`, `unknown-positive`. */
export function checkPositiveLabel(call: Call, context: WordCheckContext): void {
  const labels = context.data?.["labels"];
  if (!Array.isArray(labels)) return;
  const { of: positive } = call.arguments;
  const has = labels.map(String);
  if (typeof positive !== "string") {
    if (has.length !== 2) context.report("label-needed", { metric: call.word, has });
  } else if (!has.includes(positive))
    context.report("unknown-positive", { metric: call.word, label: positive, has }, "of");
}

/** Returns the index of the positive label; -1 if the outcome does not have it. */
export function positiveLabelIndex({ arguments: { of: positive } }: Call, labels: readonly string[]): number {
  return typeof positive === "string" ? labels.indexOf(positive) : 1;
}
