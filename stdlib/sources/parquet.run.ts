/** Rows of Parquet files, whole or in chunks. */
import { chunkSource } from "../lib/sources/gathered-chunks.js";
import { parquetRows } from "../lib/sources/parquet/rows.js";

export const parquet = chunkSource(parquetRows);
