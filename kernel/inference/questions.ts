/** Input of a question-answering model: a question and the context that may contain its answer. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";

/** A question in a cell. */
export interface ContextQuestion {
  readonly question: string;
  readonly context: string;
}

export function readsContexts(task: Call): boolean {
  return registry.find("task", task.word)?.capabilities?.roles.includes("context") === true;
}

/**
 * Parses one question, a list, or an arquero table with the columns `question` and `context`. Throws the coded error
 * `questions-expected`.
 */
export function parseQuestions(given: unknown, model: string): readonly (readonly [string, string])[] {
  const list: unknown = isTable(given) ? fromTable(given) : Array.isArray(given) && !isPair(given) ? given : [given];
  return (list as readonly unknown[]).map((one, i) => {
    if (isPair(one)) return one;
    const { question, context } = (typeof one === "object" && one !== null ? one : {}) as Partial<ContextQuestion>;
    if (typeof question === "string" && typeof context === "string") return [question, context];
    throw new CodedError("questions-expected", { model, at: i + 1 });
  });
}

export function isPair(one: unknown): one is readonly [string, string] {
  return Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === "string");
}
function isTable(value: unknown): value is { array(name: string): Iterable<unknown> } {
  return typeof value === "object" && value !== null && "array" in value && typeof value.array === "function";
}
function fromTable(table: { array(name: string): Iterable<unknown> }): readonly (readonly [string, string])[] {
  const contexts = Array.from(table.array("context"), String);
  return Array.from(table.array("question"), String).map((question, i) => [question, contexts[i]!]);
}
