/**
 * Marks that identify the rows of a run: `rows.bin` in its folder, with a short hash of each row's value per role and
 * the row's number in its source. It contains no text, but shows which rows were added, removed or changed between two
 * runs. None is stored for streamed data or data with too many rows.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ColumnTable } from "arquero";
import * as v from "valibot";
import { writePrivateFileAsync } from "../fetch/private.js";
import { rowJsonLine } from "../data/rows/line.js";
import type { PreparedData } from "../data/prepared.js";
import { objectWith, parseJsonAs, dictionaryOf, wholeNumber, type Schema, SchemaMismatch } from "../fetch/json.js";
import { FileNotRead, readWholeFile } from "../fetch/regular.js";
import { toRunFolderError } from "./folder-errors.js";

export const ROW_MARKS_FILE = "rows.bin";
const MOST_ROWS = 100_000;
const MOST_BYTES = 64 * 2 ** 20;
/** Bytes of a row number and of a hash. */
const [NUMBER, HASH] = [4, 6];

export interface SplitRowMarks {
  /** Row numbers in the source, from 1. */
  readonly numbers: ArrayLike<number>;
  /** Maps each role to the hash of its value in each row. */
  readonly roles: Readonly<Record<string, ArrayLike<number>>>;
}
/** Row marks by split. */
export type RowMarksBySplit = Readonly<Record<string, SplitRowMarks>>;

interface Head {
  readonly version: 1;
  readonly splits: Readonly<Record<string, { readonly rows: number; readonly roles: readonly string[] }>>;
}
const headSchema: Schema<Head> = objectWith({
  version: v.literal(1),
  splits: dictionaryOf(objectWith({ rows: v.pipe(wholeNumber(), v.maxValue(MOST_ROWS)), roles: v.array(v.string()) })),
});

const known = new WeakMap<ColumnTable, SplitRowMarks>();

/** Returns null if there are too many rows or they are streamed. */
export function rowMarksOf({ splits, streamed }: PreparedData): RowMarksBySplit | null {
  const rows = Object.values(splits).reduce((sum, one) => sum + one.numRows(), 0);
  if (streamed || rows > MOST_ROWS) return null;
  return Object.fromEntries(Object.entries(splits).map(([split, one]) => [split, marksOf(one)]));
}

function marksOf(rows: ColumnTable): SplitRowMarks {
  const before = known.get(rows);
  if (before) return before;
  const roles = rows.columnNames().filter((name) => name !== "$row");
  const hashed = (role: string): ArrayLike<number> =>
    Float64Array.from(rows.array(role) as ArrayLike<unknown>, (value) =>
      hashOf(rowJsonLine([role], { [role]: value })),
    );
  const numbers = rows.columnNames().includes("$row")
    ? Uint32Array.from(rows.array("$row") as ArrayLike<number>)
    : Uint32Array.from({ length: rows.numRows() }, (_, i) => i + 1);
  const made = { numbers, roles: Object.fromEntries(roles.sort().map((role) => [role, hashed(role)])) };
  known.set(rows, made);
  return made;
}
function hashOf(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, HASH);
}

/** Throws the coded errors of writing into a run's folder. */
export async function writeRowMarks(folder: string, marks: RowMarksBySplit): Promise<void> {
  const splits = Object.entries(marks);
  const head: Head = {
    version: 1,
    splits: Object.fromEntries(
      splits.map(([split, { numbers, roles }]) => [split, { rows: numbers.length, roles: Object.keys(roles) }]),
    ),
  };
  const parts = splits.flatMap(([, { numbers, roles }]) => [
    packed(numbers, NUMBER),
    ...Object.values(roles).map((hashes) => packed(hashes, HASH)),
  ]);
  const file = join(folder, ROW_MARKS_FILE);
  try {
    await writePrivateFileAsync(file, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...parts]));
  } catch (error) {
    throw toRunFolderError(error, file);
  }
}

/** Returns null for a run of an older version or an unreadable file; row numbers are not reported then. */
export function readRowMarks(folder: string): RowMarksBySplit | null {
  try {
    const bytes = readWholeFile(join(folder, ROW_MARKS_FILE), MOST_BYTES);
    return bytes && unpacked(bytes);
  } catch (error) {
    if (error instanceof FileNotRead || error instanceof SchemaMismatch) return null;
    throw error;
  }
}

function unpacked(bytes: Buffer): RowMarksBySplit | null {
  const end = bytes.indexOf("\n");
  if (end < 0) return null;
  const head = parseJsonAs(bytes.toString("utf8", 0, end), headSchema);
  let offset = end + 1;
  const take = (rows: number, size: number): ArrayLike<number> => {
    const part = bytes.subarray(offset, (offset += rows * size));
    return Float64Array.from({ length: Math.floor(part.length / size) }, (_, i) => part.readUIntBE(i * size, size));
  };
  const marks = Object.entries(head.splits).map(([split, { rows, roles }]) => {
    const numbers = take(rows, NUMBER);
    return [split, { numbers, roles: Object.fromEntries(roles.map((role) => [role, take(rows, HASH)])) }] as const;
  });
  return offset === bytes.length ? Object.fromEntries(marks) : null;
}

function packed(numbers: ArrayLike<number>, size: number): Buffer {
  const bytes = Buffer.alloc(numbers.length * size);
  for (let i = 0; i < numbers.length; i++) bytes.writeUIntBE(numbers[i] ?? 0, i * size, size);
  return bytes;
}
