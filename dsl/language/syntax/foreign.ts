/**
 * Reads complete constructs of other languages at the token level as intended, with one report each: `recipe quick =
 * dict(…)`, `<path>` as a placeholder, `**config`. Runs before repair.ts, which reads single tokens.
 */
import type { IToken } from "chevrotain";
import type { Reporter } from "../diagnostics/reporter.js";
import type { Edit, SourceId } from "../diagnostics/span.js";
import type {} from "./codes.js";
import * as t from "./tokens.js";

export function repairForeignSyntax(
  tokens: readonly IToken[],
  text: string,
  source: SourceId,
  reporter: Reporter,
): IToken[] {
  let out = [...tokens];
  let depth = 0;
  const idle = new Set<IToken>();
  for (let i = 0; i < out.length; i++) {
    if (t.isOpenBracket(out[i])) depth++;
    else if (t.isCloseBracket(out[i])) depth = Math.max(0, depth - 1);
    if (assignsRecord(out, i)) out = assigned(out, i, text, source, reporter);
    else if (depth === 0 && assigns(out, i)) out = assignedValue(out, i, text, source, reporter);
    if (out[i]?.tokenType === t.UnknownCharacter && out[i]?.image === "<") out = filledIn(out, i, source, reporter);
    const name = out[i]?.image === "*" && out[i + 1]?.image === "*" ? unpacked(out, i) : undefined;
    if (name) idle.add(name);
  }
  return idle.size === 0 ? out : out.filter((token) => !idle.has(token));
}

/** Matches `VERB NAME = VALUE` at the start of a line. */
function assigns(tokens: readonly IToken[], i: number): boolean {
  const [verb, name, equals, value] = tokens.slice(i, i + 4);
  return (
    (i === 0 || tokens[i - 1]?.tokenType === t.NewLine) &&
    verb?.tokenType === t.Identifier &&
    name?.tokenType === t.Identifier &&
    equals?.tokenType === t.Equals &&
    value !== undefined &&
    value.tokenType !== t.NewLine
  );
}

/**
 * Matches an assignment of a record: `{ … }`, or `dict(KEY=VALUE, …)` or `SomeName(…)` with only keyword arguments.
 */
function assignsRecord(tokens: readonly IToken[], i: number): boolean {
  if (!assigns(tokens, i)) return false;
  const [value, open] = tokens.slice(i + 3, i + 5);
  if (value?.tokenType === t.LeftBrace) return keyed(tokens, i + 3);
  const makes = value?.tokenType === t.Identifier && /^(?:dict|\p{Lu}.*)$/u.test(value.image);
  return makes && open?.tokenType === t.LeftParen && keyed(tokens, i + 4);
}

/** Whether each item between the brackets that begin at `open` is `KEY = VALUE` or `KEY: VALUE`. */
function keyed(tokens: readonly IToken[], open: number): boolean {
  const to = closing(tokens, open);
  let depth = 0;
  let begins = true;
  for (let i = open + 1; i < to; i++) {
    const token = tokens[i];
    if (depth === 0 && (token?.tokenType === t.Comma || token?.tokenType === t.NewLine)) begins = true;
    else if (begins) {
      const sets = [t.Equals, t.Colon].some((type) => tokens[i + 1]?.tokenType === type);
      const isKey = [t.Identifier, t.Str, t.BadString].some((type) => token?.tokenType === type);
      if (!sets || !isKey) return false;
      begins = false;
    } else if (t.isOpenBracket(token)) depth++;
    else if (t.isCloseBracket(token)) depth--;
  }
  return true;
}

/** Reports `data reviews = csv("s.csv")`: only the vocabulary knows the key of the value, so there is no fix. */
function assignedValue(
  all: readonly IToken[],
  i: number,
  text: string,
  source: SourceId,
  reporter: Reporter,
): IToken[] {
  const [verb, name, equals] = all.slice(i, i + 3) as [IToken, IToken, IToken];
  const to = endOfLine(all, i + 3);
  const [first, last] = [all[i + 3] as IToken, all[to - 1] as IToken];
  const value = text.slice(first.startOffset, t.tokenEnd(last));
  const shown = value.includes("\n") || value.startsWith("{") ? "…" : value;
  const instead = `${verb.image} ${name.image} { KEY: ${shown} }`;
  reporter.report("equals-for-colon", { instead }, { source, start: equals.startOffset, end: t.tokenEnd(equals) });
  return [
    ...all.slice(0, i + 2),
    t.virtualToken(t.LeftBrace, equals, equals.startOffset, "{"),
    ...all.slice(i + 3, to),
    t.virtualToken(t.RightBrace, last, t.tokenEnd(last), "}"),
    ...all.slice(to),
  ];
}

