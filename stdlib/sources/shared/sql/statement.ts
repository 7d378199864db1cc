/**
 * Analyses a SQL query as far as needed: whether it is one read-only statement, whether its rows are ordered, and which
 * of its strings name files. DuckDB and SQLite do the rest.
 */

import { mustExist } from "#dsl/language/diagnostics/codes.js";

export interface TableReference {
  readonly text: string;
  /** Position in the query, including the quotes. */
  readonly from: number;
  readonly to: number;
}
export interface StatementFault {
  readonly is: "statement" | "unordered";
  /** Position in the query. */
  readonly offset: number;
  /** The text at that position; for rows without an order, the random function that draws them. */
  readonly found: string | null;
}
export interface ExaminedSqlStatement {
  readonly fault: StatementFault | null;
  /** Strings in place of a table: files, file patterns or table names. */
  readonly tables: readonly TableReference[];
}

interface Token {
  readonly is: "word" | "text" | "sign";
  /** The string's content. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const FIRST = new Set(["select", "with", "from"]);
const BY_CHANCE = new Set(["random", "setseed", "uuid", "gen_random_uuid", "uuidv4", "randomblob"]);
/** Functions that read the files passed to them. */
const READS = /^(?:read_\w+|parquet_\w+|sniff_csv|glob|\w+_scan)$/;
/** Keywords that end the part of a statement in which tables are named. */
const AFTER_TABLES =
  /^(?:select|where|group|having|order|limit|offset|window|qualify|on|using|union|intersect|except|sample|values)$/;

export function parseStatement(sql: string): ExaminedSqlStatement {
  const tokens = tokensOf(sql);
  return { fault: faultOf(sql, tokens), tables: tablesIn(tokens) };
}

function faultOf(sql: string, tokens: readonly Token[]): StatementFault | null {
  const first = tokens.find(({ text }) => text !== "(");
  if (!first || first.is !== "word" || !FIRST.has(lower(first)))
    return { is: "statement", offset: first?.from ?? 0, found: first?.text ?? null };
  const end = tokens.findIndex((token) => isSign(token, ";"));
  const next = end < 0 ? undefined : tokens.slice(end).find((token) => !isSign(token, ";"));
  if (next) return { is: "statement", offset: next.from, found: `a second statement (${next.text})` };
  const statementTokens = end < 0 ? tokens : tokens.slice(0, end);
  let depth = 0;
  for (const [i, token] of statementTokens.entries()) {
    depth += isSign(token, "(") ? 1 : isSign(token, ")") ? -1 : 0;
    if (depth > 0 || !isWord(token, "order") || !statementTokens[i + 1] || !isWord(statementTokens[i + 1]!, "by"))
      continue;
    const chance = statementTokens.slice(i + 2).find((one) => one.is === "word" && BY_CHANCE.has(lower(one)));
    return chance ? { is: "unordered", offset: chance.from, found: chance.text } : null;
  }
  return { is: "unordered", offset: statementTokens.at(-1)?.to ?? sql.length, found: null };
}

/**
 * Returns the strings after `from`, `join` and the commas between tables, and those passed to functions that read
 * files.
 */
function tablesIn(tokens: readonly Token[]): readonly TableReference[] {
  const found: TableReference[] = [];
  /**
   * For each open bracket: whether tables are named in it, and whether it contains the arguments of a reading function.
   */
  const levels: { tables: boolean; reads: boolean }[] = [{ tables: false, reads: false }];
  for (const [i, token] of tokens.entries()) {
    const level = mustExist(levels.at(-1), "the outermost bracket");
    const before = tokens[i - 1];
    if (isSign(token, "(") || isSign(token, "[")) {
      const called = before?.is === "word" && READS.test(lower(before));
      levels.push({ tables: false, reads: called || (isSign(token, "[") && level.reads) });
    } else if ((isSign(token, ")") || isSign(token, "]")) && levels.length > 1) levels.pop();
    else if (token.is === "word") {
      if (/^(?:from|join)$/.test(lower(token))) level.tables = true;
      else if (AFTER_TABLES.test(lower(token))) level.tables = false;
    } else if (token.is === "text" && before) {
      const named = level.tables && (/^(?:from|join)$/.test(lower(before)) || isSign(before, ","));
      const given = level.reads && (isSign(before, "(") || isSign(before, "[") || isSign(before, ","));
      if (named || given) found.push({ text: token.text, from: token.from, to: token.to });
    }
  }
  return found;
}

function lower({ text }: Token): string {
  return text.toLowerCase();
}
function isSign(token: Token, sign: string): boolean {
  return token.is === "sign" && token.text === sign;
}
function isWord(token: Token, word: string): boolean {
  return token.is === "word" && lower(token) === word;
}

/**
 * Splits a query into words, quoted texts and symbols, without whitespace and comments. An unclosed one extends to the
 * end.
 */
function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  const form =
    /(\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|([eE]?'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$))|\$(\w*)\$[\s\S]*?(?:\$\3\$|$)|([\p{L}_][\p{L}\p{N}_$]*)|([^])/gu;
  for (const found of sql.matchAll(form)) {
    const [whole, blank, quoted, , word] = found;
    if (blank !== undefined) continue;
    const [from, to] = [found.index, found.index + whole.length];
    if (quoted !== undefined) {
      const mark = whole.startsWith('"') ? '"' : "'";
      const inner = whole.slice(whole.indexOf(mark) + 1, whole.endsWith(mark) ? -1 : undefined);
      tokens.push({ is: "text", text: inner.replaceAll(mark + mark, mark), from, to });
    } else if (word !== undefined) tokens.push({ is: "word", text: whole, from, to });
    else tokens.push({ is: whole.length > 1 ? "word" : "sign", text: whole, from, to });
  }
  return tokens;
}

/** Returns line and column of an offset, from 1. */
export function lineAndColumnIn(sql: string, offset: number): { readonly line: number; readonly column: number } {
  const before = sql.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
