/** JSON Schema keywords that a grammar can enforce, and those that do not constrain a text. All others are refused. */
import { escapePointerPart } from "./schema-references.js";
import { UnsupportedSchemaError } from "./unsupported-schema.js";

/** Keywords that do not constrain a text. */
const SILENT: readonly string[] = [
  ...["title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "$comment"],
  ...["$schema", "$id", "$anchor", "$defs", "definitions", "discriminator", "strict", "nullable"],
];
/** Keywords that define the schema completely: only annotations are allowed next to them. */
const WHOLE: readonly string[] = ["$ref", "anyOf", "oneOf", "allOf"];
/** Keywords that list the allowed values. */
const LISTS: readonly string[] = ["enum", "const"];
const PARTS: readonly string[] = [
  ...["type", "properties", "required", "additionalProperties", "minProperties", "maxProperties"],
  ...[
    "items",
    "prefixItems",
    "additionalItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "pattern",
    "format",
    "minLength",
    "maxLength",
  ],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
];
const known: ReadonlySet<string> = new Set([...SILENT, ...WHOLE, ...LISTS, ...PARTS]);
const silent: ReadonlySet<string> = new Set(SILENT);

/**
 * Throws `UnsupportedSchemaError` for a keyword that cannot be enforced, with its location. `schemaPlace` is the
 * schema's location.
 */
export function checkSchemaKeywords(schema: Readonly<Record<string, unknown>>, schemaPlace: string): void {
  const place = (word: string): string => ` (at ${schemaPlace}/${word})`;
  const words = Object.keys(schema);
  // Prefixed names (`x-…`) are annotations of other tools.
  const other = words.find((word) => !known.has(word) && !word.startsWith("x-") && schema[word] !== false);
  if (other !== undefined)
    throw new UnsupportedSchemaError(`\`${other}\` is not supported${place(escapePointerPart(other))}`);
  const whole = words.find((word) => WHOLE.includes(word));
  const beside = whole === undefined ? undefined : words.find((word) => word !== whole && !silent.has(word));
  if (beside !== undefined && whole !== undefined)
    throw new UnsupportedSchemaError(`\`${beside}\` cannot be combined with \`${whole}\`${place(beside)}`);
  const all = schema["allOf"];
  if (Array.isArray(all) && all.length > 1)
    throw new UnsupportedSchemaError(`several schemas of \`allOf\` are not supported${place("allOf")}`);
}
