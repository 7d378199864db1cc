/**
 * Tracks what is open after a sequence of tokens: the statement, and its brackets with the type each expects. Reads
 * unfinished and broken text as what it most likely means: a missing colon, brace or parenthesis is inserted where the
 * names imply one.
 */
import type { IToken } from "chevrotain";
import { ALLOW_PARAMETER } from "../language/types/allow.js";
import { SHOW_PARAMETER, takesShowKey } from "../language/types/show-key.js";
import { wordKindsIn } from "../language/types/parts.js";
import type { Parameter, Registry, ValueType, Verb, Word } from "../language/types/registry.js";
import { parseLimits } from "../language/syntax/limits.js";
import * as t from "../language/syntax/tokens.js";

export interface BracketFrame {
  readonly form: "block" | "record" | "arguments" | "list";
  readonly parameters: readonly Parameter[];
  readonly word?: Word;
  readonly itemType?: ValueType;
  readonly keys?: readonly string[];
  readonly used: string[];
  /** The key that takes the record. */
  readonly path?: string;
  /** True inside `vary` or a word in it, where a value may be a search space. */
  readonly varied?: boolean;
  /** For a search space: the parameter type of its values. */
  readonly inner?: ValueType;
  name: string;
  type: ValueType | undefined;
  parameter: Parameter | undefined;
  valued: boolean;
  positional: number;
}

const FORMS: Readonly<Record<string, readonly BracketFrame["form"][]>> = {
  "}": ["block", "record"],
  ")": ["arguments"],
  "]": ["list"],
};

export class BracketFrameReader {
  readonly frames: BracketFrame[] = [];
  verb: Verb | undefined;
  connector: string | null = null;
  operands = 0;
  readonly used: string[] = [];
  private readonly verbs: ReadonlyMap<string, Verb>;

  constructor(
    private readonly tokens: readonly IToken[],
    private readonly registry: Registry,
  ) {
    this.verbs = new Map(registry.verbs().map((v) => [v.name, v]));
    tokens.forEach((token, i) => this.take(token, i));
  }

  private take(token: IToken, i: number): void {
    const top = this.frames.at(-1);
    if (this.beginsStatement(token, i)) {
      this.frames.length = 0;
      this.verb = this.verbs.get(token.image);
      this.connector = null;
      this.operands = 0;
      this.used.length = 0;
    } else if (token.tokenType === t.LeftBrace) this.open(top ? this.record(top) : this.block());
    else if (token.tokenType === t.LeftParen) this.open(this.call(top, this.tokens[i - 1]?.image ?? ""));
    else if (token.tokenType === t.LeftSquare) {
      const list = pick(expectedType(top), "list");
      const listOptions = list?.is === "list" ? { itemType: list.of } : {};
      this.open(frame("list", { varied: top?.varied === true, ...listOptions }));
    } else if (t.isCloseBracket(token)) this.close(token.image);
    else if (token.tokenType === t.Colon) this.key(dottedNameBefore(this.tokens, i));
    else if (!top) this.header(token, i);
    else if (token.tokenType === t.Comma || (token.tokenType === t.NewLine && top.form !== "list")) {
      if (token.tokenType === t.NewLine && top.form === "arguments") return;
      if (top.form === "arguments" && !top.valued) top.positional++;
      top.valued = false;
      top.type = undefined;
      top.parameter = undefined;
    } else if (this.lacksColon(top, i)) this.key(token.image);
  }

  /** Ignores brackets nested deeper than the parser's depth limit. */
  private open(inner: BracketFrame): void {
    if (this.frames.length < parseLimits.depth) this.frames.push(inner);
  }

  private beginsStatement(token: IToken, i: number): boolean {
    const start = i === 0 || this.tokens[i - 1]?.tokenType === t.NewLine;
    if (!start || token.tokenType !== t.Identifier || !this.verbs.has(token.image)) return false;
    const next = this.tokens[i + 1];
    return this.frames.length === 0 || (next !== undefined && next.tokenType !== t.Colon);
  }

