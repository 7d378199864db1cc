/** Reads Parquet files, as one table or in chunks. */
import { sourceFromChunks } from "./shared/gathered-chunks.js";
import { readParquetRows } from "./shared/parquet/rows.js";

export const parquet = sourceFromChunks(readParquetRows);
