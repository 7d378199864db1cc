import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "template",
  name: "llama2",
  doc: "Questions between `[INST]` and `[/INST]`, answers ended by the end token, as LLaMA 2 and Mistral write them. User and assistant take turns.",
  example: 'model helper { base: "TinyLlama/TinyLlama-1.1B-Chat-v1.0", task: chat, template: llama2 }',
  parameters: [],
  load: () => import("./llama2.run.js").then((m) => m.llama2),
});
