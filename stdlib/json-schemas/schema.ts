/** Compiles a file's text as a JSON Schema. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { loadSchemaCompiler, type SchemaValidator } from "#platform/schemas.js";

/**
 * Compiles a schema; `path` is its path in the program. Without a schema compiler, any JSON is accepted. Coded error
 * `schema-malformed`.
 */
export async function compileSchema(text: string, path: string): Promise<SchemaValidator> {
  const read = await loadSchemaCompiler();
  try {
    const schema: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    return read ? read(schema) : () => true;
  } catch (error) {
    throw new CodedError("schema-malformed", { path, why: whyOf(error) }, { cause: error });
  }
}

const LONGEST = 200;
function whyOf(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return why.length > LONGEST ? `${why.slice(0, LONGEST - 1)}…` : why;
}
