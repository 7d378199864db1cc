/**
 * Error productions at the token level: what people type out of habit is read as intended, and reported. Runs between
 * the lexer and the bracket balancing. The output contains only tokens of the grammar.
 */
import type { IToken, TokenType } from "chevrotain";
import type { Reporter } from "../diagnostics/reporter.js";
import { replacementFix } from "../diagnostics/reporter.js";
import type { SourceId, Span } from "../diagnostics/span.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import type {} from "./codes.js";
import * as t from "./tokens.js";

const units: ReadonlySet<string> = new Set(["ms", "s", "min", "h", "d", "KB", "MB", "GB", "KiB", "MiB", "GiB"]);

export function repairTokens(tokens: readonly IToken[], source: SourceId, reporter: Reporter): IToken[] {
  return new Mender(undashed(tokens, source, reporter), source, reporter).mended();
}

/** One pass over the tokens: the output so far, and the remaining input. */
class Mender {
  private readonly out: IToken[] = [];
  private readonly allowance = allowances(this.out);
  /** Number of open `(` and `[`. */
  private inside = 0;
  /** Index of the current token; tokens read together with it advance the index. */
  private i = 0;

  constructor(
    private readonly queue: IToken[],
    private readonly source: SourceId,
    private readonly reporter: Reporter,
  ) {}

  mended(): IToken[] {
    for (; this.i < this.queue.length; this.i++) {
      const token = this.queue[this.i];
      if (!token) continue;
      this.count(token.tokenType);
      this.take(token, this.queue[this.i + 1]);
    }
    return this.out;
  }

  private count(type: TokenType): void {
    if (type === t.LeftParen || type === t.LeftSquare) this.inside++;
    if (type === t.RightParen || type === t.RightSquare) this.inside = Math.max(0, this.inside - 1);
  }

  private take(token: IToken, next: IToken | undefined): void {
    switch (token.tokenType) {
      case t.BadString:
        return this.badString(token);
      case t.Equals:
        return this.equals(token, next);
      case t.Semicolon:
        return this.semicolon(token, next);
      case t.Hash:
        return this.hash(token);
      case t.KebabName:
        return this.kebab(token);
      case t.Num:
        return this.number(token, next);
      case t.Dot:
        return this.dot(token, next);
      case t.UnknownCharacter:
        return this.unknown(token);
      case t.Identifier:
        return this.name(token, next);
      default:
        this.out.push(token);
    }
  }

