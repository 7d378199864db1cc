/**
 * Text → tree. Phases: lex → repair (habits) → balance (brackets) → statements → entries. Each entry is parsed on its
 * own, so that one error costs one entry. Never throws; all errors are in `diagnostics`.
 */
import type { IToken } from "chevrotain";
import type { CodeData } from "../diagnostics/codes.js";
import type { Diagnostic, Fix } from "../diagnostics/diagnostic.js";
import { LineIndex } from "../diagnostics/lines.js";
import { TooManyDiagnostics, replacementFix, Reporter } from "../diagnostics/reporter.js";
import type { Source, Span } from "../diagnostics/span.js";
import { adviceOnToken, needlessWith } from "./advice.js";
import { balanceBrackets } from "./balance.js";
import { withoutMagic } from "./cell.js";
import { unbracketNames } from "./bracketed-names.js";
import { standsForColon, normaliseTokens, type NormalisationCode } from "./normalise.js";
import { Grammar, joinSpans, type StatementHead } from "./grammar.js";
import { TO_CONNECTOR, findMissingConnector } from "./unconnected.js";
import { repairForeignSyntax } from "./foreign.js";
import { parseLimits, findTooDeepBracket } from "./limits.js";
import { repairTokens } from "./repair.js";
import {
  indexOfBlockStart,
  indexOfKeyInHead,
  bracelessRecordLines,
  indexOfClosingBracket,
  indexOfNextEntry,
  previousToken,
  splitTokensAt,
} from "./pieces.js";
import * as t from "./tokens.js";
import type { BlockNode, Entry, Key, Statement, Tree } from "./tree.js";

export interface ParseResult {
  readonly tree: Tree;
  readonly diagnostics: readonly Diagnostic[];
  readonly comments: readonly IToken[];
}

/** Created on first use; reset for every text, so that no state carries over. */
let grammar: Grammar | undefined;
/** Cache of recently parsed texts, least recent first. A result depends only on the text and the verbs. */
const cache = new Map<string, ParseResult>();
/** Total characters of the cached texts. */
let cached = 0;
/** Maximum characters of the cached texts: some hundred cells, or the last few versions of a long file. */
const ROOM = 100_000;

