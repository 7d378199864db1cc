/** Texts of rows that a model reads, for comparing the rows of several data sets. */
import type { ColumnTable } from "arquero";

const READ = ["text", "text_pair", "tokens", "question", "context", "input", "messages"];

/** Returns an empty list if the rows have no comparable texts. */
export function modelInputTexts(table: ColumnTable): readonly string[] {
  const columns = READ.filter((role) => table.columnNames().includes(role)).map((role) => table.array(role));
  if (columns.length === 0) return [];
  return Array.from({ length: table.numRows() }, (_, row) =>
    JSON.stringify(columns.map((values) => values[row] as unknown)),
  );
}
