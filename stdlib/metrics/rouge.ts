import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "rouge",
  doc: "ROUGE as computed by the rouge-score package, 0 to 1: words (`rouge1`), pairs of words (`rouge2`) or the longest common sequence (`rougeL`, of lines `rougeLsum`) shared by the generated text and the target, F measure, mean over the rows. Only letters a to z and digits count.",
  example: "metrics: [rouge, rouge(rouge2)]",
  capabilities: { better: "greater", perfect: 1, namesDefault: true, outcomes: ["written"] },
  parameters: [
    {
      name: "variant",
      type: { is: "choice", of: ["rouge1", "rouge2", "rougeL", "rougeLsum"] },
      positional: true,
      means: {
        rouge1: "single words",
        rouge2: "pairs of words",
        rougeL: "the longest common order of words",
        rougeLsum: "the same, line by line",
      },
      doc: "The unit to compare; `rougeLsum`: each line of the target with all generated lines.",
      default: { value: "rougeL" },
      why: "rougeL depends on the order of words; papers report all three.",
      impact: "medium",
    },
  ],

  load: async () => (await import("./rouge.run.js")).rouge,
});