/** Parses one source; recent results are cached. */
export function parse(source: Source, verbs: readonly string[]): ParseResult {
  const key = [source.id, verbs.join(" "), source.text].join("\u0000");
  const known = cache.get(key);
  if (known) {
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const parsed = new Reader(source, verbs).read();
  cache.set(key, parsed);
  cached += key.length;
  for (const old of cache.keys()) {
    if (cached <= ROOM || old === key) break;
    cache.delete(old);
    cached -= old.length;
  }
  return parsed;
}

class Reader {
  private readonly reporter = new Reporter(parseLimits.mistakes);
  /** Collects reports that are exempt from the limit on errors. */
  private readonly beyond = new Reporter();
  private readonly statements: Statement[] = [];
  private readonly lines = new Set<number>();
  private readonly places: LineIndex;
  private readonly lost: string[] = [];
  private readonly grammar: Grammar;
  constructor(
    private readonly source: Source,
    private readonly verbs: readonly string[],
  ) {
    this.grammar = grammar ??= new Grammar();
    this.grammar.source = source.id;
    this.places = new LineIndex(source.text);
  }

  read(): ParseResult {
    if (this.source.text.length > parseLimits.characters) return this.refused("characters", 0, 1);
    const { tokens, comments } = t.lex(
      withoutMagic(this.source.text).replace(/^(?:#(?!!)[^\n]*|[ \t\r\n\f\v\u00a0\ufeff]+)+/, (s) =>
        s.replace(/[^\n]/g, " "),
      ),
    );
    const deep = findTooDeepBracket(tokens);
    if (deep) return this.refused("brackets in brackets", deep.startOffset, t.tokenEnd(deep));
    try {
      this.readAll(tokens);
    } catch (error) {
      if (!(error instanceof TooManyDiagnostics)) throw error;
      const last = Math.max(...this.reporter.diagnostics.map(({ span }) => span.start));
      this.tooMuch("mistakes", last, last + 1);
    }
    const { statements, lost } = this;
    const diagnostics = oneHabit(
      [...this.reporter.diagnostics, ...this.beyond.diagnostics].sort((a, b) => a.span.start - b.span.start),
    );
    return { tree: { statements, lost }, diagnostics, comments };
  }

  private tooMuch(
    what: Exclude<keyof typeof parseLimits, "depth" | "reports"> | "brackets in brackets",
    start: number,
    end: number,
  ): void {
    const most = what === "brackets in brackets" ? parseLimits.depth : parseLimits[what];
    this.beyond.report("too-much", { what, most }, { source: this.source.id, start, end });
  }
  /** Returns the result for a text that is not read, with one report. */
  private refused(what: "characters" | "brackets in brackets", start: number, end: number): ParseResult {
    this.tooMuch(what, start, end);
    return { tree: { statements: [], lost: [] }, diagnostics: this.beyond.diagnostics, comments: [] };
  }

  private readAll(tokens: readonly IToken[]): void {
    const known = repairForeignSyntax(tokens, this.source.text, this.source.id, this.reporter);
    const mended = repairTokens(known, this.source.id, this.reporter);
    const balanced = balanceBrackets(mended, new Set(this.verbs), this.source.id, this.reporter);
    for (const line of balanced.lines) this.lines.add(line);
    for (const d of this.reporter.diagnostics) this.lines.add(this.lineAt(d.span.start));
    const pieces = splitTokensAt(balanced.tokens, [t.NewLine]);
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i] as IToken[];
      const under = bracelessRecordLines(pieces, i);
      const head = piece.at(-1)?.tokenType === t.Colon ? piece.slice(0, -1) : piece;
      let rest: readonly IToken[] = under.length === 0 ? piece : [...head, ...this.braced(piece, under, " {")];
      while (rest.length > 0) {
        if (this.statements.length >= parseLimits.statements)
          return this.tooMuch("statements", rest[0]?.startOffset ?? 0, t.tokenEnd(rest[0] as IToken));
        rest = this.statement(rest);
      }
      i += under.length;
    }
  }

  /** Reads the first statement; returns the tokens of another statement on the same line. */
  private statement(tokens: readonly IToken[]): readonly IToken[] {
    const colon = tokens[2];
    if (colon?.tokenType === t.Colon && tokens[1]?.tokenType === t.Identifier && tokens[3]?.tokenType === t.LeftBrace) {
      // `data tickets: {`, as in YAML and JSON.
      const span = { ...this.span(colon), start: t.tokenEnd(tokens[1]) };
      this.lines.add(colon.startLine ?? 0);
      this.reporter.report("unexpected", { found: "`:`", expected: "`{`" }, this.span(colon), {
        fix: replacementFix(span, "", "remove `:`"),
      });
      return this.statement([...tokens.slice(0, 2), ...tokens.slice(3)]);
    }
    const keyed = indexOfKeyInHead(tokens);
    const open = keyed < 0 ? indexOfBlockStart(tokens) : -1;
    const head = keyed >= 0 ? tokens.slice(0, keyed) : open < 0 ? tokens : tokens.slice(0, open);
    const close = open < 0 ? -1 : indexOfClosingBracket(tokens, open);
    const first = tokens[0];
    const last = tokens.at(-1);
    if (!first || !last) return [];
    if (first.tokenType !== t.Identifier) {
      this.unexpected(first, "a verb");
      this.lost.push(...tokens.filter((k) => k.tokenType === t.Identifier).map((k) => k.image));
      return [];
    }
    const key = keyed < 0 ? undefined : tokens[keyed];
    if (key) {
      this.unexpected(key, "`{`");
      const { head: read } = this.head(head);
      this.statements.push({ ...read, broken: true, span: this.span(first, last) });
      return [];
    }
    const { head: read, broken } = this.head(head);
    const block = open < 0 ? undefined : this.block(tokens.slice(open, close + 1));
    const after = close < 0 ? undefined : tokens[close + 1];
    if (after) this.unexpected(after, "a new line", tokens[close]);
    this.statements.push({
      ...read,
      ...(block ? { block } : {}),
      broken,
      span: this.span(first, tokens[close] ?? last),
    });
    const next = close < 0 ? -1 : tokens.findIndex((k, index) => index > close && k.tokenType === t.Identifier);
    return this.verbs.includes(tokens[next]?.image ?? "") ? tokens.slice(next) : [];
  }

  private head(tokens: readonly IToken[]): { head: StatementHead; broken: boolean } {
    const report = this.report.bind(this);
    const bare = unbracketNames(tokens, this.source.text, report, this.source.id);
    const fixed = normaliseTokens(bare, report, this.source.id);
    const read = this.run(fixed, () => this.grammar.head());
    if (read.value) return { head: read.value, broken: false };
    const alone = read.token && findMissingConnector(fixed, read.token);
    if (alone) this.unconnected(alone);
    else if (read.token && !this.needless(previousToken(fixed, read.token), read.expected))
      this.unexpected(read.token, read.expected, read.token.image === "" ? fixed.at(-1) : undefined);
    const failed = fixed.findIndex((k) => k.startOffset >= (read.token?.startOffset ?? 0));
    const longest = failed < 0 ? fixed.length - 1 : failed;
    for (let end = longest; end > Math.max(0, longest - 50); end--) {
      const part = this.run(fixed.slice(0, end), () => this.grammar.head()).value;
      if (part) return { head: part, broken: true };
    }
    const verb = tokens[0] as IToken;
    return { head: { verb: { text: verb.image, span: this.span(verb) }, operands: [], clauses: [] }, broken: true };
  }

  /** Converts the lines to a block's tokens, with a report at the colon that ends `head`. */
  private braced(head: readonly IToken[], lines: readonly IToken[][], open: string): IToken[] {
    const final = head.at(-1) as IToken;
    const written = final.tokenType === t.Colon;
    const colon = written ? final : t.virtualToken(t.Colon, final, t.tokenEnd(final));
    const last = lines.at(-1)?.at(-1) ?? colon;
    const name = this.source.text.slice(head[0]?.startOffset, colon.startOffset);
    const toBrace = { start: colon.startOffset, end: t.tokenEnd(colon), text: open };
    const close = { start: t.tokenEnd(last), end: t.tokenEnd(last), text: " }" };
    // The closing brace exists and was reported as stray.
    const stray = this.reporter.diagnostics.find(
      (d) => d.code === "stray-bracket" && this.source.text.slice(t.tokenEnd(last), d.span.start).trim() === "",
    );
    this.reporter.diagnostics = this.reporter.diagnostics.filter((d) => d !== stray);
    this.reporter.report("block-without-braces", { head: `${name}${open}` }, this.span(written ? colon : final), {
      fix: { title: "put braces around the lines", edits: stray ? [toBrace] : [toBrace, close], certain: true },
    });
    return [
      t.virtualToken(t.LeftBrace, colon, t.tokenEnd(colon), "{"),
      ...lines.flatMap((line) => [...line, t.virtualToken(t.NewLine, last, t.tokenEnd(line.at(-1) as IToken), "")]),
      t.virtualToken(t.RightBrace, last, t.tokenEnd(last), "}"),
    ];
  }

  /** Reads a block: `tokens` from `{` to its `}`. */
  private block(tokens: readonly IToken[]): BlockNode {
    const pieces = splitTokensAt(tokens.slice(1, -1), [t.NewLine, t.Comma]);
    const entries: Entry[] = [];
    let broken = false;
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i] as IToken[];
      const under = bracelessRecordLines(pieces, i);
      const read = this.entries(under.length === 0 ? piece : [...piece, ...this.braced(piece, under, ": {")]);
      if (read.length === 0) broken = true;
      entries.push(...read);
      i += under.length;
    }
    const [first, last] = [tokens[0] as IToken, tokens.at(-1) as IToken];
    return { is: "block", entries, ...(broken ? { broken } : {}), span: this.span(first, last) };
  }

  private entries(tokens: readonly IToken[]): Entry[] {
    const first = tokens[0];
    if (!first) return [];
    let colon = 1;
    if (first.tokenType === t.Identifier)
      while (tokens[colon]?.tokenType === t.Dot && tokens[colon + 1]?.tokenType === t.Identifier) colon += 2;
    else if (first.tokenType !== t.Str && first.tokenType !== t.Num) {
      this.unexpected(first, "a key");
      return [];
    }
    const key = this.run(tokens.slice(0, colon), () => this.grammar.key()).value;
    if (!key) {
      this.unexpected(first, "a key");
      return [];
    }
    const next = tokens[colon];
    if (next?.tokenType === t.Colon) return this.valued(key, tokens.slice(0, colon), tokens.slice(colon + 1));
    if (next === undefined && first.tokenType === t.Identifier) {
      if (!this.suspect(first))
        this.reporter.report("no-value", { key: key.text }, key.span, { label: "a colon and a value are missing" });
      return [{ key, span: key.span }];
    }
    if (next && first.tokenType === t.Identifier && t.isValueStart(next)) {
      const instead = standsForColon(next, tokens[colon + 1]);
      const insertSpan = instead ? this.span(next) : { source: this.source.id, start: key.span.end, end: key.span.end };
      this.report(
        "missing-colon",
        { key: key.text },
        this.span(first, next),
        replacementFix(insertSpan, ":", `write \`${key.text}:\``),
      );
      return this.valued(key, tokens.slice(0, colon), tokens.slice(instead ? colon + 1 : colon));
    }
    this.unexpected(next ?? first, next ? "`:`" : "a key");
    return [];
  }

  private valued(key: Key, keyTokens: readonly IToken[], tokens: readonly IToken[]): Entry[] {
    const first = tokens[0];
    if (!first) {
      const last = keyTokens.at(-1) as IToken;
      if (!this.suspect(last))
        this.reporter.report("no-value", { key: key.text }, key.span, { label: "nothing follows the colon" });
      return [{ key, span: key.span }];
    }
    const end = indexOfNextEntry(tokens);
    if (end > 0) {
      const [before, after] = [tokens[end - 1] as IToken, tokens[end] as IToken];
      const insertSpan = { source: this.source.id, start: t.tokenEnd(before), end: t.tokenEnd(before) };
      this.report(
        "missing-comma",
        { before: after.image },
        this.span(after),
        replacementFix(insertSpan, ",", "add a comma"),
      );
      return [...this.valued(key, keyTokens, tokens.slice(0, end)), ...this.entries(tokens.slice(end))];
    }
    if (first.tokenType === t.LeftBrace) {
      const close = indexOfClosingBracket(tokens, 0);
      const value = this.block(tokens.slice(0, close + 1));
      const after = tokens[close + 1];
      if (after) this.unexpected(after, "a new line or a comma", tokens[close]);
      return [{ key, value, span: joinSpans(key.span, value.span) }];
    }
    const fixed = normaliseTokens(tokens, this.report.bind(this), this.source.id);
    const read = this.run(fixed, () => this.grammar.value());
    if (read.value) return [{ key, value: read.value, span: joinSpans(key.span, read.value.span) }];
    if (read.token) this.unexpected(read.token, read.expected, previousToken(fixed, read.token));
    return [{ key, span: joinSpans(key.span, this.span(first, tokens.at(-1))) }];
  }

  private run<T>(tokens: readonly IToken[], rule: () => T): { value?: T; token?: IToken; expected: string } {
    const g = this.grammar;
    g.badEscapes = [];
    g.input = [...tokens];
    const value = rule();
    const error = g.errors[0];
    if (!error) {
      for (const bad of g.badEscapes) {
        const span = { source: this.source.id, start: bad.start, end: bad.end };
        this.report(
          "unknown-escape",
          { escape: bad.escape },
          span,
          replacementFix({ ...span, end: span.start + 1 }, "\\\\", "double the backslash"),
        );
      }
      return { value, expected: "" };
    }
    const last = tokens.at(-1);
    const ended = error.token.tokenType.name === "EOF";
    const failedToken = ended && last ? t.virtualToken(t.NewLine, last, t.tokenEnd(last)) : error.token;
    return { token: failedToken, expected: error.message };
  }

  private suspect(token: IToken): boolean {
    return this.lines.has(token.startLine ?? 0);
  }
  /** Reports a target without its connector. */
  private unconnected(word: IToken): void {
    if (this.suspect(word)) return;
    const fix = replacementFix(
      { ...this.span(word), end: word.startOffset },
      `${TO_CONNECTOR} `,
      `write \`${TO_CONNECTOR}\` before it`,
    );
    const data = { found: `\`${word.image}(\``, expected: `\`${TO_CONNECTOR}\`` };
    this.lines.add(word.startLine ?? 0);
    this.reporter.report("unexpected", data, this.span(word), {
      label: `\`${TO_CONNECTOR}\` is missing before it`,
      fix,
    });
  }
  /** `before`: the preceding token, if any. */
  private unexpected(token: IToken, expected: string, before?: IToken): void {
    if (this.suspect(token)) return;
    this.lines.add(token.startLine ?? 0);
    const found =
      token.payload === "virtual" && token.image === ""
        ? "end of line"
        : token.tokenType === t.NewLine
          ? "line break"
          : `\`${token.image.slice(0, 40)}\``;
    const span = this.span(token);
    const width = span.end > span.start ? span : { ...span, start: Math.max(0, span.start - 1) };
    const advice = adviceOnToken(token, before, this.source.text);
    this.reporter.report("unexpected", { found, expected, ...(advice === undefined ? {} : { advice }) }, width, {
      label: `${expected} is missing here`,
    });
  }
  /** Whether `before` is a `with` before braces (reported). */
  private needless(before: IToken | undefined, expected: string): boolean {
    const word = needlessWith(before, this.source.text);
    if (!word || this.suspect(word)) return false;
    const span = this.span(word);
    const gap = /^[ \t]*/.exec(this.source.text.slice(span.end))?.[0].length ?? 0;
    const advice = "braces follow the name, without `with`, which names a recipe: remove it";
    const fix = replacementFix({ ...span, end: span.end + gap }, "", "remove `with`");
    this.lines.add(this.lineAt(span.start));
    this.reporter.report("unexpected", { found: "`with`", expected, advice }, span, { fix });
    return true;
  }
  private report<C extends NormalisationCode>(code: C, data: CodeData[C], span: Span, fix: Fix): void {
    this.lines.add(this.lineAt(span.start));
    this.reporter.report(code, data, span, { fix });
  }
  private span(from: IToken, to: IToken = from): Span {
    return { source: this.source.id, start: from.startOffset, end: Math.max(from.startOffset, t.tokenEnd(to)) };
  }
  private lineAt(offset: number): number {
    return this.places.lineAt(offset);
  }
}

/** Merges the reports of a text indented like YAML into one, whose fix corrects all of it. */
function oneHabit(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const habits = diagnostics.filter((d) => d.code === "block-without-braces" || d.code === "dash-list");
  const [first, ...others] = habits;
  if (!first || others.length === 0 || first.code !== "block-without-braces") return diagnostics;
  const labels = others.map(({ span }) => ({ span, text: "here too" }));
  const edits = habits.flatMap(({ fix }) => fix?.edits ?? []);
  const whole: Diagnostic = {
    ...first,
    labels: [...first.labels, ...labels],
    fix: { title: "put braces around the lines", edits, certain: true },
  };
  return diagnostics.flatMap((d) => (d === first ? [whole] : habits.some((habit) => habit === d) ? [] : [d]));
}
