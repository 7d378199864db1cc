/** Tokens of Tune. Verbs, connectors, `true` and `none` are names to the lexer, which knows no vocabulary. */
import { createToken, Lexer, type CustomPatternMatcherFunc, type IToken, type TokenType } from "#chevrotain";

const order: TokenType[] = [];
function token(
  name: string,
  pattern: RegExp | CustomPatternMatcherFunc,
  more: { group?: string; line_breaks?: boolean; label?: string } = {},
): TokenType {
  const type = createToken({
    name,
    pattern,
    ...(typeof pattern === "function" ? { line_breaks: false } : {}),
    ...more,
  });
  order.push(type);
  return type;
}
/** Maximum UTF-16 units of a text; a longer one has no tokens. */
export const MAX_TEXT_CHARACTERS = 250_000;
/**
 * Returns the last position of `what` in a text, cached per text. This avoids a repeated search for each unclosed
 * opener.
 */
function lastOf(what: string): (text: string) => number {
  let known = { text: "", at: -1 };
  return (text) => {
    if (known.text !== text) known = { text, at: text.lastIndexOf(what) };
    return known.at;
  };
}
const sticky =
  (re: RegExp): CustomPatternMatcherFunc =>
  (text, offset) => {
    re.lastIndex = offset;
    return re.exec(text);
  };

const lastEnd = lastOf("*/");
const lastQuotes = lastOf('"""');
/**
 * `//` opens a comment only at a line's start, after a blank, or after an opener or comma, so that `http://` survives.
 */
const comment: CustomPatternMatcherFunc = (text, offset) => {
  if (text[offset] !== "/") return null;
  if (text[offset + 1] === "*")
    return lastEnd(text) < offset + 2 ? null : sticky(/\/\*[\s\S]*?\*\//y)(text, offset, [], {});
  if (text[offset + 1] !== "/" || (offset > 0 && !/[\s{([,]/.test(text[offset - 1] ?? ""))) return null;
  return sticky(/\/\/[^\n]*/y)(text, offset, [], {});
};

export const Comment = token("Comment", comment, { group: "comments", line_breaks: true });
export const Blank = token("Blank", /[ \t\r\f\v\u00a0\ufeff]+/, { group: Lexer.SKIPPED });
export const NewLine = token("NewLine", /\n/, { line_breaks: true, label: "a new line" });
export const TripleQuoted = token(
  "Text",
  (text, offset) =>
    !text.startsWith('"""', offset) || lastQuotes(text) < offset + 3
      ? null
      : sticky(/"""[\s\S]*?"""/y)(text, offset, [], {}),
  { line_breaks: true, label: "a text" },
);
export const Str = token("Str", /"(?:[^"\\\n]|\\[^\n])*"/, { label: "a string" });
/** Single or curly quotes, or a string that is not closed on its line. */
export const BadString = token(
  "BadString",
  /'(?:[^'\\\n]|\\[^\n])*'|[\u2018\u2019][^\u2018\u2019'\n]*[\u2018\u2019']|[\u201c\u201d\u201e][^\u201c\u201d"\n]*[\u201c\u201d"]|["'\u201c\u201d\u201e](?:[^"\\\n]|\\[^\n])*/,
);
export const Hash = token("Hash", /#[^\n]*/);
/** No space is allowed between number and unit. A minus may be U+2212 or a dash here; repair.ts reports it. */
export const Num = token("Num", /[-\u2212\u2013]?\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?(?:%|[A-Za-z]\w*)?/, {
  label: "a number",
});
export const Range = token("Range", /\.\./, { label: "`..`" });
export const Dot = token("Dot", /\./, { label: "`.`" });
export const KebabName = token("Kebab", sticky(/[\p{ID_Start}_][\p{ID_Continue}]*(?:-[\p{ID_Continue}]+)+/uy));
export const DollarName = token("Ref", sticky(/\$[\p{ID_Start}_][\p{ID_Continue}$]*/uy), { label: "a `$` name" });
export const Identifier = token("Identifier", sticky(/[\p{ID_Start}_][\p{ID_Continue}]*/uy), { label: "a name" });
export const LeftBrace = token("LeftBrace", /\{/, { label: "`{`" });
export const RightBrace = token("RightBrace", /\}/, { label: "`}`" });
export const LeftParen = token("LeftParen", /\(/, { label: "`(`" });
export const RightParen = token("RightParen", /\)/, { label: "`)`" });
export const LeftSquare = token("LeftSquare", /\[/, { label: "`[`" });
export const RightSquare = token("RightSquare", /\]/, { label: "`]`" });
/** `=`, `:=`, `=>`: assignments of other languages. */
export const Equals = token("Equals", /:?=+>?/);
export const Colon = token("Colon", /:/, { label: "`:`" });
export const Comma = token("Comma", /,/, { label: "`,`" });
export const Semicolon = token("Semicolon", /;/);
export const UnknownCharacter = token("Unknown", /[\s\S]/u, { line_breaks: true });

export const allTokens: readonly TokenType[] = order;

/** Created on first use, and the same for every text. */
let lexer: Lexer | undefined;
export interface LexResult {
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
}
export function lex(text: string): LexResult {
  if (text.length > MAX_TEXT_CHARACTERS) return { tokens: [], comments: [] };
  lexer ??= new Lexer(order, { positionTracking: "full", ensureOptimizations: false });
  const { tokens, groups } = lexer.tokenize(text);
  return { tokens, comments: groups["comments"] ?? [] };
}

/** Returns the offset after the token's last character. */
export function tokenEnd(token: IToken): number {
  return token.endOffset === undefined || Number.isNaN(token.endOffset)
    ? token.startOffset + token.image.length
    : token.endOffset + 1;
}
/** Makes a token that was not written, at `offset` and without width. */
export function virtualToken(type: TokenType, near: IToken, offset: number, image = ""): IToken {
  return {
    tokenType: type,
    tokenTypeIdx: type.tokenTypeIdx ?? 0,
    image,
    startOffset: offset,
    endOffset: offset - 1,
    startLine: near.endLine ?? near.startLine ?? 1,
    endLine: near.endLine ?? near.startLine ?? 1,
    payload: "virtual",
  };
}
/** Returns the token read as another type. */
export function withTokenType(token: IToken, type: TokenType, image = token.image): IToken {
  return { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx ?? 0, image };
}
export const isOpenBracket = (t: IToken | undefined): boolean =>
  t !== undefined && (t.tokenType === LeftBrace || t.tokenType === LeftParen || t.tokenType === LeftSquare);
export const isCloseBracket = (t: IToken | undefined): boolean =>
  t !== undefined && (t.tokenType === RightBrace || t.tokenType === RightParen || t.tokenType === RightSquare);
/** Whether a value may begin with this token. */
export const isValueStart = (t: IToken | undefined): boolean =>
  t !== undefined && [Str, TripleQuoted, Num, Identifier, DollarName, LeftSquare, LeftBrace].includes(t.tokenType);
/** Whether a value may end with this token. */
export const isValueEnd = (t: IToken | undefined): boolean =>
  t !== undefined &&
  [Str, TripleQuoted, Num, Identifier, DollarName, RightSquare, RightBrace, RightParen].includes(t.tokenType);
