/** Reads Parquet files, as one table or in chunks. */
import { chunkSource } from "./shared/gathered-chunks.js";
import { readParquetRows } from "./shared/parquet/rows.js";

export const parquet = chunkSource(readParquetRows);
