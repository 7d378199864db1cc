import { defineTextToTextTask } from "./shared/text2text.js";

export const word = defineTextToTextTask({
  name: "translation",
  doc: "Translates a text: `input` is the text, `target` its translation. T5 was trained with `translate English to French: `.",
  example: 'model fr { base: "t5-small", task: translation(prefix: "translate English to French: ") }',
  prefix: "",
  why: "The languages are those of the data.",
  metrics: ["loss", "bleu", "chrf"],
  elsewhere: {},
});
