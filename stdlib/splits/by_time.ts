import type { Word } from "#dsl/types/registry.js";

export const word: Word = {
  kind: "split",
  name: "by_time",
  doc: "Splits at points in time, so that the test lies after the training.",
  example: "split: by_time(created, test: 10%)",
  since: "0.1.0",
  planned: { meanwhile: "write the part of each row into a column and use `by_column`" },
  parameters: [],
};
