/** Rows of Parquet files, whole or in chunks. */
import { chunkSource } from "./shared/gathered-chunks.js";
import { parquetRows } from "./shared/parquet/rows.js";

export const parquet = chunkSource(parquetRows);
