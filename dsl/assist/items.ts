/** What completion is asked with and what it answers. */
import type { EarlierCellsCache } from "../compiler/statement/earlier-cells.js";
import type { Source } from "../language/diagnostics/span.js";
import type { CompilerEnvironment } from "../compiler/plan/known-names.js";
import type { Facts, Need } from "../language/types/facts.js";
import type { Parameter, Registry } from "../language/types/registry.js";

export interface AssistContext {
  readonly registry: Registry;
  /** Cells that ran before. */
  readonly earlier: readonly Source[];
  /** What they came to the last time that anything was asked. */
  readonly cellCache?: EarlierCellsCache;
  readonly facts: Facts;
  readonly outside: CompilerEnvironment;
}
export interface CompletionItem {
  readonly text: string;
  /** verb, connector, key, word, value, name, column, split. */
  readonly type: string;
  /** What it is or does, in a few words. */
  readonly gloss: string;
  /** What it takes and what it is without, in a few words. */
  readonly detail?: string;
  /** Markdown. */
  readonly doc?: string;
}
/** Longest gloss, in characters. */
const longest = 64;

/** The first sentence of a page; of a long one the clauses that fit in a line of a list, else its first words. */
export function glossOf(doc: string): string {
  const sentence = doc.split(/(?<=[.:;])\s+(?=\p{Lu})|\n/u)[0] ?? "";
  const plain = sentence.replaceAll("`", "").replace(/[.:;]$/, "");
  if (plain.length <= longest) return plain;
  const cut = plain.slice(0, longest);
  const clause = (/^([^;]{12,});\s/.exec(cut) ?? /^(.{12,})[,:]\s/.exec(cut))?.[1];
  if (clause !== undefined) return clause;
  const space = cut.lastIndexOf(" ");
  return `${cut.slice(0, space > 0 ? space : longest)}…`;
}
/** What a name does where a parameter is given, in the words of its record. */
export function meaningForParameter(parameter: Parameter | undefined, name: string): string | undefined {
  const means = parameter?.means;
  return means && Object.hasOwn(means, name) ? means[name] : undefined;
}
/** The gloss of such a name, though its record may say nothing of it (that of a user's own word). */
export function glossOfName(name: string, parameter: Parameter | undefined): string {
  return meaningForParameter(parameter, name) ?? (parameter ? `for ${parameter.name}` : "a value");
}

export interface Completions {
  readonly items: readonly CompletionItem[];
  /** The part of the text that an item replaces, UTF-16. */
  readonly start: number;
  readonly end: number;
  /** What the host may look up for a better answer: a folder that is typed. */
  readonly needs: readonly Need[];
}
