/**
 * Whole shapes of other languages at the level of tokens, read as what they mean and reported once: `recipe quick = dict(…)`,
 * `<path>` for something to fill in, `**config`. Stands before mend.ts, which reads single tokens.
 */
import type { IToken } from "chevrotain";
import type { Reporter } from "../diagnostics/reporter.js";
import type { Edit, SourceId } from "../diagnostics/span.js";
import type {} from "./codes.js";
import * as t from "./tokens.js";

export function foreign(tokens: readonly IToken[], text: string, source: SourceId, reporter: Reporter): IToken[] {
  let out = [...tokens];
  const idle = new Set<IToken>();
  for (let i = 0; i < out.length; i++) {
    if (assigns(out, i)) out = assigned(out, i, text, source, reporter);
    if (out[i]?.tokenType === t.Unknown && out[i]?.image === "<") out = filledIn(out, i, source, reporter);
    const name = out[i]?.image === "*" && out[i + 1]?.image === "*" ? unpacked(out, i) : undefined;
    if (name) idle.add(name);
  }
  return idle.size === 0 ? out : out.filter((token) => !idle.has(token));
}

/** `VERB NAME =` at the start of a line, before `dict(`, `SomeName(` or `{`. */
function assigns(tokens: readonly IToken[], i: number): boolean {
  const [verb, name, equals, value, open] = tokens.slice(i, i + 5);
  return (
    (i === 0 || tokens[i - 1]?.tokenType === t.NewLine) &&
    verb?.tokenType === t.Identifier &&
    name?.tokenType === t.Identifier &&
    equals?.tokenType === t.Equals &&
    (value?.tokenType === t.LeftBrace || (value?.tokenType === t.Identifier && open?.tokenType === t.LeftParen))
  );
}

/** `recipe quick = dict(epochs=3)` as `recipe quick { epochs: 3 }`, in one report. */
function assigned(all: IToken[], i: number, text: string, source: SourceId, reporter: Reporter): IToken[] {
  const equals = all[i + 2] as IToken;
  const from = all[i + 3]?.tokenType === t.LeftBrace ? i + 3 : i + 4;
  const open = all[from] as IToken;
  const to = closing(all, from);
  const close = all[to];
  if (!close) return all;
  const braced = open.tokenType === t.LeftBrace;
  const edits: Edit[] = [
    { start: equals.startOffset, end: t.endOf(open), text: braced ? "{" : "{ " },
    ...(braced ? [] : [{ start: close.startOffset, end: t.endOf(close), text: " }" }]),
  ];
  const inside = all.slice(from + 1, to).map((token): IToken => {
    if (token.tokenType !== t.Equals) return token;
    edits.push({ start: token.startOffset, end: t.endOf(token), text: ": " });
    return t.retyped(token, t.Colon);
  });
  const first = all[i] as IToken;
  const instead = edits
    .toSorted((a, b) => b.start - a.start)
    .reduce(
      (line, e) => line.slice(0, e.start - first.startOffset) + e.text + line.slice(e.end - first.startOffset),
      text.slice(first.startOffset, t.endOf(close)),
    );
  reporter.report(
    "equals-for-colon",
    { instead: instead.includes("\n") ? `${first.image} ${all[i + 1]?.image ?? ""} { … }` : instead },
    { source, start: equals.startOffset, end: t.endOf(equals) },
    { fix: { title: "write a record in braces", edits, certain: true } },
  );
  return [
    ...all.slice(0, i + 2),
    t.retyped(open, t.LeftBrace, "{"),
    ...inside,
    t.retyped(close, t.RightBrace, "}"),
    ...all.slice(to + 1),
  ];
}

/** `<3>`: the angles mark what is to be filled in, and belong to the manual. */
function filledIn(all: IToken[], i: number, source: SourceId, reporter: Reporter): IToken[] {
  const near = all.slice(i + 1, i + 30);
  const ends = near.findIndex((k) => k.tokenType === t.NewLine || (k.tokenType === t.Unknown && k.image === ">"));
  const [open, close] = [all[i] as IToken, near[ends]];
  if (ends < 1 || close?.image !== ">") return all;
  const edits = [open, close].map((k) => ({ start: k.startOffset, end: t.endOf(k), text: "" }));
  reporter.report(
    "unknown-character",
    { character: "<…>" },
    { source, start: open.startOffset, end: t.endOf(close) },
    { fix: { title: "remove the angle brackets", edits, certain: false } },
  );
  return all.filter((k) => k !== open && k !== close);
}

/** The name after `**` says nothing without them. */
function unpacked(all: readonly IToken[], i: number): IToken | undefined {
  const name = all[i + 2];
  const touches = name?.tokenType === t.Identifier && name.startOffset === t.endOf(all[i + 1] as IToken);
  const alone = [t.LeftParen, t.Comma, t.LeftBrace].some((type) => all[i - 1]?.tokenType === type);
  return touches && alone ? name : undefined;
}

function closing(tokens: readonly IToken[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (t.isOpen(tokens[i])) depth++;
    if (t.isClose(tokens[i])) depth--;
    if (depth === 0) return i;
  }
  return -1;
}
