import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "balance",
  doc: "Evens out the labels of the rows that train, once they have their split; rows that validate and test stay as they are. `over` repeats rows of the rarer labels, `under` leaves out rows of the commoner ones, both drawn by the data's seed. `class_weight: balanced` of a classification task weighs the rows instead, and keeps each once.",
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
      doc: "Whether rows of rarer labels are repeated or rows of commoner ones left out.",
      means: {
        over: "rows of rarer labels are repeated: all that there is trains",
        under: "rows of commoner labels are left out: an epoch is shorter",
      },
      positional: true,
      required: true,
      why: "Repeating costs time and learns the repeated rows by heart sooner; leaving out costs what those rows would have taught.",
      impact: "high",
    },
    {
      name: "ratio",
      type: { is: "number", unit: "share" },
      doc: "How many rows the rarest label has at least, of those of the commonest. Half is often enough and changes the data less.",
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
