/** Files that give chunks of rows, all with the same columns, as a source; and such chunks as one table. */
import type { ColumnTable } from "arquero";
import type { Call } from "#dsl/language/types/value.js";
import { locate } from "#platform/files.js";
import type { RowChunk, SourceImplementation, SourceWorld } from "../../data/contract.js";
import { demandRows, tableOf } from "./columns.js";
import { overFiles } from "./over-files.js";

/** `name`: what errors call the file; `columns`: those that are wanted, absent: all. */
type RowsOf = (
  file: string,
  name: string,
  o: { readonly columns: SourceWorld["columns"]; readonly onBytes: SourceWorld["onBytes"] },
) => AsyncIterable<RowChunk>;

export function chunkSource(rowsOf: RowsOf): SourceImplementation {
  async function* chunks(call: Call, world: SourceWorld, limit = Infinity): AsyncGenerator<RowChunk> {
    const name = pathOf(call);
    // Who asks for the first rows asks what columns there are.
    const columns = limit === Infinity ? world.columns : undefined;
    yield* rowsOf(await locate(world.folder, name), name, { columns, onBytes: world.onBytes });
  }
  return overFiles(
    {
      open: (call: Call, world: SourceWorld, limit?: number) =>
        gatheredTable(pathOf(call), chunks(call, world, limit), limit),
      stream: (call: Call, world: SourceWorld) => chunks(call, world),
    },
    { alike: true },
  );
}

const pathOf = (call: Call): string => call.arguments["path"] as string;

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
    demandRows(file, rows + take);
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
