/**
 * The forms in which models call tools, as their chat templates write them: which of them a template has is told by its source.
 * A call that must come is begun by its prompt and held to a grammar.
 */
import type { ToolDefinition } from "#stdlib/conversations/kind.js";
import { grammarLiteral } from "../grammar/character-classes.js";
import { GrammarRules, type Grammar } from "../grammar/rules.js";
import { SchemaReader } from "../grammar/schema-grammar.js";
import { ARGS_MARKER, CALL_ID_MARKER } from "./named-call.js";
import { xmlCallRule } from "./xml-grammar.js";

export interface ToolCallFormat {
  /**
   * `tagged`: each call between two tags; `listed`: a JSON list after a mark; `bare`: the text is a call, or several; `named`: a name, a
   * mark and arguments after a mark; `xml`: name and arguments as elements between two tags.
   */
  readonly form: "tagged" | "listed" | "bare" | "named" | "xml";
  /** What begins a call in the text; may be a special token of the tokenizer's. */
  readonly opens: string;
  /** What ends it; empty: nothing does. */
  readonly closes: string;
  /** What else a call is written with that may be special tokens. */
  readonly marks: readonly string[];
  /** What a call's arguments are called where the model writes it. */
  readonly key: "arguments" | "parameters";
  /** Letters of a call's id: some templates take only ids of that length. */
  readonly id: { readonly prefix: string; readonly letters: number };
}

const ID = { prefix: "call_", letters: 24 };
const NINE = { prefix: "", letters: 9 };
const FORMATS = {
  // Hermes's, Qwen's.
  tagged: { form: "tagged", opens: "<tool_call>", closes: "</tool_call>", marks: [], key: "arguments", id: ID },
  // Mistral's, the older.
  listed: { form: "listed", opens: "[TOOL_CALLS]", closes: "", marks: [], key: "arguments", id: NINE },
  // Of Llama 3.
  bare: { form: "bare", opens: "<|python_tag|>", closes: "", marks: [], key: "parameters", id: ID },
  // Mistral's, the newer.
  named: {
    form: "named",
    opens: "[TOOL_CALLS]",
    closes: "",
    marks: [ARGS_MARKER, CALL_ID_MARKER],
    key: "arguments",
    id: NINE,
  },
  // Qwen3-Coder's.
  xml: { form: "xml", opens: "<tool_call>", closes: "</tool_call>", marks: [], key: "arguments", id: ID },
} as const satisfies Readonly<Record<string, ToolCallFormat>>;

/** Null: it writes no tools, or calls in a form that isn't read here. */
export function toolCallFormatOf(template: string): ToolCallFormat | null {
  if (!/\btools\b/.test(template)) return null;
  if (template.includes(FORMATS.listed.opens)) return template.includes(ARGS_MARKER) ? FORMATS.named : FORMATS.listed;
  // Calls in XML stand between the same tags.
  if (template.includes(FORMATS.tagged.opens)) {
    if (!template.includes("<function=")) return FORMATS.tagged;
    return template.includes("<parameter=") ? FORMATS.xml : null;
  }
  // Its source quotes quotes in some copies.
  const bare = /\\?"name\\?"\s*:/.test(template) && /\\?"parameters\\?"\s*:/.test(template);
  return bare ? FORMATS.bare : null;
}

/** What stands after the prompt where a tool must be called: the rest of the call is written. */
export function forcedCallPrefix({ form, opens }: ToolCallFormat): string {
  if (form === "bare") return "";
  return form === "tagged" || form === "xml" ? `${opens}\n` : opens;
}

/** What is written then: a call of one of the tools, and nothing more. Throws `UnsupportedSchemaError`. */
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
