/** Markdown made from data: text is escaped by construction where it stands in tables and lines. */

/** Text of a record, which may hold Markdown of its own (`code`), in a cell of a table: only what would break the cell is escaped. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
}
export function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}
export function link(text: string, to: string): string {
  return `[${text}](${to})`;
}
/** Paragraphs with blank lines between; what is empty is left out. */
export function page(...parts: readonly (string | false | null | undefined)[]): string {
  return `${parts.filter((part) => typeof part === "string" && part !== "").join("\n\n")}\n`;
}
/** The anchor that GitHub gives a heading of one word. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
}
/** Text of a record with what Markdown would take for markup made harmless; its own `code` stays. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 ? part : part.replaceAll("<", "&lt;").replace(/[*_](?=\w)|(?<=\w)[*](?!\w)/g, "\\$&")))
    .join("");
}
