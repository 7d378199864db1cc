/** Rows of Arrow files, whole or in chunks. */
import { readArrowRows } from "./shared/arrow/rows.js";
import { chunkSource } from "./shared/gathered-chunks.js";

export const arrow = chunkSource(readArrowRows);
