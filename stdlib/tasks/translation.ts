import { defineTextToTextTask } from "./shared/text2text.js";

export const word = defineTextToTextTask({
  name: "translation",
  doc: "Makes a text of one language one of another: `input` is what is read, `target` its translation. T5 was trained with `translate English to French: `.",
  example: 'model fr { base: "t5-small", task: translation(prefix: "translate English to French: ") }',
  prefix: "",
  why: "The languages are those of the data.",
  metrics: ["loss", "bleu", "chrf"],
  elsewhere: {},
});
