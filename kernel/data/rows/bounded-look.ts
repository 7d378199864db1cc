/**
 * How far a check reads files that are packed: rows of a small file may be thousands of times its size. A check stops at a
 * bounded number of bytes and rows, says so, and judges the data by what it read.
 */
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { Call } from "#dsl/language/types/value.js";
import { filesMatching } from "#platform/files.js";
import type { RowChunk } from "#stdlib/data/contract.js";

export type UnpackedFiles = NonNullable<DataFacts["unpacks"]>[number];

/** Rows beyond which the rest of a packed file is left. */
const MOST_ROWS = 250_000;
/** Ordinary text compresses to about a thirtieth. Above 40 times its packed size, only this much of a file is read. */
const FAR = { times: 40, bytes: 16 * 2 ** 20, rows: 100_000 } as const;

const PACKED = /\.(?:gz|zst|zip)$/i;
/** Formats whose pages may be packed, and in which a value that is repeated takes no room. */
const TABLES: ReadonlySet<string> = new Set(["parquet", "arrow"]);

/** Whether rows of a source may be larger than its files. */
export function mayExceedFileSize({ word, arguments: given }: Call, folder: string): boolean {
  const { path, sources } = given;
  if (TABLES.has(word)) return true;
  if (Array.isArray(sources)) return sources.some((one) => mayExceedFileSize(one as Call, folder));
  if (typeof path !== "string") return false;
  if (PACKED.test(path)) return true;
  try {
    return filesMatching(folder, path).some((name) => PACKED.test(name));
  } catch {
    return false; // Whoever reads it says what is wrong.
  }
}

export class BoundedSample {
  private bytes = 0;
  private rows = 0;

  /** `most`: bytes of rows. */
  constructor(private readonly most: number) {}

  add({ columns, rows }: RowChunk): void {
    this.rows += rows;
    for (const values of columns.values())
      for (const value of values) this.bytes += typeof value === "string" ? value.length + 1 : 8;
  }

  /** Whether no more is to be read. `read`: bytes of the file so far. */
  over(read: number): boolean {
    if (this.bytes >= this.most || this.rows >= MOST_ROWS) return true;
    return this.isFar(read) && (this.bytes >= FAR.bytes || this.rows >= FAR.rows);
  }

  /** What a warning says of the file; undefined: its rows are not much larger than it. */
  unpacks(file: string, read: number): UnpackedFiles | undefined {
    const far = this.isFar(read) && (this.bytes >= FAR.bytes || this.rows >= FAR.rows);
    return far ? { file, packed: read, unpacked: this.bytes } : undefined;
  }

  private isFar(read: number): boolean {
    return this.bytes >= FAR.times * Math.max(1, read);
  }
}

/** As facts. */
export function unpackedFacts(unpacks: readonly UnpackedFiles[]): Pick<DataFacts, "unpacks"> {
  return unpacks.length > 0 ? { unpacks } : {};
}
