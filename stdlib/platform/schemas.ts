/** Returns true if a value matches a JSON Schema. */
export type SchemaValidator = (value: unknown) => boolean;

/**
 * Loads the schema compiler, which is large; null on platforms without it. Its errors have messages that continue after
 * a colon.
 */
export async function loadSchemaCompiler(): Promise<((schema: unknown) => SchemaValidator) | null> {
  return (await import("./schema-compiler.js")).compileSchemaValue;
}
