/** Rows of an Arrow file or stream in chunks: batch by batch, one of them in memory. */
import { tableFromIPC, type Column } from "@uwdata/flechette";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { blocksOf } from "#platform/files.js";
import type { RowChunk } from "../../../data/contract.js";
import { CHUNK, demandColumns, demandNames } from "../columns.js";
import { FORMAT, messagesOf, type Message } from "./messages.js";
import { tellCodecs } from "./unpack.js";
import { valueOf, type ArrowType } from "./values.js";

/** Most rows of one batch. */
const MOST_ROWS = 2 ** 24;

export interface ArrowOptions {
  /** Columns to read where the file has them all; else all are read. */
  readonly columns?: readonly string[] | undefined;
  readonly onBytes?: ((read: number, of: number) => void) | undefined;
}

/** At least one chunk comes, if of no rows. Coded errors: those of tables. `file`: absolute; `name`: what errors call it. */
export async function* arrowRows(file: string, name: string, o: ArrowOptions = {}): AsyncGenerator<RowChunk> {
  tellCodecs();
  const blocks = await blocksOf(file, name);
  try {
    let schema: Message | undefined;
    const dictionaries: Message[] = [];
    let some = false;
    for await (const message of messagesOf(blocks, name, (read) => o.onBytes?.(read, blocks.size))) {
      if (message.kind === "schema") schema = message;
      if (message.kind === "dictionary") dictionaries.push(message);
      if (message.kind !== "rows" || !schema) continue;
      for (const chunk of chunksOf([schema, ...dictionaries, message], name, o.columns)) {
        some = true;
        yield chunk;
      }
    }
    await blocks.demandSame();
    if (!some && schema) yield* chunksOf([schema], name, o.columns);
  } finally {
    await blocks.close();
  }
}

function* chunksOf(
  messages: readonly Message[],
  file: string,
  wanted: readonly string[] | undefined,
): Generator<RowChunk> {
  try {
    const table = tableFromIPC(
      messages.map(({ bytes }) => bytes),
      { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true, useDate: false },
    );
    const rows = table.numRows;
    if (!(rows >= 0 && rows <= MOST_ROWS))
      throw new CodedError("unpacks-too-large", { file, where: "a batch", size: rows, limit: MOST_ROWS, of: "values" });
    const fields = fieldsOf(table.schema.fields as readonly Field[], file, wanted);
    const columns = fields.map(({ name, type }) => {
      const column = table.getChild(name) as Column<unknown> | null;
      if (!column || column.length !== rows) throw new Error(`column "${name}" has other rows than the batch`);
      if (TEXTS.includes(type.typeId)) demandStrict(column);
      for (const batch of column.data as readonly Batch[]) demandInside(batch);
      return { name, column, value: valueOf(type, file, name) };
    });
    for (let at = 0; at < rows || at === 0; at += CHUNK) {
      const count = Math.min(CHUNK, rows - at);
      yield {
        columns: new Map(
          columns.map(({ name, column, value }) => [
            name,
            Array.from({ length: count }, (_, i) => value(column.at(at + i))),
          ]),
        ),
        rows: count,
      };
    }
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("broken-table", { file, format: FORMAT, where: "a batch of rows", why }, { cause });
  }
}

/** As the reader holds the values of a column. */
interface Batch {
  readonly length: number;
  readonly offsets?: ArrayLike<number | bigint>;
  readonly sizes?: ArrayLike<number | bigint>;
  readonly children?: readonly Batch[];
}

/** Lists lie within the values that they are of: else one of them is made of billions that aren't there. */
function demandInside({ length, offsets, sizes, children = [] }: Batch): void {
  const [inner, ...others] = children;
  if (offsets && inner && others.length === 0)
    for (let at = 0; at < length; at++) {
      const from = Number(offsets[at]);
      const to = sizes ? from + Number(sizes[at]) : Number(offsets[at + 1]);
      if (!(from >= 0 && from <= to && to <= inner.length)) throw new Error("a list goes beyond its values");
    }
  children.forEach(demandInside);
}

interface Field {
  readonly name: string;
  readonly type: ArrowType;
}
const TEXTS = [5, 20];
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The reader puts a sign in the place of bytes that are no text; they are looked for where one is. */
function demandStrict(column: Column<unknown>): void {
  for (const batch of column.data as readonly { values?: unknown; nullCount: number }[]) {
    if (!(batch.values instanceof Uint8Array)) continue;
    try {
      utf8.decode(batch.values);
    } catch {
      throw new Error("a text of it is not UTF-8");
    }
  }
}

/** Coded errors `too-many-columns`, `reserved-column`, `duplicate-column`. */
function fieldsOf(fields: readonly Field[], file: string, wanted: readonly string[] | undefined): readonly Field[] {
  demandColumns(file, fields.length, null);
  const names = fields.map(({ name }) => name);
  demandNames(file, names);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new CodedError("duplicate-column", { file, column: twice });
  const all = !wanted?.every((name) => names.includes(name));
  return fields.filter(({ name }) => all || wanted?.includes(name));
}
