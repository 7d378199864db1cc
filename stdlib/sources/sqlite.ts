import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "source",
  name: "sqlite",
  doc: "Rows of a query on an SQLite file.",
  example: 'source: sqlite("shop.db", query: "select * from reviews")',
  since: "0.1.0",
  planned: { meanwhile: "export the query as CSV, or run it in a TypeScript cell and give the rows as `$rows`" },
  parameters: [],
});
