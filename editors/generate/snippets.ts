/**
 * Snippets from the registry's own examples: one for each verb, and a complete program for each task. Strings, numbers
 * and names that are not words of the language become placeholders. All occurrences of a name share one placeholder.
 */
import type { Registry, Word } from "#dsl/language/types/registry.js";
import { parse } from "#dsl/language/syntax/parse.js";
import type { Expression, Operand, Statement } from "#dsl/language/syntax/tree.js";
import { programOf } from "#tools/reference/programs.js";
import { vocabularyOf } from "../vocabulary.js";

export interface Snippet {
  readonly prefix: string;
  readonly description: string;
  readonly body: readonly string[];
}

/** @param baseFor returns a base that fits a task */
export function snippetsOf(registry: Registry, baseFor: (task: string) => string): Readonly<Record<string, Snippet>> {
  const verbs = registry.verbs();
  const known: ReadonlySet<string> = new Set([
    ...vocabularyOf(registry).constants,
    ...registry.words.map((w) => w.name),
  ]);
  const body = (text: string): readonly string[] =>
    placed(
      text,
      verbs.map((verb) => verb.name),
      known,
    )
      .trimEnd()
      .split("\n");
  const statement = (verb: Word): [string, Snippet] => [
    verb.name,
    { prefix: verb.name, description: verb.doc, body: body(verb.example) },
  ];
  const program = (task: Word<"task">): [string, Snippet] => [
    `program: ${task.name}`,
    {
      prefix: `program ${task.name}`,
      description: `A whole program. ${task.doc}`,
      body: body(programOf({ task, base: baseFor(task.name) })),
    },
  ];
  return Object.fromEntries([
    ...verbs.filter((verb) => !verb.planned && verb.name !== "tune").map(statement),
    ...registry
      .ofKind("task")
      .filter((task) => !task.planned)
      .map(program),
  ]);
}

/** Returns the text with placeholders in snippet syntax; words in `known` stay unchanged. */
export function placed(text: string, verbs: readonly string[], known: ReadonlySet<string>): string {
  const places = parse({ id: "snippet", title: "snippet", text }, verbs)
    .tree.statements.flatMap((statement) => placesOf(statement, known))
    .sort((a, b) => a.start - b.start);
  const escape = (part: string): string => part.replace(/[$}\\]/g, "\\$&");
  const plain = (part: string): string => part.replace(/[$\\]/g, "\\$&");
  const numbers = new Map<string, number>();
  let out = "";
  let at = 0;
  for (const { start, end, shared } of places) {
    const written = text.slice(start, end);
    const key = shared ? written : `${String(start)} ${written}`;
    const number = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, number);
    out += `${plain(text.slice(at, start))}\${${String(number)}:${escape(written)}}`;
    at = end;
  }
  return `${out}${plain(text.slice(at))}`;
}

interface Place {
  readonly start: number;
  readonly end: number;
  /** Whether it is a name, whose occurrences share one placeholder. */
  readonly shared: boolean;
}

function placesOf(statement: Statement, known: ReadonlySet<string>): Place[] {
  const ofOperand = (operand: Operand): Place[] => {
    if (operand.is !== "word" || operand.arguments) return ofValue(operand);
    return operand.path.slice(0, 1).map(({ span: { start, end } }) => ({ start, end, shared: true }));
  };
  const ofValue = (value: Expression): Place[] => {
    const { start, end } = value.span;
    switch (value.is) {
      case "string":
        return [{ start: start + 1, end: end - 1, shared: false }];
      case "number":
        return [{ start, end, shared: false }];
      case "list":
        return value.items.flatMap(ofValue);
      case "block":
        return value.entries.flatMap((entry) => (entry.value ? ofValue(entry.value) : []));
      case "word":
        if (!value.arguments) return known.has(value.text) ? [] : [{ start, end, shared: true }];
        return value.arguments.flatMap((argument) => ofValue(argument.value));
      case "range":
        return [...ofValue(value.from), ...ofValue(value.to)];
      case "reference":
        return [];
    }
  };
  const operands = [...statement.operands, ...statement.clauses.flatMap((clause) => clause.operands)];
  return [...operands.flatMap(ofOperand), ...(statement.block ? ofValue(statement.block) : [])];
}
