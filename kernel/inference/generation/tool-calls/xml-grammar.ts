/** A call in XML of one of the tools, as a grammar: values that are texts stand there as they are, others as JSON. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Tool } from "#stdlib/conversations/kind.js";
import { classOf, except, literal } from "../grammar/character-classes.js";
import { COUNTED, countIn, type Rules, type Schema } from "../grammar/rules.js";
import { SchemaReader } from "../grammar/schema-grammar.js";
import { pointed } from "../grammar/schema-references.js";
import { Unusable } from "../grammar/unsupported-schema.js";
import { isText } from "./raw-values.js";
import { XML } from "./xml-call.js";

/** What a text is written of: no sign that may begin the end of it, nothing that doesn't print. */
const RAW = except([
  [0, 8],
  [0x0b, 0x1f],
  [0x3c, 0x3c],
  [0x7f, 0x7f],
  [0xd800, 0xdfff],
]);
const LETTER = must(classOf(RAW), "characters of a text");
/** Words that a text as it stands can't be held to. */
const HELD = ["pattern", "format", "$ref"] as const;

/** Throws `Unusable`. */
export function xmlCall({ name, parameters = {} }: Tool, rules: Rules): string {
  const { properties = {} } = parameters;
  const required = Array.isArray(parameters["required"]) ? (parameters["required"] as unknown[]) : [];
  const odd = ["$ref", "anyOf", "oneOf", "allOf"].find((word) => word in parameters);
  if (odd !== undefined || !isRecord(properties))
    throw new Unusable(
      `parameters of ${JSON.stringify(name)} that \`${odd ?? "properties"}\` says can't be called in XML`,
    );
  const missing = required.find((key) => typeof key === "string" && !Object.hasOwn(properties, key));
  if (missing !== undefined)
    throw new Unusable(`\`required\` has ${JSON.stringify(missing)}, and \`properties\` hasn't`);
  const reader = new SchemaReader(parameters, rules);
  const values = Object.entries(properties).map(([key, schema]) => {
    const at = `/properties/${pointed(key)}`;
    const value = isRecord(schema) && isText(schema) ? text(schema, at, rules) : reader.read(schema, at);
    const rule = rules.add(`${literal(`${XML.value(key)}\n`)} ${value} ${literal(`\n${XML.endOfValue}\n`)}`);
    return required.includes(key) ? rule : `(${rule})?`;
  });
  return rules.add([literal(`${XML.call(name)}\n`), ...values, literal(XML.endOfCall)].join(" "));
}

function text(schema: Schema, at: string, rules: Rules): string {
  const listed = "const" in schema ? [schema["const"]] : schema["enum"];
  if (Array.isArray(listed)) return rules.add(listed.map((one) => literal(String(one))).join(" | "));
  const held = HELD.find((word) => word in schema);
  if (held !== undefined) throw new Unusable(`a text of a call in XML can't be held to \`${held}\` (at ${at}/${held})`);
  const [least, most] = [countIn(schema, "minLength") ?? 0, countIn(schema, "maxLength")];
  if (least > COUNTED || (most ?? 0) > COUNTED)
    throw new Unusable(`a text of a call in XML can't be held to lengths over ${String(COUNTED)} (at ${at})`);
  return rules.add(`${LETTER}{${String(least)},${most === null ? "" : String(most)}}`);
}
