import { defineWord } from "#dsl/language/types/define.js";
import { sourceWordAdvice } from "../foreign-names/files.js";
import { filesParameter, downloadParameters, streamParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "parquet",
  doc: "Rows of Parquet files with any compression (snappy, zstd, gzip, brotli, lz4). Only the columns that are used are read, page by page. Lists and structs are read as in JSON, dates and times as ISO 8601 text, integers beyond 2^53 and decimals beyond 15 digits as text.",
  example: 'source: parquet("part-*.parquet")',
  elsewhere: { read_parquet: "parquet", filename: "path", file: "path" },
  advice: {
    ...sourceWordAdvice.advice,
    columns: "name the columns that are read in the data's `columns`",
  },
  parameters: [filesParameter([".parquet", ".pq"]), ...downloadParameters, streamParameter],
  load: async () => (await import("./parquet.run.js")).parquet,
});
