/** Words of JSON Schema: those that texts can be held to, and those that say nothing of a text. All others are refused. */
import { escapePointerPart } from "./schema-references.js";
import { UnsupportedSchemaError } from "./unsupported-schema.js";

/** They say nothing that a text could break. */
const SILENT: readonly string[] = [
  ...["title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "$comment"],
  ...["$schema", "$id", "$anchor", "$defs", "definitions", "discriminator", "strict", "nullable"],
];
/** Each says all that there is to say: beside it only silent ones may stand. */
const WHOLE: readonly string[] = ["$ref", "anyOf", "oneOf", "allOf"];
/** What they allow is what they list. */
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

/** Throws `UnsupportedSchemaError` on a word that texts can't be held to there, with its place. `at`: where the schema stands. */
export function checkSchemaKeywords(schema: Readonly<Record<string, unknown>>, schemaPlace: string): void {
  const place = (word: string): string => ` (at ${schemaPlace}/${word})`;
  const words = Object.keys(schema);
  // Names with a prefix are others' notes.
  const other = words.find((word) => !known.has(word) && !word.startsWith("x-") && schema[word] !== false);
  if (other !== undefined)
    throw new UnsupportedSchemaError(`texts can't be held to \`${other}\`${place(escapePointerPart(other))}`);
  const whole = words.find((word) => WHOLE.includes(word));
  const beside = whole === undefined ? undefined : words.find((word) => word !== whole && !silent.has(word));
  if (beside !== undefined && whole !== undefined)
    throw new UnsupportedSchemaError(`texts can't be held to \`${beside}\` beside \`${whole}\`${place(beside)}`);
  const all = schema["allOf"];
  if (Array.isArray(all) && all.length > 1)
    throw new UnsupportedSchemaError(`texts can't be held to several schemas of \`allOf\`${place("allOf")}`);
}
