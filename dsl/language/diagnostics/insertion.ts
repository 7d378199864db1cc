/** Edits that add a key to a block, or a block to a statement without one. */
import type { Edit, Span } from "./span.js";

/** `block`: span of the braces and their contents; if unset, the statement has none and ends at `end`. */
export function insertionEdit(text: string, entries: readonly string[], block: Span | undefined, end: number): Edit {
  if (!block) return { start: end, end, text: ` { ${entries.join(", ")} }` };
  const inner = text.slice(block.start + 1, block.end - 1);
  const used = block.start + 1 + inner.trimEnd().length;
  if (inner.trim() === "") return { start: block.start, end: block.end, text: `{ ${entries.join(", ")} }` };
  if (!inner.includes("\n"))
    return { start: used, end: used, text: `${text[used - 1] === "," ? "" : ","} ${entries.join(", ")}` };
  const indent = /\n([ \t]*)\S[^\n]*$/.exec(text.slice(0, used))?.[1] ?? "  ";
  return { start: used, end: used, text: entries.map((entry) => `\n${indent}${entry}`).join("") };
}
