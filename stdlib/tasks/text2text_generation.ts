import { text2text } from "../lib/tasks/text2text.js";

export const word = text2text({
  name: "text2text_generation",
  doc: "Makes a text of a text: an encoder reads the `input`, a decoder writes the `target`, as in transformers' ...ForConditionalGeneration.",
  example: 'model speller { base: "t5-small", task: text2text_generation(prefix: "spell: ") }',
  prefix: "",
  why: "A model that does one thing needs none; T5 was trained to be told what to do by the first words.",
  metrics: ["loss", "exact_match"],
  elsewhere: {
    "text2text-generation": "text2text_generation",
    seq2seq: "text2text_generation",
    seq2seq_lm: "text2text_generation",
    SEQ_2_SEQ_LM: "text2text_generation",
  },
});
