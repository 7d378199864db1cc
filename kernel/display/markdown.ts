/** Markdown made from data: text in tables and lines is escaped by construction. */

import { escapeHtml, printable } from "../host/value-text.js";

/**
 * Text of a record, which may contain Markdown (`code`), in a table cell: only what would break the cell is escaped.
 */
export function escapeMarkdownCell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
}
/** Returns the text unchanged as a code span on one line; nothing in it ends the span. */
export function code(text: string): string {
  const line = printable(text).replace(/\s*[\r\n\u0085\u2028\u2029]+\s*/g, " ");
  // In a cell, a `|` needs a backslash before it, which an existing backslash would undo.
  if (/\\\|/.test(line)) return `<code>${escapeHtml(line).replaceAll("|", "&#124;").replaceAll("\\", "&#92;")}</code>`;
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  return longest > 0 ? `${marks} ${line} ${marks}` : `${marks}${line}${marks}`;
}
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdownCell).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
/** Uses a fence longer than any run of backticks inside, so that nothing closes it. */
export function fencedCodeBlock(language: string, text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  return `${marks}${language}\n${text.trimEnd()}\n${marks}`;
}
export function link(text: string, to: string): string {
  return `[${text}](${to})`;
}
/** Joins paragraphs with blank lines; empty ones are left out. */
export function joinParagraphs(...parts: readonly (string | false | null | undefined)[]): string {
  return `${parts.filter((part) => typeof part === "string" && part !== "").join("\n\n")}\n`;
}
export function headingAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
}
/** Escapes the text of a record against Markdown, except for its `code`. */
export function escapedProse(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 ? part : part.replaceAll("<", "&lt;").replace(/[*_](?=\w)|(?<=\w)[*](?!\w)/g, "\\$&")))
    .join("");
}
/** Escapes any text: nothing in it is markup, a link or a line break. */
export function escapeMarkdown(text: string): string {
  return printable(text)
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>()#+!~&$-]/g, "\\$&");
}
