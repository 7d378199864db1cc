import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "source",
  name: "sql",
  doc: "Rows of a query over files and databases.",
  example: "source: sql(\"select body, team from 'tickets.parquet' order by id\")",
  since: "0.1.0",
  planned: {
    meanwhile:
      "save what the query gives as Parquet or CSV, or run it in a TypeScript cell and give the rows as `$rows`",
  },
  parameters: [],
});
