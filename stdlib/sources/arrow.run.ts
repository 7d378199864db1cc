/** Reads Arrow files, as one table or in chunks. */
import { readArrowRows } from "./shared/arrow/rows.js";
import { chunkSource } from "./shared/gathered-chunks.js";

export const arrow = chunkSource(readArrowRows);