  private header(token: IToken, i: number): void {
    if (token.tokenType === t.NewLine) this.verb = undefined;
    else if (
      this.verb &&
      token.tokenType === t.Identifier &&
      Object.hasOwn(this.verb.connectors, token.image) &&
      this.tokens[i - 1]?.tokenType !== t.Dot
    ) {
      this.connector = token.image;
      this.used.push(token.image);
      this.operands = 0;
    } else if (t.isValueEnd(token)) this.operands++;
    else if (token.tokenType === t.Comma) this.operands = 0;
  }

  private block(): BracketFrame {
    return frame("block", { parameters: this.verb ? verbParameters(this.verb, this.registry) : [] });
  }
  private record(top: BracketFrame): BracketFrame {
    const record = pick(expectedType(top), "record");
    return frame("record", {
      path: top.name,
      varied: top.name === "vary",
      ...(record?.is === "record" && { itemType: record.of, ...(record.keys && { keys: record.keys }) }),
    });
  }
  private call(top: BracketFrame | undefined, name: string): BracketFrame {
    const { registry } = this;
    const expected = expectedType(top);
    const fitting = wordKindsIn(expected ?? { is: "string" })
      .map((kind) => registry.find(kind, name))
      .find((word) => word !== undefined);
    const connector = this.connector === null ? undefined : this.verb?.connectors[this.connector];
    const target = connector?.takes === "target" ? connector.takes : undefined;
    const header = top ? undefined : connector ? target : this.verb?.operands.calls;
    // If the expected type is unknown, the word is looked up by its name.
    const word =
      fitting ??
      (header === undefined ? undefined : registry.find(header, name)) ??
      (expected || !top ? undefined : registry.words.find((w) => w.name === name && w.kind !== "verb"));
    const inner = word?.kind === "space" ? expected : undefined;
    return frame("arguments", {
      varied: top?.varied === true,
      ...(inner && { inner }),
      ...(word && { word, parameters: word.parameters }),
    });
  }
  /** Closes brackets up to the matching one; ignores a closing bracket without a match. */
  private close(image: string): void {
    const forms = FORMS[image] ?? [];
    const index = this.frames.findLastIndex(({ form }) => forms.includes(form));
    if (index >= 0 && (image === "}" || index >= this.frames.findLastIndex(({ form }) => form === "block")))
      this.frames.length = index;
  }

  /** Handles `name:`. If only an enclosing bracket has this key, the brackets between are closed. */
  private key(name: string): void {
    if (this.frames.length === 0) {
      const [root = ""] = name.split(".");
      if (!this.verb || !verbParameters(this.verb, this.registry).some((p) => p.name === root)) return;
      this.frames.push(this.block());
    }
    const home = this.frames.findLastIndex((one) => this.has(one, name));
    const inner = this.frames.at(-1);
    const within = inner && inner.valued ? pick(inner.type, "record") : undefined;
    if (within?.is === "record" && inner && !this.has(inner, name) && within.keys?.includes(name))
      this.frames.push(this.record(inner)); // a brace is missing
    else if (home >= 0) this.frames.length = home + 1;
    const top = this.frames.at(-1);
    if (!top) return;
    top.name = name;
    top.used.push(name);
    const settings = top.form === "record" && top.varied ? sweepableSettings(this.registry) : undefined;
    top.parameter =
      top.form === "record" && !settings
        ? undefined
        : parameterAt(settings ?? top.parameters, name.split("."), this.registry);
    const type = top.form === "record" && !settings ? top.itemType : top.parameter?.type;
    top.type = top.varied && type ? { is: "either", of: [{ is: "word", kind: "space" }, type] } : type;
    top.valued = true;
  }
  private has(frame: BracketFrame, name: string): boolean {
    const [root = ""] = name.split(".");
    if (frame.form === "record")
      return frame.varied === true
        ? sweepableSettings(this.registry).some((p) => p.name === root)
        : frame.keys === undefined || frame.keys.includes(name);
    if (frame.form === "list") return false;
    // Arguments of an unknown word, or of a word with open parameters, may have any name.
    const open = frame.form === "arguments" && (!frame.word || frame.parameters.some((p) => p.open));
    return open || frame.parameters.some((p) => p.name === root);
  }
  /**
   * Recognizes a missing colon, as in `columns { …` or `technique lora(…`: a key of the bracket at the start of an
   * entry, followed directly by its value.
   */
  private lacksColon(top: BracketFrame, i: number): boolean {
    const [before, token, next] = [this.tokens[i - 1], this.tokens[i], this.tokens[i + 1]];
    if (top.valued || top.form === "list" || token?.tokenType !== t.Identifier || !next) return false;
    const begins = t.isOpenBracket(before) || before?.tokenType === t.Comma || before?.tokenType === t.NewLine;
    const value = [t.Identifier, t.Num, t.Str, t.DollarName, t.LeftBrace, t.LeftSquare].includes(next.tokenType);
    const named =
      top.form === "record"
        ? top.keys?.includes(token.image) === true
        : top.parameters.some((p) => p.name === token.image);
    return begins && value && named;
  }
}

