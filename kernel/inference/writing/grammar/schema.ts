/**
 * Whether a JSON schema says only what a grammar can hold a text to. A word that the grammar would pass over is refused: a
 * text that is promised to be what a schema says has to be it.
 */
import { isRecord } from "#dsl/diagnostics/record.js";

/** Characters of a schema as JSON, and how deep its schemas lie in each other. */
const LONGEST = 65_536;
const DEEPEST = 48;

const REFUSED: ReadonlySet<string> = new Set([
  ...["not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies"],
  ...["uniqueItems", "contains", "minContains", "maxContains", "multipleOf", "propertyNames"],
  ...["$dynamicRef", "$recursiveRef", "contentEncoding", "contentMediaType", "contentSchema"],
]);
/** What may stand beside words that say it all: it says nothing more. */
const BESIDE: ReadonlySet<string> = new Set([
  ...["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"],
  ...["$schema", "$id", "$defs", "definitions", "discriminator", "strict", "nullable"],
]);
const WHOLE = ["$ref", "anyOf", "oneOf", "allOf"] as const;
const SCHEMAS = ["anyOf", "oneOf", "allOf", "prefixItems"] as const;
const BY_NAME = ["properties", "patternProperties", "$defs", "definitions"] as const;
const ONE = ["items", "additionalProperties", "additionalItems", "unevaluatedProperties", "unevaluatedItems"] as const;

/** Null: it can be used. */
export function whyUnusable(schema: Readonly<Record<string, unknown>>): string | null {
  const { length } = JSON.stringify(schema);
  if (length > LONGEST) return `it has ${String(length)} characters, and at most ${String(LONGEST)} are read`;
  return within(schema, "", 0);
}

function within(schema: unknown, at: string, depth: number): string | null {
  if (typeof schema === "boolean" && (schema || at.endsWith("roperties") || at.endsWith("tems"))) return null;
  const place = at === "" ? "" : ` (at ${at})`;
  if (!isRecord(schema)) return `what should be a schema is none${place}`;
  if (depth > DEEPEST) return `its schemas lie more than ${String(DEEPEST)} deep in each other`;
  const refused = Object.keys(schema).find((word) => REFUSED.has(word) && schema[word] !== false);
  if (refused !== undefined) return `texts can't be held to \`${refused}\`${place}`;
  return wholeIn(schema, place) ?? tooLong(schema, place) ?? children(schema, at, depth);
}

/** A word that says it all stands alone. */
function wholeIn(schema: Readonly<Record<string, unknown>>, place: string): string | null {
  const whole = WHOLE.find((word) => word in schema);
  if (whole === undefined) return null;
  const other = Object.keys(schema).find((word) => word !== whole && !BESIDE.has(word));
  if (other !== undefined) return `texts can't be held to \`${other}\` beside \`${whole}\`${place}`;
  const reference = schema["$ref"];
  if (typeof reference === "string" && !reference.startsWith("#")) return `\`$ref\` leads out of it${place}`;
  const all = schema["allOf"];
  if (Array.isArray(all) && all.length > 1) return `texts can't be held to several schemas of \`allOf\`${place}`;
  return null;
}

/** A pattern and lengths are not held together. */
function tooLong(schema: Readonly<Record<string, unknown>>, place: string): string | null {
  const length = ["minLength", "maxLength"].find((word) => word in schema);
  const other = ["pattern", "format"].find((word) => word in schema);
  if (length === undefined || other === undefined) return null;
  return `texts can't be held to \`${length}\` beside \`${other}\`${place}`;
}

function children(schema: Readonly<Record<string, unknown>>, at: string, depth: number): string | null {
  const inner: [unknown, string][] = [];
  for (const word of SCHEMAS) {
    const list = schema[word];
    if (Array.isArray(list)) list.forEach((one, i) => inner.push([one, `${at}/${word}/${String(i)}`]));
  }
  for (const word of BY_NAME) {
    const named = schema[word];
    if (isRecord(named)) for (const [name, one] of Object.entries(named)) inner.push([one, `${at}/${word}/${name}`]);
  }
  for (const word of ONE) if (schema[word] !== undefined) inner.push([schema[word], `${at}/${word}`]);
  for (const [one, place] of inner) {
    const why = within(one, place, depth + 1);
    if (why !== null) return why;
  }
  return null;
}
