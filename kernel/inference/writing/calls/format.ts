/**
 * The forms in which models call tools, as their chat templates write them: which of them a template has is told by its source.
 * A call that must come is begun by its prompt and held to a grammar.
 */
import type { Tool } from "../asked.js";
import { literal } from "../grammar/characters.js";
import { Rules, type Grammar } from "../grammar/rules.js";
import { SchemaReader } from "../grammar/schema-grammar.js";

export interface CallFormat {
  /** `tagged`: each call between two tags; `listed`: a JSON list after a mark; `bare`: the text is a call, or several. */
  readonly form: "tagged" | "listed" | "bare";
  /** What begins a call in the text; may be a special token of the tokenizer's. */
  readonly opens: string;
  /** What ends it; empty: nothing does. */
  readonly closes: string;
  /** What a call's arguments are called where the model writes it. */
  readonly key: "arguments" | "parameters";
  /** Letters of a call's id: some templates take only ids of that length. */
  readonly id: { readonly prefix: string; readonly letters: number };
}

const ID = { prefix: "call_", letters: 24 };
const FORMATS = {
  // Hermes's, Qwen's.
  tagged: { form: "tagged", opens: "<tool_call>", closes: "</tool_call>", key: "arguments", id: ID },
  // Mistral's.
  listed: { form: "listed", opens: "[TOOL_CALLS]", closes: "", key: "arguments", id: { prefix: "", letters: 9 } },
  // Of Llama 3.
  bare: { form: "bare", opens: "<|python_tag|>", closes: "", key: "parameters", id: ID },
} as const satisfies Readonly<Record<string, CallFormat>>;

/** Null: it writes no tools, or calls in a form that isn't read here. */
export function callFormatOf(template: string): CallFormat | null {
  if (!/\btools\b/.test(template)) return null;
  if (template.includes(FORMATS.listed.opens)) return FORMATS.listed;
  // Calls in XML of their own stand between the same tags.
  if (template.includes(FORMATS.tagged.opens)) return template.includes("<function=") ? null : FORMATS.tagged;
  // Its source quotes quotes in some copies.
  const bare = /\\?"name\\?"\s*:/.test(template) && /\\?"parameters\\?"\s*:/.test(template);
  return bare ? FORMATS.bare : null;
}

/** What stands after the prompt where a tool must be called: the rest of the call is written. */
export function begunCall({ form, opens }: CallFormat): string {
  return form === "tagged" ? `${opens}\n` : form === "listed" ? opens : "";
}

/** What is written then: a call of one of the tools, and nothing more. Throws `Unusable`. */
export function callGrammar({ form, key }: CallFormat, tools: readonly Tool[]): Grammar {
  const [before, after] = form === "listed" ? ["[", "]"] : ["", ""];
  const rules = new Rules();
  const calls = tools.map(({ name, parameters = { type: "object", properties: {} } }) => {
    const begin = literal(`${before}{"name": ${JSON.stringify(name)}, "${key}": `);
    return rules.add(`${begin} ${new SchemaReader(parameters, rules).read(parameters)} ${literal(`}${after}`)}`);
  });
  return rules.grammar(calls.join(" | "));
}
