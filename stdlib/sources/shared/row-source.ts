/** A source that yields rows one by one as objects, read completely or in chunks. */
import type { Call } from "#dsl/language/types/value.js";
import type { RowChunk, SourceImplementation, SourceContext } from "../../data/contract.js";
import { RecordCollector, COLUMN_DETECTION_CHARACTERS } from "./columns.js";

export interface SourceRow {
  readonly value: object;
  /** Number of characters that the row was read from. */
  readonly length: number;
}
interface RowSource extends SourceImplementation {
  stream(call: Call, world: SourceContext): AsyncGenerator<RowChunk>;
}

export function sourceFromRows(rows: (call: Call, world: SourceContext) => AsyncIterable<SourceRow>): RowSource {
  const gathering = (call: Call): RecordCollector => new RecordCollector(call.arguments["path"] as string);
  return {
    async open(call, world, limit = Infinity) {
      const gathered = gathering(call);
      let read = 0;
      for await (const { value, length } of rows(call, world)) {
        gathered.add(value);
        read += length;
        if (gathered.rows >= limit || (limit < Infinity && read > COLUMN_DETECTION_CHARACTERS)) break;
      }
      return gathered.table();
    },
    async *stream(call, world) {
      const gathered = gathering(call);
      for await (const { value } of rows(call, world)) {
        gathered.add(value);
        if (gathered.enough) yield gathered.take();
      }
      if (gathered.rows > 0) yield gathered.take();
    },
  };
}
