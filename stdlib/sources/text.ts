import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "source",
  name: "text",
  doc: "Plain text files, one row each or one per line.",
  example: 'source: text("notes/*.txt")',
  since: "0.1.0",
  planned: { meanwhile: "read them in a TypeScript cell into an array of `{ text }` objects and give it as `$rows`" },
  parameters: [],
});
