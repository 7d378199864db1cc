import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "replace",
  doc: "Replaces what a pattern matches.",
  example: 'clean: replace("\\\\d{16}", "CARD")',
  since: "0.1.0",
  planned: { meanwhile: "derive the column in a TypeScript cell and give the table as `$rows`" },
  parameters: [],
});
