/** What is read of each row, by which rows of several data sets are told to be the same. */
import type { ColumnTable } from "arquero";

const READ = ["text", "text_pair", "tokens", "question", "context", "input", "messages"];

/** Empty: nothing is read that could be compared. */
export function modelInputTexts(table: ColumnTable): readonly string[] {
  const columns = READ.filter((role) => table.columnNames().includes(role)).map((role) => table.array(role));
  if (columns.length === 0) return [];
  return Array.from({ length: table.numRows() }, (_, row) =>
    JSON.stringify(columns.map((values) => values[row] as unknown)),
  );
}
