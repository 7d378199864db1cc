/** Where in the grammar a place is: which key, word or list it stands in and what is asked there. Works on unfinished text. */
import type { IToken } from "chevrotain";
import { kindsIn } from "../check/keys.js";
import type { Parameter, Registry, ValueType, Verb, Word } from "../registry.js";
import * as t from "../syntax/tokens.js";

export type Situation =
  | { readonly at: "statement" }
  | {
      readonly at: "header";
      readonly verb: Verb;
      readonly connector: string | null;
      readonly operands: number;
      readonly used: readonly string[];
      /** Names written after the connector. */
      readonly written: readonly string[];
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
    }
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

interface Frame {
  readonly form: "block" | "record" | "arguments" | "list";
  readonly parameters: readonly Parameter[];
  readonly word?: Word;
  readonly of?: ValueType;
  readonly keys?: readonly string[];
  readonly used: string[];
  name: string;
  type: ValueType | undefined;
  parameter: Parameter | undefined;
  valued: boolean;
  positional: number;
}

/** The situation after the tokens before `offset` (the word being typed not counted). */
export function situationAt(text: string, offset: number, registry: Registry): Situation {
  const verbs = new Map(registry.verbs().map((v) => [v.name, v]));
  const tokens = t.lex(text.slice(0, offset)).tokens;
  const frames: Frame[] = [];
  let verb: Verb | undefined;
  let connector: string | null = null;
  let operands = 0;
  const used: string[] = [];
  const written: string[] = [];
  const frame = (form: Frame["form"], more: Partial<Frame>): Frame => ({
    form,
    parameters: [],
    used: [],
    name: "",
    type: undefined,
    parameter: undefined,
    valued: false,
    positional: 0,
    ...more,
  });
  tokens.forEach((token, i) => {
    const top = frames.at(-1);
    const start = i === 0 || tokens[i - 1]?.tokenType === t.NewLine;
    const next = tokens[i + 1];
    if (
      start &&
      token.tokenType === t.Identifier &&
      verbs.has(token.image) &&
      (!top || (next && next.tokenType !== t.Colon))
    ) {
      frames.length = 0;
      verb = verbs.get(token.image);
      connector = null;
      operands = 0;
      used.length = 0;
      written.length = 0;
      return;
    }
    if (token.tokenType === t.LeftBrace) {
      if (!top) frames.push(frame("block", { parameters: verb ? keysOf(verb, registry) : [] }));
      else {
        const record = pick(typeOf(top), "record");
        frames.push(
          frame(
            "record",
            record?.is === "record"
              ? { of: record.of, ...(record.keys ? { keys: record.keys } : {}), name: top.name }
              : {},
          ),
        );
      }
    } else if (token.tokenType === t.LeftParen) {
      const word = kindsIn(typeOf(top) ?? { is: "string" })
        .map((kind) => registry.find(kind, tokens[i - 1]?.image ?? ""))
        .find((w) => w !== undefined);
      frames.push(frame("arguments", { ...(word ? { word, parameters: word.parameters } : {}) }));
    } else if (token.tokenType === t.LeftSquare) {
      const list = pick(typeOf(top), "list");
      frames.push(frame("list", list?.is === "list" ? { of: list.of } : {}));
    } else if (t.isClose(token)) frames.pop();
    else if (!top) {
      if (token.tokenType === t.NewLine) {
        verb = undefined;
        return;
      }
      if (
        verb &&
        token.tokenType === t.Identifier &&
        Object.hasOwn(verb.connectors, token.image) &&
        tokens[i - 1]?.tokenType !== t.Dot
      ) {
        connector = token.image;
        used.push(token.image);
        written.length = 0;
        operands = 0;
      } else if (t.endsValue(token)) {
        written.push(token.image);
        operands++;
      } else if (token.tokenType === t.Comma) operands = 0;
    } else if (token.tokenType === t.Colon) {
      top.name = nameBefore(tokens, i);
      top.used.push(top.name);
      top.parameter = top.form === "record" ? undefined : parameterAt(top.parameters, top.name.split("."), registry);
      top.type = top.form === "record" ? top.of : top.parameter?.type;
      top.valued = true;
    } else if (token.tokenType === t.Comma || (token.tokenType === t.NewLine && top.form !== "list")) {
      if (token.tokenType === t.NewLine && top.form === "arguments") return;
      if (top.form === "arguments" && !top.valued) top.positional++;
      top.valued = false;
      top.type = undefined;
      top.parameter = undefined;
    }
  });
  const last = tokens.at(-1);
  const top = frames.at(-1);
  if (last?.tokenType === t.Dot) return { at: "member", of: nameBefore(tokens, tokens.length - 1).split("."), verb };
  if (!top) return verb ? { at: "header", verb, connector, operands, used, written } : { at: "statement" };
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
  if (top.form === "record")
    return top.valued && top.of
      ? { at: "value", type: top.of, verb, key, ...given }
      : { at: "record-key", keys: top.keys ?? [], used: top.used, path: top.name };
  if (top.form === "list") return { at: "value", type: top.of ?? { is: "string" }, verb, key, ...given };
  if (top.valued && top.type) return { at: "value", type: top.type, verb, key, ...given };
  return top.word
    ? { at: "argument", word: top.word, used: top.used, type: typeOf(top), verb, key }
    : { at: "value", type: { is: "string" }, verb, key };
}

/** What a key names: `optimizer`, or with a path the parameter of any word that the key takes (`optimizer.learning_rate`). */
export function parameterAt(
  parameters: readonly Parameter[],
  path: readonly string[],
  registry: Registry,
): Parameter | undefined {
  const [first, ...rest] = path;
  const own = parameters.find((p) => p.name === first) ?? parameters.find((p) => p.open);
  if (!own || rest.length === 0) return own;
  for (const kind of kindsIn(own.type))
    for (const word of registry.ofKind(kind)) {
      const found = parameterAt(
        word.parameters.filter((p) => !p.open),
        rest,
        registry,
      );
      if (found) return found;
    }
  return undefined;
}

/** The keys of a verb's block, those of the verb that it overrides included. */
export function keysOf(verb: Verb, registry: Registry): readonly Parameter[] {
  const other = verb.capabilities?.["keysOf"];
  return [
    ...verb.parameters,
    ...(typeof other === "string" ? (registry.find("verb", other)?.parameters ?? []) : []),
  ].filter((p) => !p.planned);
}
function typeOf(top: Frame | undefined): ValueType | undefined {
  if (!top) return undefined;
  if (top.form === "list") return top.of;
  if (top.valued) return top.type;
  const parameter = positionalOf(top);
  return parameter?.type.is === "list" && parameter.positional === "rest" ? parameter.type.of : parameter?.type;
}
function positionalOf(top: Frame | undefined): Parameter | undefined {
  if (top?.form !== "arguments" || top.valued) return undefined;
  const positional = top.parameters.filter((p) => p.positional !== undefined);
  return positional[top.positional] ?? positional.find((p) => p.positional === "rest");
}
/** The alternative of a type with a certain form; a word or list may stand in `either`. */
function pick(type: ValueType | undefined, form: ValueType["is"]): ValueType | undefined {
  if (!type) return undefined;
  if (type.is === form) return type;
  return type.is === "either" ? type.of.map((one) => pick(one, form)).find((one) => one !== undefined) : undefined;
}
function nameBefore(tokens: readonly IToken[], end: number): string {
  let start = end - 1;
  while (tokens[start - 1]?.tokenType === t.Dot && tokens[start - 2]) start -= 2;
  return tokens
    .slice(Math.max(0, start), end)
    .map((k) => k.image)
    .join("");
}
