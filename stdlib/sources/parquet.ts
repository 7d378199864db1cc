import { defineWord } from "#dsl/language/types/define.js";
import { sourceWordAdvice } from "../foreign-names/files.js";
import { filesParameter, fetchingParameters, streamParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "parquet",
  doc: "Rows of Parquet files, packed by whatever (snappy, zstd, gzip, brotli, lz4). Only the columns that are used are read, page by page. Lists and structs come as JSON has them, dates and times as ISO 8601 text, whole numbers beyond 2^53 and decimals beyond 15 digits as the text of their digits.",
  example: 'source: parquet("part-*.parquet")',
  elsewhere: { read_parquet: "parquet", filename: "path", file: "path" },
  advice: {
    ...sourceWordAdvice.advice,
    columns: "name the columns that are read in the data's `columns`",
  },
  parameters: [filesParameter([".parquet", ".pq"]), ...fetchingParameters, streamParameter],
  load: async () => (await import("./parquet.run.js")).parquet,
});
