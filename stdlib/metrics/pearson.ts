import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { correlation, uncorrelatedReason } from "./shared/correlation.js";

export const word = defineWord({
  kind: "metric",
  name: "pearson",
  doc: "How close predictions and true values are to a straight line: 1 is a rising line, 0 no linear relation.",
  example: "metrics: [pearson]",
  elsewhere: { pearsonr: "pearson" },
  capabilities: { better: "greater", outcomes: ["number", "similarity"] },
  parameters: [],
  load: () => Promise.resolve(pearson),
});

/** Source: scipy's `pearsonr`. */
const pearson: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) => correlation(truth, predicted),
  why: { ofNumbers: uncorrelatedReason },
};
