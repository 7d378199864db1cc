/**
 * Writes a default explicitly into the text: `batch_size: 32` into the block, `dropout: 0.1` into the parentheses of
 * the word that takes it. The plan does not change.
 */
import type { Edit } from "../language/diagnostics/span.js";
import { tuneText } from "../compiler/plan/text.js";
import type { Value } from "../language/types/value.js";
import type { Parameter, Registry, ValueType } from "../language/types/registry.js";
import type { BlockNode, Entry, Expression, Statement, WordNode } from "../language/syntax/tree.js";
import { parameterAt } from "./frames.js";

/** @returns undefined if the setting cannot be written there */
export function writtenSettingEdit(
  text: string,
  statement: Statement,
  options: {
    /** The path as written in the block: `optimizer.learning_rate`. */
    readonly path: readonly string[];
    /** Returns the value at any prefix of the path. */
    readonly valueAt: (path: readonly string[]) => Value | undefined;
    readonly parameters: readonly Parameter[];
    readonly registry: Registry;
  },
): Edit | undefined {
  const { block } = statement;
  if (statement.broken || block?.broken) return undefined;
  const written = (path: readonly string[]): string | undefined => {
    const value = options.valueAt(path);
    const parameter = parameterAt(options.parameters, path, options.registry);
    if (value === undefined || parameter?.planned) return undefined;
    const shown =
      value === null
        ? nothing(parameter?.type)
        : tuneText(value, { type: parameter?.type, registry: options.registry });
    return shown === undefined ? undefined : `${path.at(-1) ?? ""}: ${shown}`;
  };
  const [root = "", ...rest] = options.path;
  const entry = block?.entries.find((one) => one.key.text === root);
  if (!entry) {
    const key = written([root]);
    // Writing the setting would discard parts that were changed by dotted names.
    const changed = block?.entries.some((one) => one.key.path[0] === root) === true;
    return key === undefined || changed ? undefined : intoBlock(text, statement, block, key);
  }
  return rest.length === 0 || !entry.value ? undefined : intoWord(text, entry.value, options.path, 1, written);
}

/** Inserts into the innermost written word on the path. */
function intoWord(
  text: string,
  target: Expression,
  path: readonly string[],
  depth: number,
  written: (path: readonly string[]) => string | undefined,
): Edit | undefined {
  if (target.is !== "word" || target.path.length !== 1) return undefined;
  const name = path[depth];
  const inner = target.arguments?.find((one) => one.key?.text === name);
  if (inner) return depth + 1 < path.length ? intoWord(text, inner.value, path, depth + 1, written) : undefined;
  const argument = written(path.slice(0, depth + 1));
  return argument === undefined ? undefined : intoBrackets(text, target, argument);
}
function intoBrackets(text: string, word: WordNode, argument: string): Edit | undefined {
  const { end } = word.span;
  if (!word.arguments) return insert(end, `(${argument})`);
  if (text[end - 1] !== ")") return undefined;
  const last = word.arguments.at(-1);
  return insert(last ? last.span.end : end - 1, last ? `, ${argument}` : argument);
}

function intoBlock(text: string, statement: Statement, block: BlockNode | undefined, key: string): Edit | undefined {
  if (!block) return insert(statement.span.end, ` { ${key} }`);
  const last = block.entries.at(-1);
  if (!last) return { start: block.span.start, end: block.span.end, text: `{ ${key} }` };
  const first = block.entries[0] ?? last;
  const lines = text.slice(block.span.start, first.span.start).includes("\n");
  if (!lines) return insert(last.span.end, `, ${key}`);
  const end = lineEnd(text, last, block);
  return insert(end, `\n${indentOf(text, first)}${key}`);
}
/** Returns the end of the entry including a comma or comment after it on its line. */
function lineEnd(text: string, { span }: Entry, block: BlockNode): number {
  const end = text.indexOf("\n", span.end);
  return end < 0 || end > block.span.end ? span.end : end;
}
function indentOf(text: string, { span }: Entry): string {
  const start = text.lastIndexOf("\n", span.start - 1) + 1;
  return /^\s*/.exec(text.slice(start, span.start))?.[0] ?? "";
}
const insert = (position: number, text: string): Edit => ({ start: position, end: position, text });

/** Returns the word by which a setting means none or automatic; undefined if it has none. */
function nothing(type: ValueType | undefined): string | undefined {
  if (type?.is === "choice") return ["none", "auto"].find((word) => type.of.includes(word));
  if (type?.is !== "either") return undefined;
  return type.of.map(nothing).find((word) => word !== undefined);
}
