import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "language",
  doc: "Keeps the rows in some languages.",
  example: "clean: language(en)",
  since: "0.1.0",
  planned: { meanwhile: "filter the rows in a TypeScript cell and give the table as `$rows`" },
  parameters: [],
});
