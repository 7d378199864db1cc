import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "matthews_correlation",
  doc: "Matthews' correlation of truth and prediction, over all labels at once: 1 is perfect, 0 is no better than chance or than one answer for everything, however unlike the labels' shares.",
  example: "metrics: [matthews_correlation]",
  elsewhere: {
    mcc: "matthews_correlation",
    matthews_corrcoef: "matthews_correlation",
    matthews: "matthews_correlation",
    phi_coefficient: "matthews_correlation",
  },
  capabilities: { better: "greater", outcomes: ["label"] },
  parameters: [],
  load: async () => (await import("./matthews_correlation.run.js")).matthewsCorrelation,
});
