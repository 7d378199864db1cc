/** A position in a cell, shown as the source line with a caret under the column. */
export interface CellSourcePosition {
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 units. */
  readonly column: number;
}

/** ` --> Cell [3]:2:5` and the marked line, in the format of Tune's diagnostics. */
export function caretLines(code: string, { line, column }: CellSourcePosition, title: string, length = 1): string[] {
  const text = code.split("\n")[line - 1];
  const number = String(line);
  const bar = " ".repeat(number.length + 2) + "|";
  const head = `${" ".repeat(number.length)} --> ${title}:${line}:${column}`;
  if (text === undefined) return [head];
  const pad = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  return [head, bar, ` ${number} | ${text}`, `${bar} ${pad}${"^".repeat(length)}`];
}
