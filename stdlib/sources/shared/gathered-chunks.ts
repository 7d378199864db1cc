/** Builds a source from files that yield chunks of rows, all with the same columns, and one table from such chunks. */
import type { ColumnTable } from "arquero";
import type { Call } from "#dsl/language/types/value.js";
import { locateFile } from "#platform/files.js";
import type { RowChunk, SourceImplementation, SourceContext } from "../../data/contract.js";
import { checkRowLimit, columnTableOf } from "./columns.js";
import { sourceOverFiles } from "./over-files.js";

/** `name`: the name in errors; `columns`: those to read, all by default. */
type RowsOf = (
  file: string,
  name: string,
  options: { readonly columns: SourceContext["columns"]; readonly onBytes: SourceContext["onBytes"] },
) => AsyncIterable<RowChunk>;

export function sourceFromChunks(rowsOf: RowsOf): SourceImplementation {
  async function* chunks(call: Call, world: SourceContext, limit = Infinity): AsyncGenerator<RowChunk> {
    const name = pathOf(call);
    // A request for the first rows is for finding out the columns, so all are read.
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

/** Requires all chunks to have the same columns. `file`: the name in errors. */
export async function tableFromChunks(
  file: string,
  chunks: AsyncIterable<RowChunk>,
  limit = Infinity,
): Promise<ColumnTable> {
  const columns = new Map<string, unknown[]>();
  let rows = 0;
  for await (const chunk of chunks) {
    const take = Math.min(chunk.rows, limit - rows);
    checkRowLimit(file, rows + take);
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
