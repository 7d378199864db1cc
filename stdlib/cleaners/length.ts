import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "length",
  doc: "Keeps the rows whose text is within a range of lengths.",
  example: "clean: length(3..500)",
  since: "0.1.0",
  planned: { meanwhile: "filter the rows in a TypeScript cell and give the table as `$rows`" },
  parameters: [],
});
