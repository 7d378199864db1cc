import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "template",
  name: "gemma",
  doc: "Turns between `<start_of_turn>role` and `<end_of_turn>`, as Gemma writes them. User and assistant take turns; there is no system.",
  example: 'model helper { base: "google/gemma-2b-it", task: chat, template: gemma }',
  parameters: [],
  load: () => import("./gemma.run.js").then((m) => m.gemma),
});
