import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "balance",
  doc: "Balances the labels of the training rows, after the split; validation and test rows do not change. `over` repeats rows of the rarer labels, `under` drops rows of the more frequent ones, both drawn by the data's seed. `class_weight: balanced` of a classification task weights the rows instead, and uses each once.",
  example: "clean: [drop_empty, balance(over)]",
  elsewhere: {
    oversample: "balance",
    undersample: "balance",
    resample: "balance",
    RandomOverSampler: "balance",
    RandomUnderSampler: "balance",
    sampling_strategy: "ratio",
    strategy: "by",
  },
  parameters: [
    {
      name: "by",
      type: { is: "choice", of: ["over", "under"] },
      doc: "Whether to repeat rows of rarer labels or to drop rows of more frequent ones.",
      means: {
        over: "rows of rarer labels are repeated: all that there is trains",
        under: "drops rows of more frequent labels: an epoch is shorter",
      },
      positional: true,
      required: true,
      why: "Repeating takes time, and repeated rows are memorised sooner; dropping rows loses what they would have taught.",
      impact: "high",
    },
    {
      name: "ratio",
      type: { is: "number", unit: "share" },
      doc: "Minimum number of rows of the rarest label, as a share of those of the most frequent. Half is often enough and changes the data less.",
      default: { value: { share: 1 } },
      range: { min: 0, max: 1, exclusive: true },
      why: "At 100 % all labels are equally common.",
      impact: "medium",
    },
  ],
  check(_call, context) {
    const columns = context.data?.["columns"];
    const roles =
      typeof columns === "object" && columns !== null && "record" in columns ? Object.keys(columns.record) : null;
    if (roles && !roles.includes("label")) context.report("balance-without-label", { has: roles });
  },
  load: async () => (await import("./balance.run.js")).balance,
});
