/** Tables as aligned text, for terminals and viewers without HTML. */
import { padToWidth, printable, oneLine, displayWidthOf } from "../host/value-text.js";

export function textTable(
  head: readonly string[] | null,
  rows: readonly (readonly string[])[],
  align: readonly ("left" | "right")[] = [],
): string {
  const clean = (text: string): string => printable(oneLine(text));
  const lines = rows.map((row) => row.map(clean));
  const heads = head?.map(clean);
  const columns = Math.max(heads?.length ?? 0, ...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(displayWidthOf(heads?.[i] ?? ""), ...lines.map((line) => displayWidthOf(line[i] ?? ""))),
  );
  const show = (line: readonly string[]): string =>
    widths
      .map((w, i) => padToWidth(line[i] ?? "", w, align[i] ?? "left"))
      .join("  ")
      .trimEnd();
  return [...(heads ? [show(heads), widths.map((w) => "─".repeat(w)).join("──")] : []), ...lines.map(show)].join("\n");
}
