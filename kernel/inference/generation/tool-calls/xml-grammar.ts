/** Grammar of one tool call in XML: string values are unquoted, others are JSON. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { ToolDefinition } from "#stdlib/conversations/kind.js";
import { characterClassText, complementRanges, grammarLiteral } from "../grammar/character-classes.js";
import { MAX_COUNTED_CHARACTERS, countKeyword, type GrammarRules, type SchemaObject } from "../grammar/rules.js";
import { SchemaReader } from "../grammar/schema-grammar.js";
import { escapePointerPart } from "../grammar/schema-references.js";
import { UnsupportedSchemaError } from "../grammar/unsupported-schema.js";
import { isStringSchema } from "./raw-values.js";
import { XML_CALL_MARKUP } from "./xml-call.js";

/** Characters of an unquoted string: none that may start its end tag, and no control characters. */
const RAW = complementRanges([
  [0, 8],
  [0x0b, 0x1f],
  [0x3c, 0x3c],
  [0x7f, 0x7f],
  [0xd800, 0xdfff],
]);
const LETTER = must(characterClassText(RAW), "characters of a text");
/** Keywords that cannot be enforced on an unquoted string. */
const HELD = ["pattern", "format", "$ref"] as const;

/** Throws `UnsupportedSchemaError`. */
export function xmlCallRule({ name, parameters = {} }: ToolDefinition, rules: GrammarRules): string {
  const { properties = {} } = parameters;
  const required = Array.isArray(parameters["required"]) ? (parameters["required"] as unknown[]) : [];
  const odd = ["$ref", "anyOf", "oneOf", "allOf"].find((word) => word in parameters);
  if (odd !== undefined || !isRecord(properties))
    throw new UnsupportedSchemaError(
      `parameters of ${JSON.stringify(name)} that \`${odd ?? "properties"}\` says can't be called in XML`,
    );
  const missing = required.find((key) => typeof key === "string" && !Object.hasOwn(properties, key));
  if (missing !== undefined)
    throw new UnsupportedSchemaError(`\`required\` has ${JSON.stringify(missing)}, and \`properties\` hasn't`);
  const reader = new SchemaReader(parameters, rules);
  const values = Object.entries(properties).map(([key, schema]) => {
    const place = `/properties/${escapePointerPart(key)}`;
    const value = isRecord(schema) && isStringSchema(schema) ? text(schema, place, rules) : reader.read(schema, place);
    const rule = rules.add(
      `${grammarLiteral(`${XML_CALL_MARKUP.value(key)}\n`)} ${value} ${grammarLiteral(`\n${XML_CALL_MARKUP.endOfValue}\n`)}`,
    );
    return required.includes(key) ? rule : `(${rule})?`;
  });
  return rules.add(
    [grammarLiteral(`${XML_CALL_MARKUP.call(name)}\n`), ...values, grammarLiteral(XML_CALL_MARKUP.endOfCall)].join(" "),
  );
}

function text(schema: SchemaObject, place: string, rules: GrammarRules): string {
  const listed = "const" in schema ? [schema["const"]] : schema["enum"];
  if (Array.isArray(listed)) return rules.add(listed.map((one) => grammarLiteral(String(one))).join(" | "));
  const keyword = HELD.find((word) => word in schema);
  if (keyword !== undefined)
    throw new UnsupportedSchemaError(
      `a text of a call in XML can't be held to \`${keyword}\` (at ${place}/${keyword})`,
    );
  const [least, most] = [countKeyword(schema, "minLength") ?? 0, countKeyword(schema, "maxLength")];
  if (least > MAX_COUNTED_CHARACTERS || (most ?? 0) > MAX_COUNTED_CHARACTERS)
    throw new UnsupportedSchemaError(
      `a text of a call in XML can't be held to lengths over ${String(MAX_COUNTED_CHARACTERS)} (at ${place})`,
    );
  return rules.add(`${LETTER}{${String(least)},${most === null ? "" : String(most)}}`);
}
