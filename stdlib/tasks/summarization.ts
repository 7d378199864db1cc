import { defineTextToTextTask } from "./shared/text2text.js";

export const word = defineTextToTextTask({
  name: "summarization",
  doc: "Generates a short text from a long one: `input` is the text, `target` its summary.",
  example: 'model digest { base: "t5-small", task: summarization }',
  prefix: "summarize: ",
  why: "T5 and Flan-T5 were trained with this prefix for summaries.",
  metrics: ["loss", "rouge"],
  elsewhere: { summarisation: "summarization" },
});