function frame(form: BracketFrame["form"], more: Partial<BracketFrame>): BracketFrame {
  return {
    form,
    parameters: [],
    used: [],
    name: "",
    type: undefined,
    parameter: undefined,
    valued: false,
    positional: 0,
    ...more,
  };
}

/**
 * Returns the parameter that a key names: `optimizer`, or by a path a parameter of any word that the key takes
 * (`optimizer.learning_rate`).
 */
export function parameterAt(
  parameters: readonly Parameter[],
  path: readonly string[],
  registry: Registry,
): Parameter | undefined {
  const [first, ...rest] = path;
  const parameter = parameters.find((p) => p.name === first) ?? parameters.find((p) => p.open);
  if (!parameter || rest.length === 0) return parameter;
  for (const kind of wordKindsIn(parameter.type))
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

/** Returns the keys of a verb's block, including those of the verb it overrides. */
export function verbParameters(verb: Verb, registry: Registry): readonly Parameter[] {
  const other = verb.keysOf;
  return [
    ...verb.parameters,
    ...(other === undefined ? [] : (registry.find("verb", other)?.parameters ?? [])),
    ...(verb.parameters.length > 0 || other !== undefined
      ? [ALLOW_PARAMETER, ...(takesShowKey(verb) ? [SHOW_PARAMETER] : [])]
      : []),
  ].filter((p) => !p.planned);
}
/** Returns what `vary` may name: settings of model and recipe. */
export function sweepableSettings(registry: Registry): readonly Parameter[] {
  return ["model", "recipe"].flatMap((name) =>
    (registry.find("verb", name)?.parameters ?? []).filter((p) => !p.planned),
  );
}
/** Returns the type expected of the next value in a bracket. */
export function expectedType(top: BracketFrame | undefined): ValueType | undefined {
  if (!top) return undefined;
  if (top.form === "list") return top.itemType;
  if (top.valued) return top.type;
  if (top.inner) return top.inner;
  const parameter = positionalParameterOf(top);
  return parameter?.type.is === "list" && parameter.positional === "rest" ? parameter.type.of : parameter?.type;
}
export function positionalParameterOf(top: BracketFrame | undefined): Parameter | undefined {
  if (top?.form !== "arguments" || top.valued) return undefined;
  const positional = top.parameters.filter((p) => p.positional !== undefined);
  return positional[top.positional] ?? positional.find((p) => p.positional === "rest");
}
/** Returns the alternative of a type that has a given form; a word or list may be one option of `either`. */
function pick(type: ValueType | undefined, form: ValueType["is"]): ValueType | undefined {
  if (!type) return undefined;
  if (type.is === form) return type;
  return type.is === "either" ? type.of.map((one) => pick(one, form)).find((one) => one !== undefined) : undefined;
}
export function dottedNameBefore(tokens: readonly IToken[], end: number): string {
  let start = end - 1;
  while (tokens[start - 1]?.tokenType === t.Dot && tokens[start - 2]) start -= 2;
  return tokens
    .slice(Math.max(0, start), end)
    .map((k) => k.image)
    .join("");
}
