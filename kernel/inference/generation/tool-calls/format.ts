/**
 * Tool-call formats of chat templates. The template's source shows which format it uses. A required call is started by
 * the prompt and constrained by a grammar.
 */
import type { ToolDefinition } from "#stdlib/conversations/kind.js";
import { grammarLiteral, characterClassText, complementRanges } from "../grammar/character-classes.js";
import {
  GrammarRules,
  type Grammar,
  MAX_COUNTED_CHARACTERS,
  countKeywordValue,
  type SchemaObject,
} from "../grammar/rules.js";
import { SchemaReader } from "../grammar/schema-grammar.js";
import { ARGS_MARKER, CALL_ID_MARKER } from "./named-call.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { escapePointerPart } from "../grammar/schema-references.js";
import { UnsupportedSchemaError } from "../grammar/unsupported-schema.js";
import { isStringSchema } from "./raw-values.js";
import { XML_CALL_MARKUP } from "./xml-call.js";

// Grammar of one tool call in XML: string values are unquoted, others are JSON.

/** Characters of an unquoted string: none that may start its end tag, and no control characters. */
const RAW = complementRanges([
  [0, 8],
  [0x0b, 0x1f],
  [0x3c, 0x3c],
  [0x7f, 0x7f],
  [0xd800, 0xdfff],
]);
const LETTER = mustExist(characterClassText(RAW), "characters of a text");
/** Keywords that cannot be enforced on an unquoted string. */
const HELD = ["pattern", "format", "$ref"] as const;

/** Throws `UnsupportedSchemaError`. */
export function xmlCallRule({ name, parameters = {} }: ToolDefinition, rules: GrammarRules): string {
  const { properties = {} } = parameters;
  const required = Array.isArray(parameters["required"]) ? (parameters["required"] as unknown[]) : [];
  const odd = ["$ref", "anyOf", "oneOf", "allOf"].find((word) => word in parameters);
  if (odd !== undefined || !isRecord(properties))
    throw new UnsupportedSchemaError(
      `parameters of ${JSON.stringify(name)} with \`${odd ?? "properties"}\` cannot be written in XML`,
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
    throw new UnsupportedSchemaError(`\`${keyword}\` is not supported for a call in XML (at ${place}/${keyword})`);
  const [least, most] = [countKeywordValue(schema, "minLength") ?? 0, countKeywordValue(schema, "maxLength")];
  if (least > MAX_COUNTED_CHARACTERS || (most ?? 0) > MAX_COUNTED_CHARACTERS)
    throw new UnsupportedSchemaError(
      `lengths over ${String(MAX_COUNTED_CHARACTERS)} are not supported for a call in XML (at ${place})`,
    );
  return rules.add(`${LETTER}{${String(least)},${most === null ? "" : String(most)}}`);
}

export interface ToolCallFormat {
  /**
   * `tagged`: each call between two tags. `listed`: a JSON list after a mark. `bare`: the text is one or more calls.
   * `named`: name, mark and arguments after a mark. `xml`: name and arguments as elements between two tags.
   */
  readonly form: "tagged" | "listed" | "bare" | "named" | "xml";
  /** Start of a call in the text; may be a special token. */
  readonly opens: string;
  /** End of a call; empty if there is none. */
  readonly closes: string;
  /** Other parts of a call that may be special tokens. */
  readonly marks: readonly string[];
  /** Name of a call's arguments in the model's output. */
  readonly key: "arguments" | "parameters";
  /** Format of a call's id: some templates accept only ids of that length. */
  readonly id: { readonly prefix: string; readonly letters: number };
}

const ID = { prefix: "call_", letters: 24 };
const NINE = { prefix: "", letters: 9 };
const FORMATS = {
  // Used by Hermes and Qwen.
  tagged: { form: "tagged", opens: "<tool_call>", closes: "</tool_call>", marks: [], key: "arguments", id: ID },
  // Older format of Mistral.
  listed: { form: "listed", opens: "[TOOL_CALLS]", closes: "", marks: [], key: "arguments", id: NINE },
  // Used by Llama 3.
  bare: { form: "bare", opens: "<|python_tag|>", closes: "", marks: [], key: "parameters", id: ID },
  // Newer format of Mistral.
  named: {
    form: "named",
    opens: "[TOOL_CALLS]",
    closes: "",
    marks: [ARGS_MARKER, CALL_ID_MARKER],
    key: "arguments",
    id: NINE,
  },
  // Used by Qwen3-Coder.
  xml: { form: "xml", opens: "<tool_call>", closes: "</tool_call>", marks: [], key: "arguments", id: ID },
} as const satisfies Readonly<Record<string, ToolCallFormat>>;

/** Returns null if the template has no tools or an unsupported call format. */
export function toolCallFormatOf(template: string): ToolCallFormat | null {
  if (!/\btools\b/.test(template)) return null;
  if (template.includes(FORMATS.listed.opens)) return template.includes(ARGS_MARKER) ? FORMATS.named : FORMATS.listed;
  // XML calls have the same tags.
  if (template.includes(FORMATS.tagged.opens)) {
    if (!template.includes("<function=")) return FORMATS.tagged;
    return template.includes("<parameter=") ? FORMATS.xml : null;
  }
  // Some copies of the template have escaped quotes in their source.
  const bare = /\\?"name\\?"\s*:/.test(template) && /\\?"parameters\\?"\s*:/.test(template);
  return bare ? FORMATS.bare : null;
}

/** Text appended to the prompt when a tool must be called; the model generates the rest of the call. */
export function forcedCallPrefix({ form, opens }: ToolCallFormat): string {
  if (form === "bare") return "";
  return form === "tagged" || form === "xml" ? `${opens}\n` : opens;
}

/**
 * Grammar of the rest of a required call: a call of one of the tools and nothing more. Throws `UnsupportedSchemaError`.
 */
export function toolCallGrammar({ form, key }: ToolCallFormat, tools: readonly ToolDefinition[]): Grammar {
  const [before, after] = form === "listed" ? ["[", "]"] : ["", ""];
  const rules = new GrammarRules();
  if (form === "xml") return rules.grammar(tools.map((tool) => xmlCallRule(tool, rules)).join(" | "), null);
  const values = tools.map(({ name, parameters: parameterSchema = {} }) => {
    const call = { type: "object", properties: { name: { const: name }, [key]: parameterSchema } };
    const schema = form === "named" ? parameterSchema : form === "listed" ? { type: "array", items: call } : call;
    return { schema, document: parameterSchema };
  });
  const calls = tools.map(({ name, parameters = { type: "object", properties: {} } }) => {
    if (form === "named")
      return rules.add(`${grammarLiteral(name + ARGS_MARKER)} ${new SchemaReader(parameters, rules).read(parameters)}`);
    const begin = grammarLiteral(`${before}{"name": ${JSON.stringify(name)}, "${key}": `);
    return rules.add(`${begin} ${new SchemaReader(parameters, rules).read(parameters)} ${grammarLiteral(`}${after}`)}`);
  });
  return rules.grammar(calls.join(" | "), values);
}
