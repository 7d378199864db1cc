import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "source",
  name: "parquet",
  doc: "Rows of a Parquet file.",
  example: 'source: parquet("rows.parquet")',
  since: "0.1.0",
  planned: {
    meanwhile: "save the rows as CSV or JSON Lines, or read them in a TypeScript cell and give the table as `$rows`",
  },
  parameters: [],
});
