/** Rows of Arrow files, whole or in chunks. */
import type { Call } from "#dsl/types/value.js";
import { locate } from "#platform/files.js";
import type { RowChunk, SourceImplementation, SourceWorld } from "../kinds/data.js";
import { arrowRows } from "../lib/sources/arrow/rows.js";
import { gatheredTable } from "../lib/sources/gathered-chunks.js";
import { overFiles } from "../lib/sources/over-files.js";

export const arrow: SourceImplementation = overFiles(
  {
    open: (call: Call, world: SourceWorld, limit?: number) =>
      gatheredTable(pathOf(call), chunks(call, world, limit), limit),
    stream: (call: Call, world: SourceWorld) => chunks(call, world),
  },
  { alike: true },
);

const pathOf = (call: Call): string => call.arguments["path"] as string;

async function* chunks(call: Call, world: SourceWorld, limit?: number): AsyncGenerator<RowChunk> {
  const name = pathOf(call);
  // Who asks for the first rows asks what columns there are.
  const columns = limit === undefined || limit === Infinity ? world.columns : undefined;
  yield* arrowRows(await locate(world.folder, name), name, { columns, onBytes: world.onBytes });
}
