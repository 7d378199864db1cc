import { defineTextToTextTask } from "./shared/text2text.js";

export const word = defineTextToTextTask({
  name: "text2text_generation",
  doc: "Generates a text from a text: an encoder reads the `input`, a decoder generates the `target`, as in transformers' ...ForConditionalGeneration. T5 was trained to read its task from the first words.",
  example: 'model speller { base: "t5-small", task: text2text_generation(prefix: "spell: ") }',
  prefix: "",
  why: "A model with one task needs none.",
  metrics: ["loss", "exact_match"],
  elsewhere: {
    "text2text-generation": "text2text_generation",
    seq2seq: "text2text_generation",
    seq2seq_lm: "text2text_generation",
    SEQ_2_SEQ_LM: "text2text_generation",
  },
});
