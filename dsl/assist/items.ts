/** Inputs and results of completion. */
import type { EarlierCellsCache } from "../compiler/statement/earlier-cells.js";
import type { Source } from "../language/diagnostics/span.js";
import type { CompilerEnvironment } from "../compiler/plan/known-names.js";
import type { Facts, Need } from "../language/types/facts.js";
import type { Parameter, Registry } from "../language/types/registry.js";

export interface AssistContext {
  readonly registry: Registry;
  /** Cells that ran before this one. */
  readonly earlier: readonly Source[];
  /** Cached result of reading those cells at the previous request. */
  readonly cellCache?: EarlierCellsCache;
  readonly facts: Facts;
  readonly outside: CompilerEnvironment;
}
export interface CompletionItem {
  readonly text: string;
  /** One of: verb, connector, key, word, value, name, column, split. */
  readonly type: string;
  /** Short description of what the item is or does. */
  readonly gloss: string;
  /** Short description of its parameters and default. */
  readonly detail?: string;
  /** Markdown. */
  readonly doc?: string;
}
/** Longest gloss, in characters. */
const longest = 64;

/**
 * Returns the first sentence of a doc page. A long sentence is cut to the clauses, else the words, that fit one line of
 * a list.
 */
export function oneLineGlossOfDoc(doc: string): string {
  const sentence = doc.split(/(?<=[.:;])\s+(?=\p{Lu})|\n/u)[0] ?? "";
  const plain = sentence.replaceAll("`", "").replace(/[.:;]$/, "");
  if (plain.length <= longest) return plain;
  const cut = plain.slice(0, longest);
  const clause = (/^([^;]{12,});\s/.exec(cut) ?? /^(.{12,})[,:]\s/.exec(cut))?.[1];
  if (clause !== undefined) return clause;
  const space = cut.lastIndexOf(" ");
  return `${cut.slice(0, space > 0 ? space : longest)}…`;
}
/** Returns the effect of a name as a parameter's value, as documented in its record. */
export function meaningAsParameterValue(parameter: Parameter | undefined, name: string): string | undefined {
  const means = parameter?.means;
  return means && Object.hasOwn(means, name) ? means[name] : undefined;
}
/** Returns the one-line gloss of such a name, even if its record does not document it (as with a user's own word). */
export function glossAsParameterValue(name: string, parameter: Parameter | undefined): string {
  return meaningAsParameterValue(parameter, name) ?? (parameter ? `for ${parameter.name}` : "a value");
}

export interface Completions {
  readonly items: readonly CompletionItem[];
  /** Start of the text range that an item replaces, UTF-16. */
  readonly start: number;
  readonly end: number;
  /** What the host may look up to improve the answer: the folder being typed. */
  readonly needs: readonly Need[];
}
