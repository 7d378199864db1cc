/** Prints the result of the compiler's first two phases: tokens and tree. Positions are lines and columns from 1. */
import { LineIndex } from "../diagnostics/lines.js";
import type { Source, Span } from "../diagnostics/span.js";
import { withoutMagic } from "./cell.js";
import { parse } from "./parse.js";
import * as t from "./tokens.js";
import type { Entry, Expression, Statement } from "./tree.js";

/** Prints one token per line: position, kind, text. */
export function printTokens(text: string): string {
  const lines = new LineIndex(text);
  const { tokens, comments } = t.lex(withoutMagic(text));
  const all = [...tokens, ...comments].sort((a, b) => a.startOffset - b.startOffset);
  const rows = all.map((token) => {
    const { line, column } = lines.positionAt(token.startOffset);
    return [`${String(line)}:${String(column)}`, token.tokenType.name, JSON.stringify(token.image)] as const;
  });
  const [first, second] = [0, 1].map((i) => Math.max(0, ...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map(([position, kind, image]) => `${position.padEnd(first ?? 0)}  ${kind.padEnd(second ?? 0)}  ${image}\n`)
    .join("");
}

/** Prints the tree of a source, indented. `named`: only statements whose first operand is this name. */
export function printSyntaxTree(source: Source, verbs: readonly string[], named?: string): string {
  const lines = new LineIndex(source.text);
  const { statements, lost } = parse(source, verbs).tree;
  const wanted = statements.filter((one) => named === undefined || firstOf(one) === named || keptAs(one) === named);
  const unread = lost.length > 0 && named === undefined ? [`lost ${lost.join(", ")}`] : [];
  return [...wanted.flatMap((statement) => printStatement(statement, lines)), ...unread, ""].join("\n");
}

function printStatement(statement: Statement, lines: LineIndex): readonly string[] {
  const { verb, operands, clauses, block, broken } = statement;
  return [
    `statement ${verb.text}${broken ? " (broken)" : ""}  ${placeOf(statement.span, lines)}`,
    ...operands.flatMap((operand) => indented(printed("operand", operand, lines))),
    ...clauses.flatMap(({ connector, operands: named, span }) =>
      indented([
        `connector ${connector.text}  ${placeOf(span, lines)}`,
        ...named.flatMap((operand) => indented(printed("operand", operand, lines))),
      ]),
    ),
    ...(block ? indented(printed("", block, lines)) : []),
  ];
}

/** Prints a node and its children. `role`: its role in its parent. */
function printed(role: string, node: Expression, lines: LineIndex): readonly string[] {
  const [label, inside] = contents(node, lines);
  return [`${role === "" ? "" : `${role} `}${label}  ${placeOf(node.span, lines)}`, ...inside.flatMap(indented)];
}
function contents(node: Expression, lines: LineIndex): readonly [string, readonly (readonly string[])[]] {
  switch (node.is) {
    case "number":
      return [`number ${String(node.value)}${node.unit}`, []];
    case "string":
      return [`string ${JSON.stringify(node.value)}`, []];
    case "reference":
      return [`reference $${node.text}`, []];
    case "range":
      return ["range", [printed("from", node.from, lines), printed("to", node.to, lines)]];
    case "list":
      return ["list", node.items.map((item) => printed("", item, lines))];
    case "word":
      return [
        `word ${node.text}${node.arguments ? "(…)" : ""}`,
        (node.arguments ?? []).map(({ key, value }) => printed(key ? `${key.text}:` : "", value, lines)),
      ];
    case "block":
      return [`block${node.broken ? " (broken)" : ""}`, node.entries.map((entry) => printedEntry(entry, lines))];
  }
}
function printedEntry({ key, value, span }: Entry, lines: LineIndex): readonly string[] {
  return value ? printed(`${key.text}:`, value, lines) : [`${key.text}: nothing  ${placeOf(span, lines)}`];
}

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);
function placeOf({ start, end }: Span, lines: LineIndex): string {
  const [from, to] = [lines.positionAt(start), lines.positionAt(end)];
  return `${String(from.line)}:${String(from.column)}-${from.line === to.line ? "" : `${String(to.line)}:`}${String(to.column)}`;
}
function firstOf({ operands }: Statement): string | undefined {
  const [first] = operands;
  return first?.is === "word" ? first.path[0]?.text : undefined;
}
function keptAs({ clauses }: Statement): string | undefined {
  const [as] = clauses.find(({ connector }) => connector.text === "as")?.operands ?? [];
  return as?.is === "word" ? as.text : undefined;
}