  private badString(token: IToken): void {
    const { string, rest } = quoted(token);
    const span = this.span(string);
    if (/^['\u2018\u2019\u201c\u201d\u201e]/.test(token.image) && rest === undefined)
      this.reporter.report("wrong-quotes", {}, span, { fix: replacementFix(span, string.image) });
    else {
      const end = { source: this.source, start: t.tokenEnd(token) - 1, end: t.tokenEnd(token) };
      this.reporter.report("unclosed-string", {}, span, {
        labels: [{ span: end, text: "the line ends here" }],
        fix: { ...replacementFix(span, string.image), certain: false },
      });
    }
    this.out.push(string);
    if (rest) this.queue.splice(this.i + 1, 0, ...rest);
  }

  private equals(token: IToken, next: IToken | undefined): void {
    const last = this.out.at(-1);
    // The blank before it is removed too: a colon directly follows its key.
    const start = last && last.tokenType !== t.NewLine ? t.tokenEnd(last) : token.startOffset;
    this.reporter.report("equals-for-colon", {}, this.span(token), {
      fix: {
        ...replacementFix({ ...this.span(token), start }, ":"),
        certain: next !== undefined && next.tokenType !== t.NewLine,
      },
    });
    this.out.push(t.withTokenType(token, t.Colon));
  }

  private semicolon(token: IToken, next: IToken | undefined): void {
    const more = next !== undefined && next.tokenType !== t.NewLine;
    this.reporter.report("semicolon", {}, this.span(token), { fix: replacementFix(this.span(token), more ? "," : "") });
    if (more && !t.isCloseBracket(next))
      this.out.push(t.withTokenType(token, this.inside || depthOf(this.out) ? t.Comma : t.NewLine));
  }

  private hash(token: IToken): void {
    this.reporter.report("hash-comment", {}, this.span(token), {
      fix: replacementFix({ ...this.span(token), end: token.startOffset + 1 }, "// ", "write `//`"),
    });
  }

  private kebab(token: IToken): void {
    // Codes contain dashes: `allow: { rare-label: "…" }`. Without their reasons they are not names either.
    const within = this.allowance() ?? (isOfAllow(this.out, this.out.length) ? "" : undefined);
    if (within === undefined && this.out.at(-1)?.tokenType === t.Colon && UNQUOTED.test(token.image)) {
      const instead = `"${token.image}"`;
      const fix = { ...replacementFix(this.span(token), instead), certain: false };
      this.reporter.report("kebab-name", { name: token.image, instead }, this.span(token), { fix });
      this.out.push(t.withTokenType(token, t.Str, instead));
      return;
    }
    const name = within === undefined ? token.image.replaceAll("-", "_") : token.image;
    if (within === undefined)
      this.reporter.report("kebab-name", { name: token.image, instead: name }, this.span(token), {
        fix: replacementFix(this.span(token), name),
      });
    // In a list only the first code is reported.
    else if (within !== "{" && !this.out.slice(this.out.findLastIndex((k) => t.isOpenBracket(k))).some(isCode)) {
      const instead = `{ ${token.image}: "why" }`;
      this.reporter.report("no-value", { key: token.image, instead }, this.span(token), {
        label: "its reason is missing",
      });
    }
    this.out.push(t.withTokenType(token, t.Identifier, name));
  }

  private number(token: IToken, next: IToken | undefined): void {
    if (/^[\u2212\u2013]/.test(token.image)) this.longMinus(token);
    else if (isThousands(this.out, token)) this.thousands(token);
    else if (next && isUnitOf(token, next) && !isKeyAt(this.queue, this.i + 1)) this.separatedUnit(token, next);
    else this.out.push(token);
  }
  private longMinus(token: IToken): void {
    const image = `-${token.image.slice(1)}`;
    this.reporter.report("minus-sign", {}, this.span(token), { fix: replacementFix(this.span(token), image) });
    this.out.push(t.withTokenType(token, t.Num, image));
  }
  private thousands(token: IToken): void {
    const head = this.out[this.out.length - 2] as IToken;
    const image = head.image + token.image;
    this.reporter.report("thousands-comma", { number: image }, this.span(head, token), {
      fix: replacementFix(this.span(head, token), `${head.image}_${token.image}`),
    });
    this.out.splice(this.out.length - 2, 2, upTo(token, t.withTokenType(head, t.Num, image)));
  }
  private separatedUnit(token: IToken, unit: IToken): void {
    const image = token.image + unit.image;
    this.reporter.report("separated-unit", { number: image }, this.span(token, unit), {
      fix: replacementFix(this.span(token, unit), image),
    });
    this.out.push(upTo(unit, t.withTokenType(token, t.Num, image)));
    this.i++;
  }

  /** Handles `.5` without a name before it. */
  private dot(token: IToken, next: IToken | undefined): void {
    const last = this.out.at(-1);
    const begins = !last || t.tokenEnd(last) < token.startOffset || !t.isValueEnd(last);
    const digits = next?.tokenType === t.Num && next.startOffset === t.tokenEnd(token) && /^\d/.test(next.image);
    if (!begins || !digits) {
      this.out.push(token);
      return;
    }
    const image = `0.${next.image}`;
    this.reporter.report("bare-decimal", { number: image }, this.span(token, next), {
      fix: replacementFix(this.span(token, next), image),
    });
    this.out.push(upTo(next, t.withTokenType(token, t.Num, image)));
    this.i++;
  }

  /** Adjacent unknown characters are one error; after a Markdown fence the rest of the line is skipped. */
  private unknown(token: IToken): void {
    const from = this.i;
    while (touching(this.queue[this.i], this.queue[this.i + 1])) this.i++;
    const together = this.queue.slice(from, this.i + 1);
    const character = together.map((k) => k.image).join("");
    if (character.startsWith("```"))
      while (this.queue[this.i + 1] && this.queue[this.i + 1]?.tokenType !== t.NewLine) this.i++;
    const span = this.span(token, this.queue[this.i]);
    const isOperator = /^[-+*/!&|^%]+$/.test(character);
    this.reporter.report(
      "unknown-character",
      { character },
      span,
      isOperator ? {} : { fix: characterMend(character, span, this.out.at(-1)) },
    );
  }

  private name(token: IToken, next: IToken | undefined): void {
    const touches =
      next?.startOffset === t.tokenEnd(token) && [t.Str, t.BadString, t.TripleQuoted].includes(next.tokenType);
    if (touches && /^[fbru]{1,2}$/i.test(token.image))
      this.reporter.report("string-prefix", { prefix: token.image }, this.span(token), {
        fix: replacementFix(this.span(token), ""),
      });
    else this.out.push(token);
  }

  private span(from: IToken, to: IToken = from): Span {
    return { source: this.source, start: from.startOffset, end: t.tokenEnd(to) };
  }
}

/** Returns the token extended to the end of `last`. */
function upTo(last: IToken, token: IToken): IToken {
  return { ...token, endOffset: t.tokenEnd(last) - 1 };
}

/** Whether `unit` is separated by blanks from its number. */
function isUnitOf(number: IToken, unit: IToken): boolean {
  const apart = /\d$/.test(number.image) && t.tokenEnd(number) < unit.startOffset;
  return apart && (units.has(unit.image) || unit.image === "%");
}

/**
 * Returns the fix for an unknown character: YAML's `~` after a colon becomes `none`. Other characters are removed, but
 * only after confirmation.
 */
function characterMend(character: string, place: Span, before: IToken | undefined): Fix {
  if (character === "~" && before?.image === ":") return replacementFix(place, "none");
  return { ...replacementFix(place, ""), certain: false };
}

function touching(a: IToken | undefined, b: IToken | undefined): boolean {
  return a !== undefined && b?.tokenType === t.UnknownCharacter && t.tokenEnd(a) === b.startOffset;
}

/** Reads YAML lists (`- item` per line after a key's colon) as `[item, item]`. */
function undashed(tokens: readonly IToken[], source: SourceId, reporter: Reporter): IToken[] {
  const isDash = (i: number): boolean =>
    tokens[i]?.tokenType === t.NewLine &&
    tokens[i + 1]?.tokenType === t.UnknownCharacter &&
    tokens[i + 1]?.image === "-";
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    out.push(token);
    if (token.tokenType !== t.Colon || !isDash(i + 1)) continue;
    const first = tokens[i + 2] as IToken;
    const items: IToken[][] = [];
    while (isDash(i + 1)) {
      let end = i + 3;
      while (end < tokens.length && tokens[end]?.tokenType !== t.NewLine && tokens[end]?.image !== "}") end++;
      items.push(tokens.slice(i + 3, end));
      i = end - 1;
    }
    const last = items.at(-1)?.at(-1) ?? first;
    const list = `[${items.map((item) => item.map((k) => k.image).join("")).join(", ")}]`;
    const span = { source, start: first.startOffset, end: t.tokenEnd(last) };
    reporter.report("dash-list", { list }, span, {
      fix: replacementFix({ ...span, start: t.tokenEnd(token) }, ` ${list}`),
    });
    out.push(t.virtualToken(t.LeftSquare, first, first.startOffset, "["));
    for (const [n, item] of items.entries()) {
      if (n > 0) out.push(t.virtualToken(t.Comma, item[0] ?? first, item[0]?.startOffset ?? first.startOffset, ","));
      out.push(...item);
    }
    out.push(t.virtualToken(t.RightSquare, last, t.tokenEnd(last), "]"));
  }
  return out;
}

/** Reads a badly quoted string as a `Str` token, without the brackets and commas that an unclosed one swallowed. */
function quoted(token: IToken): { string: IToken; rest?: IToken[] } {
  const image = token.image;
  const closed = image.length > 1 && /["'\u2018\u2019\u201c\u201d]$/.test(image) && !/[^\\]\\["']$/.test(image);
  if (closed) {
    const body = image.slice(1, -1).replace(/\\'/g, "'");
    return {
      string: t.withTokenType(token, t.Str, `"${/^["]/.test(image) ? body : body.replace(/(?<!\\)"/g, '\\"')}"`),
    };
  }
  // If another key follows, the string ended before its comma.
  const quotedPart = /^["'][^,]*(?=,\s*[\p{ID_Continue}.]+\s*:\s)/u.exec(image)?.[0] ?? unclosed(image);
  const end = token.startOffset + quotedPart.length;
  const string = { ...t.withTokenType(token, t.Str, `"${quotedPart.slice(1)}"`), endOffset: end - 1 };
  const rest = t.lex(image.slice(quotedPart.length)).tokens.map((r) => ({
    ...r,
    startOffset: r.startOffset + end,
    endOffset: t.tokenEnd(r) + end - 1,
    ...(token.startLine === undefined ? {} : { startLine: token.startLine, endLine: token.startLine }),
  }));
  return { string, rest };
}

/** Removes closers, commas and blanks at the end. */
function unclosed(image: string): string {
  let end = image.length;
  while (end > 0 && /[\s)\]},]/.test(image.charAt(end - 1))) end--;
  return image.slice(0, end);
}

/** `1,000`: a number, a comma and three digits without a blank; in a list only if the digits begin with 0. */
function isThousands(out: readonly IToken[], token: IToken): boolean {
  const comma = out.at(-1);
  const head = out.at(-2);
  if (comma?.tokenType !== t.Comma) return false;
  if (head?.tokenType !== t.Num || !/^\d{3}$/.test(token.image) || !/^-?\d{1,3}$/.test(head.image.slice(-4)))
    return false;
  if (t.tokenEnd(head) !== comma.startOffset || t.tokenEnd(comma) !== token.startOffset) return false;
  return token.image.startsWith("0") || out.at(-3)?.tokenType === t.Colon;
}
/**
 * Returns a function that gives the bracket of `allow: { … }`, or of a list in it, that encloses the end of the growing
 * tokens.
 */
function allowances(tokens: readonly IToken[]): () => string | undefined {
  const open: (string | undefined)[] = [];
  let seen = 0;
  return () => {
    for (; seen < tokens.length; seen++) {
      const token = tokens[seen] as IToken;
      if (t.isCloseBracket(token)) open.pop();
      else if (t.isOpenBracket(token)) open.push(isOfAllow(tokens, seen) ? token.image : undefined);
    }
    return open.at(-1);
  };
}
/** Names of models and files (`all-MiniLM-L6-v2`) have capitals, digits or several dashes; Tune's codes do not. */
const UNQUOTED = /[A-Z\d]|-.*-/;

/** Whether `allow:` precedes that index. */
function isOfAllow(tokens: readonly IToken[], index: number): boolean {
  return tokens[index - 1]?.tokenType === t.Colon && tokens[index - 2]?.image === "allow";
}
function isCode({ tokenType, image }: IToken): boolean {
  return tokenType === t.Identifier && image.includes("-");
}
function isKeyAt(tokens: readonly IToken[], i: number): boolean {
  return tokens[i + 1]?.tokenType === t.Colon;
}
function depthOf(tokens: readonly IToken[]): number {
  return tokens.reduce((depth, token) => depth + (t.isOpenBracket(token) ? 1 : t.isCloseBracket(token) ? -1 : 0), 0);
}
