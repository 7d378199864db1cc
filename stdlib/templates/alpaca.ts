import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "template",
  name: "alpaca",
  doc: "An instruction and its response under headings, for bases that know no chat. A system turn stands in place of the usual opening.",
  example: 'model helper { base: "gpt2", task: chat, template: alpaca }',
  parameters: [],
  load: () => import("./alpaca.run.js").then((m) => m.alpaca),
});
