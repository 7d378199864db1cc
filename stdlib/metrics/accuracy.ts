import { defineWord } from "#dsl/types/define.js";

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

  load: async () => (await import("./accuracy.run.js")).accuracy,
});
