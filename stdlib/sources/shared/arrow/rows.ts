/** Reads an Arrow file or stream in chunks, with one batch in memory at a time. */
import { tableFromIPC, type Column } from "@uwdata/flechette";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { openFileBlocks } from "#platform/files.js";
import type { RowChunk } from "../../../data/contract.js";
import { CHUNK_ROWS, checkColumnCount, refuseReservedColumnNames } from "../columns.js";
import { ARROW_FORMAT, readArrowMessages, type ArrowMessage } from "./messages.js";
import { registerArrowDecompressors } from "./unpack.js";
import {
  bytesToText,
  dateText,
  decimalValue,
  timestampText,
  timeText,
  wholeNumberValue,
  type TimeUnit,
} from "../table-values.js";

/** Converts the values of Arrow's columns to JSON values, by the types of the schema. */
export interface ArrowType {
  readonly typeId: number;
  readonly unit?: number;
  readonly timezone?: string | null;
  readonly scale?: number;
  readonly children?: readonly { readonly name: string; readonly type: ArrowType }[];
  /** For a dictionary: the type of its values. */
  readonly dictionary?: ArrowType;
}
type Value = (raw: unknown) => unknown;

const units: readonly TimeUnit[] = ["SECONDS", "MILLIS", "MICROS", "NANOS"];
const DAY = 86_400_000;

/** Returns a converter for values of this type; null stays null. Coded error `column-not-read`. */
export function arrowValueReader(type: ArrowType, file: string, column: string): Value {
  const convert = present(type, file, column);
  return (raw) => (raw === null || raw === undefined ? null : convert(raw));
}

function present(type: ArrowType, file: string, column: string): Value {
  const unit = units[type.unit ?? 1] ?? "MILLIS";
  const [inner] = type.children ?? [];
  switch (type.typeId) {
    case -1:
      return type.dictionary ? arrowValueReader(type.dictionary, file, column) : (raw) => raw;
    case 1:
    case 5:
    case 6:
    case 20:
    case 24:
      return (raw) => raw;
    case 2:
      return (raw) => (typeof raw === "bigint" ? wholeNumberValue(raw) : raw);
    case 3:
      return (raw) => (Number.isNaN(raw) ? null : raw);
    case 4:
    case 15:
    case 19:
    case 23:
      return (raw) => bytesToText(raw as Uint8Array);
    case 7:
      return (raw) => decimalValue(BigInt(raw as bigint), type.scale ?? 0);
    case 8:
      return (raw) => dateText(Number(raw) / DAY);
    case 9:
      return (raw) => timeText(BigInt(raw as bigint), unit);
    case 10:
      return (raw) => timestampText(BigInt(raw as bigint), unit, typeof type.timezone === "string");
    case 12:
    case 16:
    case 21:
      if (inner) return listOf(arrowValueReader(inner.type, file, column));
      break;
    case 13:
      return structOf(type, file, column);
  }
  const names: Readonly<Record<number, string>> = { 11: "intervals", 14: "unions", 17: "maps", 18: "durations" };
  throw new CodedError("column-not-read", { file, column, type: names[type.typeId] ?? "values of another kind" });
}

/** Lists of numbers are typed arrays, which have no nulls. */
function listOf(value: Value): Value {
  return (raw) => Array.from(raw as ArrayLike<unknown>, value);
}

function structOf({ children = [] }: ArrowType, file: string, column: string): Value {
  const fields = children.map(({ name, type }) => [name, arrowValueReader(type, file, column)] as const);
  return (raw) =>
    Object.fromEntries(fields.map(([name, value]) => [name, value((raw as Record<string, unknown>)[name])]));
}

/** Maximum rows of one batch. */
const MOST_ROWS = 2 ** 24;

export interface ArrowOptions {
  /** Columns to read if the file has all of them; otherwise all columns are read. */
  readonly columns?: readonly string[] | undefined;
  readonly onBytes?: ((read: number, total: number) => void) | undefined;
}

/**
 * Yields at least one chunk, possibly without rows. Coded errors: those of tables. `file`: absolute path; `name`: the
 * name in errors.
 */
export async function* readArrowRows(file: string, name: string, options: ArrowOptions = {}): AsyncGenerator<RowChunk> {
  registerArrowDecompressors();
  const blocks = await openFileBlocks(file, name);
  try {
    let schema: ArrowMessage | undefined;
    const dictionaries: ArrowMessage[] = [];
    let some = false;
    for await (const message of readArrowMessages(blocks, name, (read) => options.onBytes?.(read, blocks.size))) {
      if (message.kind === "schema") schema = message;
      if (message.kind === "dictionary") dictionaries.push(message);
      if (message.kind !== "rows" || !schema) continue;
      for (const chunk of chunksOf([schema, ...dictionaries, message], name, options.columns)) {
        some = true;
        yield chunk;
      }
    }
    await blocks.demandSame();
    if (!some && schema) yield* chunksOf([schema], name, options.columns);
  } finally {
    await blocks.close();
  }
}

function* chunksOf(
  messages: readonly ArrowMessage[],
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
      return { name, column, value: arrowValueReader(type, file, name) };
    });
    for (let start = 0; start < rows || start === 0; start += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows - start);
      yield {
        columns: new Map(
          columns.map(({ name, column, value }) => [
            name,
            Array.from({ length: count }, (_, i) => value(column.at(start + i))),
          ]),
        ),
        rows: count,
      };
    }
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("broken-table", { file, format: ARROW_FORMAT, where: "a batch of rows", why }, { cause });
  }
}

/** The reader's representation of a column's values. */
interface Batch {
  readonly length: number;
  readonly offsets?: ArrayLike<number | bigint>;
  readonly sizes?: ArrayLike<number | bigint>;
  readonly children?: readonly Batch[];
}

/** Checks that lists lie within their child values; otherwise a corrupt offset makes a list of billions of values. */
function demandInside({ length, offsets, sizes, children = [] }: Batch): void {
  const [inner, ...others] = children;
  if (offsets && inner && others.length === 0)
    for (let index = 0; index < length; index++) {
      const from = Number(offsets[index]);
      const to = sizes ? from + Number(sizes[index]) : Number(offsets[index + 1]);
      if (!(from >= 0 && from <= to && to <= inner.length)) throw new Error("a list is longer than its values");
    }
  children.forEach(demandInside);
}

interface Field {
  readonly name: string;
  readonly type: ArrowType;
}
const TEXTS = [5, 20];
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The reader replaces invalid UTF-8 by U+FFFD, so the bytes are checked wherever a text contains that character. */
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
  checkColumnCount(file, fields.length, null);
  const names = fields.map(({ name }) => name);
  refuseReservedColumnNames(file, names);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new CodedError("duplicate-column", { file, column: twice });
  const all = !wanted?.every((name) => names.includes(name));
  return fields.filter(({ name }) => all || wanted?.includes(name));
}
