import { defineWord } from "#dsl/language/types/define.js";
import { lessonWeightParameter } from "./shared/weight.js";

export const word = defineWord({
  kind: "lesson",
  name: "logits",
  doc: "What the teacher says of all labels, or of all tokens that may come next: the Kullback–Leibler divergence of both at a temperature, times its square; where rows have several labels the binary cross-entropy.",
  example: "distill: student(layers: 3, learns: [labels, logits(temperature: 4)])",
  references: [
    {
      title: "Distilling the Knowledge in a Neural Network",
      by: "Hinton et al.",
      year: 2015,
      url: "https://arxiv.org/abs/1503.02531",
    },
  ],
  elsewhere: { soft: "logits", kl: "logits", kl_divergence: "logits", T: "temperature" },
  parameters: [
    lessonWeightParameter,
    {
      name: "temperature",
      type: { is: "number" },
      doc: "Logits are divided by it before they become probabilities, so that unlikely labels count too.",
      range: { min: 0.1, max: 100 },
      default: { value: 2 },
      why: "DistilBERT was made with 2.",
      impact: "medium",
    },
  ],
  capabilities: { needs: "outputs" },
  load: async () => (await import("./logits.run.js")).logits,
});
