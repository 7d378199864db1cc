import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "split",
  name: "by_time",
  doc: "Splits at points in time, so that the test lies after the training.",
  example: "split: by_time(created, test: 10%)",
  since: "0.1.0",
  planned: { meanwhile: "write the part of each row into a column and use `by_column`" },
  parameters: [],
});
