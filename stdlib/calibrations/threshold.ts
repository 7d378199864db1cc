import { defineWord } from "#dsl/language/types/define.js";
import type { CalibrationImplementation, LabelWithFewRows } from "./kind.js";
import { bestThreshold, labelProbabilities } from "./shared/thresholds.js";

export const word = defineWord({
  kind: "calibration",
  name: "threshold",
  doc: "The probability from which a label is predicted: the one at which a metric is best on the validation rows. With several labels per text each label has its own; with two labels it is that of the second, or of `of`.",
  example: "calibrate: [temperature, threshold(f1)]",
  elsewhere: { thresholds: "threshold", cutoff: "threshold", decision_threshold: "threshold" },
  capabilities: { decisions: ["two", "several"], metric: (call) => call.arguments.metric },
  parameters: [
    {
      name: "metric",
      type: { is: "word", kind: "metric" },
      doc: "The metric to maximise: one of yes and no for each label, such as `f1`, `accuracy`, `balanced_accuracy`.",
      positional: true,
      default: { value: { word: "f1", kind: "metric", arguments: {} } },
      why: "Accuracy hardly notices a rare label; F1 does.",
      impact: "medium",
    },
    {
      name: "of",
      type: { is: "text" },
      suggests: { from: "labels" },
      doc: "Of two labels: the one that the threshold is of.",
      default: { derived: "the second label", from: () => null },
      why: "Sorted labels put `negative` before `positive`.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(threshold),
});

/**
 * `ENOUGH`: rows with and without a label from which its threshold generalizes. `FEWEST`: rows below which the
 * threshold is not fitted.
 */
const ENOUGH = 20;
const FEWEST = 5;

export const threshold: CalibrationImplementation = {
  fit(call, { labels, logits: outputs, truth }, { before, metric, better, onFew }) {
    const { metric: by, of: positive } = call.arguments as {
      readonly metric: Parameters<typeof bestThreshold>[1]["call"];
      of?: string | null;
    };
    const [, second] = labels;
    const wanted = "several" in truth ? labels : labels.filter((label) => label === (positive ?? second));
    const shares = labelProbabilities(outputs, truth, before.temperature);
    const few: LabelWithFewRows[] = [];
    const found = wanted.flatMap((label) => {
      const l = labels.indexOf(label);
      const yes = Uint8Array.from(outputs, (_, row) =>
        "several" in truth ? truth.several[row * labels.length + l]! : Number(truth.one[row] === l),
      );
      const have = yes.reduce((sum, one) => sum + one, 0);
      const rows = Math.min(have, yes.length - have);
      if (rows < ENOUGH) few.push({ label, rows, fitted: rows >= FEWEST });
      if (rows < FEWEST) return [];
      const labelShares = Float64Array.from(outputs, (_, row) => shares[row * labels.length + l]!);
      const best = bestThreshold({ yes, shares: labelShares }, { metric, call: by, better });
      return best === null ? [] : [[label, best] as const];
    });
    if (few.length > 0) onFew?.(few);
    if (found.length === 0 && few.some(({ fitted }) => !fitted))
      return `fewer than ${String(FEWEST)} rows are informative`;
    if (found.length === 0) return "no threshold is better than another on these rows";
    return { ...before, thresholds: { ...before.thresholds, ...Object.fromEntries(found) } };
  },
};
