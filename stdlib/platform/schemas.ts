/** Whether a value is as a JSON Schema wants it. */
export type SchemaValidator = (value: unknown) => boolean;

/** What reads JSON Schemas; null where there is nothing: it is large. What it reads throws in words that stand after a colon. */
export async function loadSchemaCompiler(): Promise<((schema: unknown) => SchemaValidator) | null> {
  return (await import("./schema-compiler.js")).compileSchemaValue;
}
