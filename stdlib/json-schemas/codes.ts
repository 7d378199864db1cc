/** Error codes of JSON Schemas that a program names. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface SchemasCodeData {
  "schema-malformed": { readonly path: string; readonly why: string };
}

export const schemasCodes: CodeTable<SchemasCodeData> = {
  "schema-malformed": {
    severity: "error",
    message: (d) => `"${d.path}" is not a valid JSON Schema: ${d.why}`,
    help: () => 'fix the file: it must contain one schema as JSON (`{"type": "object", "properties": {…}}`)',
    explain:
      "Generated text can be constrained by a JSON Schema of draft 2020-12, or of an earlier draft (2019-09, 7, 6) if `$schema` names it. The file must be JSON, and its keywords must have values that the draft allows. It may refer to its own parts; nothing is downloaded.",
  },
};
