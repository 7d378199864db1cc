import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation, LabelMetricInput } from "./kind.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows, type RowSums } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "top_accuracy",
  doc: "Share of rows whose label is among this many likeliest ones, such as in a list of suggestions.",
  example: "metrics: [accuracy, top_accuracy(3)]",
  elsewhere: { top_k_accuracy: "top_accuracy", top_k_accuracy_score: "top_accuracy", top_k: "places", k: "places" },
  advice: { top_5_accuracy: "write `top_accuracy(5)`", top_3_accuracy: "write `top_accuracy(3)`" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["label"], share: true },
  parameters: [
    {
      name: "places",
      type: { is: "number", integer: true },
      doc: "How many labels are looked at.",
      range: { min: 1 },
      positional: true,
      required: true,
      why: "`top_accuracy(1)` is accuracy; with as many as there are labels it is 1.",
      impact: "high",
    },
  ],
  load: () => Promise.resolve(topAccuracy),
});

/** Source: scikit-learn's `top_k_accuracy_score`; among tied labels the later ones come first, as in scikit-learn. */
const topAccuracy: MetricImplementation = {
  compute: (call, input) => scoreOfAllRows(found(Number(call.arguments["places"]), input)),
  samplers: { compute: (call, input) => rowSumsSampler(found(Number(call.arguments["places"]), input)) },
};

function found(places: number, { truth, probabilities, labels }: LabelMetricInput): RowSums {
  const n = labels.length;
  return rowMeansOf(truth.length, (row) => {
    const trueProbability = probabilities[row * n + truth[row]!]!;
    let before = 0;
    for (let label = 0; label < n; label++) {
      const probability = probabilities[row * n + label]!;
      if (probability > trueProbability || (probability === trueProbability && label > truth[row]!)) before++;
    }
    return Number(before < places);
  });
}
