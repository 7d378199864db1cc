/** Parameters inside the words that a key takes. */
import type { StatementScope } from "./scope.js";
import type { Parameter, ValueType, Verb, Word } from "./registry.js";
import type { Call, Value } from "./value.js";

export function defaultCall(parameter: Parameter): Value | undefined {
  const standing = parameter.default && "value" in parameter.default ? parameter.default.value : undefined;
  return standing !== null && typeof standing === "object" && "word" in standing ? standing : undefined;
}

/**
 * Finds a parameter inside a word that a key takes; the key's default and the words of the verb's own example come
 * first.
 */
export function findNestedParameter(
  scope: StatementScope,
  name: string,
  owner: Verb,
  parameters: readonly Parameter[],
): { readonly key: string; readonly word: Word; readonly inner: string } | undefined {
  const found = parameters.flatMap((parameter) => {
    const standing = defaultCall(parameter);
    const rank = (word: Word): number =>
      standing !== undefined && (standing as Call).word === word.name
        ? 0
        : owner.example.includes(`${parameter.name}: ${word.name}`)
          ? 1
          : 2;
    return wordKindsIn(parameter.type).flatMap((kind) =>
      scope.registry.ofKind(kind).flatMap((word) => {
        const inner = innerOf(word, name);
        return inner === undefined ? [] : [{ key: parameter.name, word, inner, rank: rank(word) }];
      }),
    );
  });
  const [first] = found.toSorted((a, b) => a.rank - b.rank);
  return first;
}
/** Returns the parameter of a word by its own name or an alias. */
function innerOf(word: Word, name: string): string | undefined {
  if (word.planned) return undefined;
  const inner = word.parameters.some((p) => p.name === name && !p.open) ? name : word.elsewhere?.[name];
  return inner !== undefined && word.parameters.some((p) => p.name === inner) ? inner : undefined;
}
export function wordKindsIn(type: ValueType): string[] {
  switch (type.is) {
    case "word":
      return [type.kind];
    case "list":
    case "record":
    case "range":
      return wordKindsIn(type.of);
    case "either":
      return type.of.flatMap(wordKindsIn);
    default:
      return [];
  }
}
