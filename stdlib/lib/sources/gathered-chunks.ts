/** Chunks of rows as one table. */
import type { ColumnTable } from "arquero";
import type { RowChunk } from "../../kinds/data.js";
import { tableOf } from "./columns.js";

/** All chunks have the same columns. `file`: what errors call it. */
export async function gatheredTable(
  file: string,
  chunks: AsyncIterable<RowChunk>,
  limit = Infinity,
): Promise<ColumnTable> {
  const columns = new Map<string, unknown[]>();
  let rows = 0;
  for await (const chunk of chunks) {
    const take = Math.min(chunk.rows, limit - rows);
    for (const [name, values] of chunk.columns) {
      const own = columns.get(name) ?? [];
      columns.set(name, own);
      for (let i = 0; i < take; i++) own.push(values[i]);
    }
    rows += take;
    if (rows >= limit) break;
  }
  return tableOf(file, columns, rows);
}
