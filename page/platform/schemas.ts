/** What stands in a browser for stdlib/platform/schemas.ts: the page is to be small, and holds no answers to schemas. */
import type * as node from "#platform/schemas.js";

export const loadSchemaCompiler: typeof node.loadSchemaCompiler = () => Promise.resolve(null);
