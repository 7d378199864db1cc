import { text2text } from "../lib/tasks/text2text.js";

export const word = text2text({
  name: "translation",
  doc: "Makes a text of one language one of another: `input` is what is read, `target` its translation.",
  example: 'model fr { base: "t5-small", task: translation(prefix: "translate English to French: ") }',
  prefix: "",
  why: "T5 was trained to be told the languages: `translate English to French: `. Without it the languages are those of the data alone.",
  metrics: ["loss", "bleu", "chrf"],
  elsewhere: {},
});
