import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { bestOfCuts, share } from "./shared/threshold.js";

export const word = defineWord({
  kind: "metric",
  name: "accuracy",
  doc: "Share of rows whose label is predicted right; of several labels, all of them.",
  example: "metrics: [accuracy]",
  capabilities: {
    better: "greater",
    perfect: 1,
    of: ["label", "label_set", "pair"],
    share: true,
    hidesRare: "f1(macro)",
  },
  elsewhere: {
    acc: "accuracy",
  },
  parameters: [],

  load: () => Promise.resolve(accuracy),
});

/** Source: scikit-learn's `accuracy_score`. NaN on no rows. */
const accuracy: MetricImplementation = {
  compute(_call, { truth, predicted }) {
    let right = 0;
    for (let i = 0; i < truth.length; i++) if (truth[i] === predicted[i]) right += 1;
    return right / truth.length;
  },
  ofYes: ({ hit, given, have, all }) => (all - given - have + 2 * hit) / all,
  ofPairs: (_call, input) => bestOfCuts(input, share).value,
  ofLabelSets(_call, { truth, predicted, labels }) {
    const n = labels.length;
    let right = 0;
    for (let at = 0; at < truth.length; at += n)
      if (labels.every((_, l) => truth[at + l] === predicted[at + l])) right += 1;
    return (right * n) / truth.length;
  },
};
