import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "template",
  name: "chatml",
  doc: "Turns between `<|im_start|>role` and `<|im_end|>`, as SmolLM2, Qwen and many others write them.",
  example: 'model helper { base: "SmolLM2-135M-Instruct", task: chat, template: chatml }',
  parameters: [],
  load: () => import("./chatml.run.js").then((m) => m.chatml),
});
