/**
 * Grammar context of a cursor position: the enclosing key, word or list and the expected type. Works on unfinished
 * text.
 */
import type { Parameter, Registry, ValueType, Verb, Word } from "../language/types/registry.js";
import { ALLOW_PARAMETER } from "../language/types/allow.js";
import * as t from "../language/syntax/tokens.js";
import {
  dottedNameBefore,
  positionalParameterOf,
  BracketFrameReader,
  sweepableSettings,
  expectedType,
} from "./frames.js";

export type CursorContext =
  | { readonly kind: "statement" }
  | {
      readonly kind: "header";
      readonly verb: Verb;
      readonly connector: string | null;
      readonly operands: number;
      readonly used: readonly string[];
    }
  | { readonly kind: "member"; readonly nameParts: readonly string[]; readonly verb: Verb | undefined }
  | {
      readonly kind: "key";
      readonly verb: Verb;
      readonly parameters: readonly Parameter[];
      readonly used: readonly string[];
    }
  | {
      readonly kind: "record-key";
      readonly keys: readonly string[];
      readonly used: readonly string[];
      readonly path: string;
      /** Keys that are paths into data, model and recipe: those of `vary`. */
      readonly settings?: readonly Parameter[];
      /** The parameter that takes the record. */
      readonly parameter?: Parameter;
    }
  | { readonly kind: "code"; readonly used: readonly string[] }
  | {
      readonly kind: "argument";
      readonly word: Word;
      readonly used: readonly string[];
      readonly type: ValueType | undefined;
      readonly verb: Verb;
      readonly key: string;
    }
  | {
      readonly kind: "value";
      readonly type: ValueType;
      readonly verb: Verb;
      readonly key: string;
      /** The parameter that takes the value, and the word it belongs to if it is not a key of the block. */
      readonly parameter?: Parameter;
      readonly word?: Word;
    };

/** Returns the context after the tokens before `offset`, without the word being typed. */
export function cursorContextAt(text: string, offset: number, registry: Registry): CursorContext {
  const { tokens } = t.lex(text.slice(0, offset));
  const { frames, verb, connector, operands, used } = new BracketFrameReader(tokens, registry);
  const last = tokens.at(-1);
  const top = frames.at(-1);
  if (last?.tokenType === t.Dot)
    return { kind: "member", nameParts: dottedNameBefore(tokens, tokens.length - 1).split("."), verb };
  if (!top) return verb ? { kind: "header", verb, connector, operands, used } : { kind: "statement" };
  if (!verb) return { kind: "statement" };
  const outer = frames.findLast((f) => f.form === "block");
  const key = outer?.name ?? "";
  // The parameter that takes a list or record is one frame further out.
  const giver = top.form === "list" || top.form === "record" ? frames.at(-2) : top;
  const given = {
    ...((giver?.parameter ?? positionalParameterOf(giver))
      ? { parameter: (giver?.parameter ?? positionalParameterOf(giver)) as Parameter }
      : {}),
    ...(giver?.word ? { word: giver.word } : {}),
  };
  if (top.form === "block")
    return top.valued && top.type
      ? { kind: "value", type: top.type, verb, key, ...given }
      : { kind: "key", verb, parameters: top.parameters, used: top.used };
  if (top.form === "record" && top.path === ALLOW_PARAMETER.name && top.itemType?.is === "string")
    return top.valued ? { kind: "value", type: top.itemType, verb, key } : { kind: "code", used: top.used };
  if (top.form === "record" && top.varied && top.valued && top.type)
    return { kind: "value", type: top.type, verb, key, ...(top.parameter && { parameter: top.parameter }) };
  if (top.form === "record")
    return top.valued && top.itemType
      ? { kind: "value", type: top.itemType, verb, key, ...given }
      : {
          kind: "record-key",
          keys: top.keys ?? [],
          used: top.used,
          path: top.path ?? "",
          ...(top.varied && { settings: sweepableSettings(registry) }),
          ...(given.parameter && { parameter: given.parameter }),
        };
  if (top.form === "list") return { kind: "value", type: top.itemType ?? { is: "string" }, verb, key, ...given };
  if (top.valued && top.type) return { kind: "value", type: top.type, verb, key, ...given };
  if (top.inner) return { kind: "value", type: top.inner, verb, key, ...given };
  return top.word
    ? { kind: "argument", word: top.word, used: top.used, type: expectedType(top), verb, key }
    : { kind: "value", type: { is: "string" }, verb, key };
}
