/** Locates something in a file for people: a line; in a notebook also the cell, and whether it is an output. */
import { isRecord } from "#dsl/language/diagnostics/record.js";

/** A text that people see as one unit, with its name. */
export interface NotebookExcerpt {
  /** For example `cell 3` or `an output of cell 3`. */
  readonly place: string;
  readonly bytes: Buffer;
}

/** Returns a notebook's sources and outputs, decoded; empty if it is no notebook. */
export function notebookExcerpts(path: string, content: Buffer): readonly NotebookExcerpt[] {
  if (!path.endsWith(".ipynb")) return [];
  let whole: unknown;
  try {
    whole = JSON.parse(content.toString("utf8"));
  } catch {
    return [];
  }
  const cells = isRecord(whole) && Array.isArray(whole["cells"]) ? (whole["cells"] as unknown[]) : [];
  return cells.flatMap((cell, i): readonly NotebookExcerpt[] => {
    if (!isRecord(cell)) return [];
    const place = `cell ${String(i + 1)}`;
    const outputs = textsIn(cell["outputs"]).map((text): NotebookExcerpt => ({
      place: `an output of ${place}`,
      bytes: Buffer.from(text),
    }));
    return [{ place, bytes: Buffer.from(textsIn(cell["source"]).join("")) }, ...outputs];
  });
}

/** Joins lists of lines into one text. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value))
    return value.every((one) => typeof one === "string") ? [value.join("")] : value.flatMap(textsIn);
  return isRecord(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** `offset`: position of its first byte. */
export function lineNumberAt(content: Buffer, offset: number): string {
  let line = 1;
  for (let i = content.indexOf(10); i >= 0 && i < offset; i = content.indexOf(10, i + 1)) line += 1;
  return `line ${String(line)}`;
}