/** Returns the end of the line that continues from `from`, including brackets over several lines. */
function endOfLine(tokens: readonly IToken[], from: number): number {
  let depth = 0;
  for (let i = from; i < tokens.length; i++) {
    if (depth === 0 && tokens[i]?.tokenType === t.NewLine) return i;
    if (t.isOpenBracket(tokens[i])) depth++;
    if (t.isCloseBracket(tokens[i])) depth--;
  }
  return tokens.length;
}

/** Reads `recipe quick = dict(epochs=3)` as `recipe quick { epochs: 3 }`, in one report. */
function assigned(all: IToken[], i: number, text: string, source: SourceId, reporter: Reporter): IToken[] {
  const equals = all[i + 2] as IToken;
  const from = all[i + 3]?.tokenType === t.LeftBrace ? i + 3 : i + 4;
  const open = all[from] as IToken;
  const to = closing(all, from);
  const close = all[to];
  if (!close) return all;
  const braced = open.tokenType === t.LeftBrace;
  const edits: Edit[] = [
    { start: equals.startOffset, end: t.tokenEnd(open), text: braced ? "{" : "{ " },
    ...(braced ? [] : [{ start: close.startOffset, end: t.tokenEnd(close), text: " }" }]),
  ];
  const inside = all.slice(from + 1, to).map((token): IToken => {
    if (token.tokenType !== t.Equals) return token;
    edits.push({ start: token.startOffset, end: t.tokenEnd(token), text: ": " });
    return t.withTokenType(token, t.Colon);
  });
  const first = all[i] as IToken;
  const instead = edits
    .toSorted((a, b) => b.start - a.start)
    .reduce(
      (line, e) => line.slice(0, e.start - first.startOffset) + e.text + line.slice(e.end - first.startOffset),
      text.slice(first.startOffset, t.tokenEnd(close)),
    );
  reporter.report(
    "equals-for-colon",
    { instead: instead.includes("\n") ? `${first.image} ${all[i + 1]?.image ?? ""} { … }` : instead },
    { source, start: equals.startOffset, end: t.tokenEnd(equals) },
    { fix: { title: "write a record in braces", edits, certain: true } },
  );
  return [
    ...all.slice(0, i + 2),
    t.withTokenType(open, t.LeftBrace, "{"),
    ...inside,
    t.withTokenType(close, t.RightBrace, "}"),
    ...all.slice(to + 1),
  ];
}

/** Reads `<3>` as a placeholder whose angle brackets come from the documentation. */
function filledIn(all: IToken[], i: number, source: SourceId, reporter: Reporter): IToken[] {
  const near = all.slice(i + 1, i + 30);
  const ends = near.findIndex(
    (k) => k.tokenType === t.NewLine || (k.tokenType === t.UnknownCharacter && k.image === ">"),
  );
  const [open, close] = [all[i] as IToken, near[ends]];
  if (ends < 1 || close?.image !== ">") return all;
  const edits = [open, close].map((k) => ({ start: k.startOffset, end: t.tokenEnd(k), text: "" }));
  reporter.report(
    "unknown-character",
    { character: "<…>" },
    { source, start: open.startOffset, end: t.tokenEnd(close) },
    { fix: { title: "remove the angle brackets", edits, certain: false } },
  );
  return all.filter((k) => k !== open && k !== close);
}

/** Returns the name after `**`, which has no meaning of its own. */
function unpacked(all: readonly IToken[], i: number): IToken | undefined {
  const name = all[i + 2];
  const touches = name?.tokenType === t.Identifier && name.startOffset === t.tokenEnd(all[i + 1] as IToken);
  const alone = [t.LeftParen, t.Comma, t.LeftBrace].some((type) => all[i - 1]?.tokenType === type);
  return touches && alone ? name : undefined;
}

function closing(tokens: readonly IToken[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (t.isOpenBracket(tokens[i])) depth++;
    if (t.isCloseBracket(tokens[i])) depth--;
    if (depth === 0) return i;
  }
  return -1;
}
