/**
 * Browser replacement for stdlib/platform/schemas.ts: checks no predictions against schemas, to keep the page small.
 */
import type * as node from "#platform/schemas.js";

export const loadSchemaCompiler: typeof node.loadSchemaCompiler = () => Promise.resolve(null);
