import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "template",
  name: "plain",
  doc: "The prompt, and right after it the completion and the end token: nothing is added between them. One user turn and one answer.",
  example: 'model helper { base: "gpt2", task: chat, template: plain }',
  parameters: [],
  load: () => import("./plain.run.js").then((m) => m.plain),
});
