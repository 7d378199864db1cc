/** Reads Arrow files, as one table or in chunks. */
import { readArrowRows } from "./shared/arrow/rows.js";
import { sourceFromChunks } from "./shared/gathered-chunks.js";

export const arrow = sourceFromChunks(readArrowRows);
