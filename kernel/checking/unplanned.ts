/** What a statement names that can't be planned yet (what it uses is known only when a sweep has run), by the records of its words. */
import type { Expression, Statement, WordNode } from "#dsl/syntax/tree.js";
import type { Parameter, Registry } from "#dsl/types/registry.js";

export interface NamedThere {
  readonly bases: readonly string[];
  /** Files and folders that are read, as they are written. */
  readonly files: readonly string[];
}

export function namedThere({ verb, operands, clauses, block }: Statement, registry: Registry): NamedThere {
  const [bases, files]: [string[], string[]] = [[], []];
  const given = (parameter: Parameter | undefined, value: Expression): void => {
    if (value.is !== "string") return inside(value);
    if (parameter?.name === "base") bases.push(value.value);
    else if (parameter?.suggests?.from === "files") files.push(value.value);
  };
  const inWord = ({ text, arguments: values = [] }: WordNode): void => {
    // Where a target writes to is read by nobody.
    const words = registry.words.filter(({ name, kind }) => name === text && kind !== "target");
    const parameters = words.flatMap((word) => word.parameters);
    values.forEach(({ key, value }, i) =>
      given(key ? parameters.find(({ name }) => name === key.text) : parameters[i], value),
    );
  };
  const inside = (node: Expression): void => {
    if (node.is === "word") inWord(node);
    else if (node.is === "list") node.items.forEach(inside);
    else if (node.is === "block") for (const { value } of node.entries) if (value) inside(value);
  };
  for (const operand of [...operands, ...clauses.flatMap((clause) => clause.operands)]) inside(operand);
  const keys = registry.find("verb", verb.text)?.parameters ?? [];
  for (const { key, value } of block?.entries ?? [])
    if (value)
      given(
        keys.find(({ name }) => name === key.text),
        value,
      );
  return { bases, files };
}
