/** Rows of Arrow files, whole or in chunks. */
import { arrowRows } from "../lib/sources/arrow/rows.js";
import { chunkSource } from "../lib/sources/gathered-chunks.js";

export const arrow = chunkSource(arrowRows);
