import { defineWord } from "#dsl/language/types/define.js";
import { growRoutedTechnique } from "./shared/routed-parts.js";
import { ranksParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "strategy",
  name: "lora_per_task",
  doc: "A LoRA of its own for each data set: earlier ones stay bit by bit as they are, as do the head's rows of labels that earlier data had. Each row that is asked about goes through one of them, and is answered with the labels that were known when it was learnt: through that of the data whose mean is nearest to the row, both of what the base alone says (mean over tokens). So an answer takes two passes. It keeps no row.",
  example: "strategy: lora_per_task",
  references: [
    {
      title: "Learning to Prompt for Continual Learning",
      by: "Wang et al.",
      year: 2022,
      url: "https://arxiv.org/abs/2112.08654",
    },
  ],
  elsewhere: { task_specific_lora: "lora_per_task", lora_r: "rank", r: "rank" },
  parameters: [
    {
      name: "route",
      type: { is: "choice", of: ["nearest_mean"] },
      positional: true,
      means: { nearest_mean: "to the data whose mean, of what the base alone says, is nearest to the row" },
      doc: "By what a row is sent to one of them.",
      default: { value: "nearest_mean" },
      why: "It trains nothing that could be forgotten.",
      impact: "medium",
    },
    ranksParameter,
  ],
  capabilities: { alone: true, needsDecision: true, grows: growRoutedTechnique },
  load: async () => (await import("./lora_per_task.run.js")).loraPerTask,
});
