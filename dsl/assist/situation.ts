/** Where in the grammar a place is: which key, word or list it stands in and what is asked there. Works on unfinished text. */
import type { Parameter, Registry, ValueType, Verb, Word } from "../language/types/registry.js";
import { ALLOW } from "../language/types/allow.js";
import * as t from "../language/syntax/tokens.js";
import { nameBefore, positionalOf, Reading, settingsIn, typeOf } from "./frames.js";

export type Situation =
  | { readonly at: "statement" }
  | {
      readonly at: "header";
      readonly verb: Verb;
      readonly connector: string | null;
      readonly operands: number;
      readonly used: readonly string[];
    }
  | { readonly at: "member"; readonly of: readonly string[]; readonly verb: Verb | undefined }
  | {
      readonly at: "key";
      readonly verb: Verb;
      readonly parameters: readonly Parameter[];
      readonly used: readonly string[];
    }
  | {
      readonly at: "record-key";
      readonly keys: readonly string[];
      readonly used: readonly string[];
      readonly path: string;
      /** The keys of it that are paths into data, model and recipe: those of `vary`. */
      readonly settings?: readonly Parameter[];
      /** What the record is given to. */
      readonly parameter?: Parameter;
    }
  | { readonly at: "code"; readonly used: readonly string[] }
  | {
      readonly at: "argument";
      readonly word: Word;
      readonly used: readonly string[];
      readonly type: ValueType | undefined;
      readonly verb: Verb;
      readonly key: string;
    }
  | {
      readonly at: "value";
      readonly type: ValueType;
      readonly verb: Verb;
      /** The key of the block. */
      readonly key: string;
      /** What the value is given to, and the word that has it where that is no key of the block. */
      readonly parameter?: Parameter;
      readonly word?: Word;
    };

/** The situation after the tokens before `offset` (the word being typed not counted). */
export function situationAt(text: string, offset: number, registry: Registry): Situation {
  const { tokens } = t.lex(text.slice(0, offset));
  const { frames, verb, connector, operands, used } = new Reading(tokens, registry);
  const last = tokens.at(-1);
  const top = frames.at(-1);
  if (last?.tokenType === t.Dot) return { at: "member", of: nameBefore(tokens, tokens.length - 1).split("."), verb };
  if (!top) return verb ? { at: "header", verb, connector, operands, used } : { at: "statement" };
  if (!verb) return { at: "statement" };
  const outer = frames.findLast((f) => f.form === "block");
  const key = outer?.name ?? "";
  // What a list's or record's values are given to stands one frame out.
  const giver = top.form === "list" || top.form === "record" ? frames.at(-2) : top;
  const given = {
    ...((giver?.parameter ?? positionalOf(giver))
      ? { parameter: (giver?.parameter ?? positionalOf(giver)) as Parameter }
      : {}),
    ...(giver?.word ? { word: giver.word } : {}),
  };
  if (top.form === "block")
    return top.valued && top.type
      ? { at: "value", type: top.type, verb, key, ...given }
      : { at: "key", verb, parameters: top.parameters, used: top.used };
  if (top.form === "record" && top.path === ALLOW.name && top.of?.is === "string")
    return top.valued ? { at: "value", type: top.of, verb, key } : { at: "code", used: top.used };
  if (top.form === "record" && top.varied && top.valued && top.type)
    return { at: "value", type: top.type, verb, key, ...(top.parameter && { parameter: top.parameter }) };
  if (top.form === "record")
    return top.valued && top.of
      ? { at: "value", type: top.of, verb, key, ...given }
      : {
          at: "record-key",
          keys: top.keys ?? [],
          used: top.used,
          path: top.path ?? "",
          ...(top.varied && { settings: settingsIn(registry) }),
          ...(given.parameter && { parameter: given.parameter }),
        };
  if (top.form === "list") return { at: "value", type: top.of ?? { is: "string" }, verb, key, ...given };
  if (top.valued && top.type) return { at: "value", type: top.type, verb, key, ...given };
  if (top.inner) return { at: "value", type: top.inner, verb, key, ...given };
  return top.word
    ? { at: "argument", word: top.word, used: top.used, type: typeOf(top), verb, key }
    : { at: "value", type: { is: "string" }, verb, key };
}
