import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "template",
  name: "llama3",
  doc: "Turns after `<|start_header_id|>role<|end_header_id|>`, ended by `<|eot_id|>`, as LLaMA 3 writes them.",
  example: 'model helper { base: "meta-llama/Llama-3.2-1B-Instruct", task: chat, template: llama3 }',
  parameters: [],
  load: () => import("./llama3.run.js").then((m) => m.llama3),
});
