/** Rows of Parquet files, whole or in chunks. */
import { chunkSource } from "./shared/gathered-chunks.js";
import { readParquetRows } from "./shared/parquet/rows.js";

export const parquet = chunkSource(readParquetRows);
