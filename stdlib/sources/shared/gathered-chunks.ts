/** Files that give chunks of rows, all with the same columns, as a source; and such chunks as one table. */
import type { ColumnTable } from "arquero";
import type { Call } from "#dsl/language/types/value.js";
import { locateFile } from "#platform/files.js";
import type { RowChunk, SourceImplementation, SourceContext } from "../../data/contract.js";
import { checkRowCount, columnTableOf } from "./columns.js";
import { sourceOverFiles } from "./over-files.js";

/** `name`: what errors call the file; `columns`: those that are wanted, absent: all. */
type RowsOf = (
  file: string,
  name: string,
  options: { readonly columns: SourceContext["columns"]; readonly onBytes: SourceContext["onBytes"] },
) => AsyncIterable<RowChunk>;

export function chunkSource(rowsOf: RowsOf): SourceImplementation {
  async function* chunks(call: Call, world: SourceContext, limit = Infinity): AsyncGenerator<RowChunk> {
    const name = pathOf(call);
    // Who asks for the first rows asks what columns there are.
    const columns = limit === Infinity ? world.columns : undefined;
    yield* rowsOf(await locateFile(world.folder, name), name, { columns, onBytes: world.onBytes });
  }
  return sourceOverFiles(
    {
      open: (call: Call, world: SourceContext, limit?: number) =>
        tableFromChunks(pathOf(call), chunks(call, world, limit), limit),
      stream: (call: Call, world: SourceContext) => chunks(call, world),
    },
    { alike: true },
  );
}

const pathOf = (call: Call): string => call.arguments["path"] as string;

/** All chunks have the same columns. `file`: what errors call it. */
export async function tableFromChunks(
  file: string,
  chunks: AsyncIterable<RowChunk>,
  limit = Infinity,
): Promise<ColumnTable> {
  const columns = new Map<string, unknown[]>();
  let rows = 0;
  for await (const chunk of chunks) {
    const take = Math.min(chunk.rows, limit - rows);
    checkRowCount(file, rows + take);
    for (const [name, values] of chunk.columns) {
      const columnValues = columns.get(name) ?? [];
      columns.set(name, columnValues);
      for (let i = 0; i < take; i++) columnValues.push(values[i]);
    }
    rows += take;
    if (rows >= limit) break;
  }
  return columnTableOf(file, columns, rows);
}
