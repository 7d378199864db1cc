/** Error codes of JSON Schemas that a program names. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface SchemasCodeData {
  "schema-malformed": { readonly path: string; readonly why: string };
}

export const schemasCodes: CodeTable<SchemasCodeData> = {
  "schema-malformed": {
    severity: "error",
    message: (d) => `"${d.path}" is no JSON Schema: ${d.why}`,
    help: () => 'mend the file: it holds one schema, whole, as JSON (`{"type": "object", "properties": {…}}`)',
    explain:
      "What a model writes is held to a JSON Schema of draft 2020-12, or of an earlier draft (2019-09, 7, 6) where its `$schema` says so. The file must be JSON and its keywords must have values that the draft allows; it may refer to parts of itself, and nothing is fetched from elsewhere.",
  },
};
