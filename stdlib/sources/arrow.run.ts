/** Rows of Arrow files, whole or in chunks. */
import { arrowRows } from "./shared/arrow/rows.js";
import { chunkSource } from "./shared/gathered-chunks.js";

export const arrow = chunkSource(arrowRows);
