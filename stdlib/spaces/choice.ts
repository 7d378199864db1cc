import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "space",
  name: "choice",
  doc: "One of the given values; a value may contain ranges itself: `choice(full, lora(rank: choice(4, 8)))`.",
  example: "batch_size: choice(16, 32)",
  elsewhere: { categorical: "choice", grid_search: "choice" },
  capabilities: { distribution: "choice" },
  parameters: [
    {
      name: "of",
      type: { is: "text" },
      doc: "The values, each as it would be written for that key.",
      positional: "rest",
      required: true,
      why: "Nothing to choose from is no choice.",
      impact: "high",
    },
  ],
});
