/** Browser replacement for node:path: the page's files have a single parent folder. */
import { fileNameOf, normalizePath } from "../../world/disk.js";

export const join = (...parts: readonly string[]): string => normalizePath(parts.join("/"));
export const resolve = join;
export const basename = fileNameOf;
export const dirname = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
