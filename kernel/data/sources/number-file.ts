/**
 * Rows of integers on disk, made once: a file of all numbers (i32), and an index with a fixed count of numbers per row.
 * The index is written last, so that its presence means complete rows. Each row's position and index entry are in
 * memory.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { withFileLock } from "../../fetch/cache.js";
import { diskError } from "../../fetch/disk.js";
import { PRIVATE_MODES } from "../../fetch/private.js";
import { GrowingArray } from "../rows/growing.js";
import { readFully } from "./streamed.js";

export class NumberRowsFile {
  private readonly starts: Float64Array;
  private readonly fd: number;

  /** `lengths`: count of numbers per row. */
  constructor(
    private readonly file: string,
    private readonly lengths: Int32Array,
  ) {
    this.starts = new Float64Array(lengths.length);
    let offset = 0;
    lengths.forEach((length, row) => {
      this.starts[row] = offset;
      offset += length;
    });
    this.fd = openSync(file, "r");
    opened.register(this, this.fd);
  }

  part(row: number, from: number, to: number): Int32Array {
    const numbers = new Int32Array(Math.max(0, Math.min(to, this.lengths[row] ?? 0) - from));
    readFully(this.fd, new Uint8Array(numbers.buffer), 4 * (this.starts[row]! + from), this.file);
    return numbers;
  }
  whole(row: number): Int32Array {
    return this.part(row, 0, this.lengths[row] ?? 0);
  }
}
const opened = new FinalizationRegistry<number>((fd) => closeSync(fd));

/** A chunk of rows: the numbers of each, and their index entries. */
export interface NumberRowsChunk {
  readonly rows: readonly Int32Array[];
  readonly index: readonly number[];
}
/** File names of one kind of numbers, and each row's length by the index; null: the index is invalid. */
export interface IndexedNumberFiles {
  readonly file: string;
  readonly index: string;
  lengths(index: Int32Array): Int32Array | null;
}

/** Calls `make` if the files are missing. */
export async function readOrMakeNumbers(
  format: IndexedNumberFiles,
  make: () => AsyncIterable<NumberRowsChunk>,
): Promise<{ readonly index: Int32Array; readonly numbers: NumberRowsFile }> {
  // Another process may have made them while this one waited.
  const index =
    readNumberIndex(format) ??
    (await withFileLock(format.file, async () => readNumberIndex(format) ?? (await write(format, make()))));
  return { index, numbers: new NumberRowsFile(format.file, format.lengths(index) ?? index) };
}

/** Returns undefined if the files are missing or incomplete. */
export function readNumberIndex({ file, index, lengths }: IndexedNumberFiles): Int32Array | undefined {
  if (!existsSync(file) || !existsSync(index)) return undefined;
  const bytes = readFileSync(index);
  if (bytes.length % 4 !== 0) return undefined;
  const indexNumbers = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const numbers = lengths(indexNumbers)?.reduce((a, b) => a + b, 0);
  return numbers !== undefined && 4 * numbers === statSync(file).size ? indexNumbers : undefined;
}

async function write({ file, index }: IndexedNumberFiles, chunks: AsyncIterable<NumberRowsChunk>): Promise<Int32Array> {
  const indexNumbers = new GrowingArray(Int32Array);
  const fd = openSync(`${file}.part`, "w", PRIVATE_MODES.file);
  try {
    try {
      for await (const chunk of chunks) {
        writeAllBytes(
          fd,
          Buffer.concat(chunk.rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength))),
        );
        for (const number of chunk.index) indexNumbers.push(number);
      }
    } finally {
      closeSync(fd);
    }
    renameSync(`${file}.part`, file);
    const made = indexNumbers.values();
    writeFileSync(`${index}.part`, new Uint8Array(made.buffer, made.byteOffset, made.byteLength), {
      mode: PRIVATE_MODES.file,
    });
    renameSync(`${index}.part`, index);
    return made;
  } catch (error) {
    rmSync(`${file}.part`, { force: true });
    throw diskError(error, file);
  }
}

export function writeAllBytes(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}
