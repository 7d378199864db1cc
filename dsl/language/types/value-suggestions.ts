/** Suggestions for a value of the wrong form: help text, or the value in the expected form. */
import { decodeNumber } from "../syntax/numbers.js";
import { quoteString } from "../syntax/strings.js";
import type { Argument, BlockNode, Expression, WordNode } from "../syntax/tree.js";
import type { Parameter, Registry, ValueType, Word } from "./registry.js";

export interface Suggestion {
  /** The corrected value. */
  readonly instead?: string;
  readonly advice?: string;
  /** How the key is written with a word that it takes. */
  readonly example?: string;
}

export function suggestionForWrongValue(
  node: Expression,
  type: ValueType,
  key: string,
  parameter: Parameter | undefined,
  registry: Registry,
): Suggestion | undefined {
  const types = type.is === "either" ? type.of : [type];
  const number = types.find((one) => one.is === "number");
  if (number && node.is === "list" && node.items.length > 0 && node.items.every((item) => item.is === "number")) {
    const values = node.items.map((item) => (item.is === "number" ? item.raw : "")).join(", ");
    return { advice: `several values are tried by a \`sweep\`: \`vary: { ${key}: choice(${values}) }\`` };
  }
  if (number && node.is === "string") {
    const digits = /^(-?\d[\d_.eE-]*) [\p{L} ]+$/u.exec(node.value.trim())?.[1];
    if (digits !== undefined && Number.isFinite(decodeNumber(digits).value)) return { instead: digits };
  }
  for (const one of types) {
    if (one.is !== "word") continue;
    const words = registry.ofKind(one.kind).filter((word) => !word.planned);
    if (node.is === "number") {
      const taking = words.filter(({ parameters: [first] }) => first?.positional && fits(node.raw, first.type));
      const [only] = taking;
      if (only && taking.length === 1) return { instead: `${only.name}(${node.raw})` };
    }
    if (node.is === "block") {
      const call = calledIn(node, words);
      if (call !== undefined) return { instead: call };
    }
    const few = words.length <= 5 ? words.findLast((word) => word.parameters.length > 0) : undefined;
    const shown = words.find((word) => word.name === standing(parameter)) ?? few;
    if (shown && (node.is === "number" || node.is === "block")) return { example: shown.example };
  }
  return undefined;
}

/** Whether a written number is of that type: `20%` is not a number of folds. */
function fits(raw: string, type: ValueType): boolean {
  return type.is === "number" && (type.integer !== true || /^[\d_]+$/.test(raw));
}

function standing(parameter: Parameter | undefined): string | undefined {
  const value = parameter?.default && "value" in parameter.default ? parameter.default.value : undefined;
  return value !== null && typeof value === "object" && "word" in value ? value.word : undefined;
}

/** Converts `{ "adamw": { "lr": 1e-3 } }` and `{ name: adamw, lr: 1e-3 }` to `adamw(learning_rate: 1e-3)`. */
function calledIn({ entries }: BlockNode, words: readonly Word[]): string | undefined {
  const [first] = entries;
  const named = (name: string): Word | undefined =>
    words.find((word) => word.name === name || word.elsewhere?.[name] === word.name);
  if (!first) return undefined;
  const alone = entries.length === 1 ? named(first.key.text) : undefined;
  if (alone && first.value?.is === "block") return called(alone, first.value.entries);
  const by = entries.find(
    ({ key, value }) => /^(?:name|type|kind|_target_)$/.test(key.text) && nameIn(value) !== undefined,
  );
  const word = by && named(nameIn(by.value) ?? "");
  return (
    word &&
    called(
      word,
      entries.filter((entry) => entry !== by),
    )
  );
}
function nameIn(value: Expression | undefined): string | undefined {
  return value?.is === "string" ? value.value : value?.is === "word" && !value.arguments ? value.text : undefined;
}
function called(word: Word, entries: BlockNode["entries"]): string | undefined {
  const given = entries.map(({ key, value }) => {
    const name = word.elsewhere?.[key.text] ?? key.text;
    const text = value && written(value);
    return text === undefined || !word.parameters.some((p) => p.name === name) ? undefined : `${name}: ${text}`;
  });
  if (given.includes(undefined)) return undefined;
  return given.length === 0 ? word.name : `${word.name}(${given.join(", ")})`;
}

/** Returns a value as written; undefined for forms that are rarely nested. */
function written(node: Expression): string | undefined {
  switch (node.is) {
    case "number":
      return node.raw;
    case "string":
      return quoteString(node.value);
    case "reference":
      return `$${node.text}`;
    case "word":
      return call(node);
    case "list": {
      const items = node.items.map(written);
      return items.includes(undefined) ? undefined : `[${items.join(", ")}]`;
    }
    default:
      return undefined;
  }
}
function call(node: WordNode): string | undefined {
  const given = node.arguments?.map(({ key, value }: Argument) => {
    const text = written(value);
    return text === undefined ? undefined : key ? `${key.text}: ${text}` : text;
  });
  if (!given) return node.text;
  return given.includes(undefined) ? undefined : `${node.text}(${given.join(", ")})`;
}
