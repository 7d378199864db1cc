/**
 * Limits how much of packed files a check reads: the rows of a small file may be thousands of times its size. A check
 * stops at a limit of bytes and rows, says so, and judges the data by the rows read.
 */
import type { DataFacts, SplitFacts } from "#dsl/language/types/facts.js";
import type { Call } from "#dsl/language/types/value.js";
import { filesMatching } from "#platform/files.js";
import type { RowChunk } from "#stdlib/data/contract.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export type UnpackedSize = NonNullable<DataFacts["unpacks"]>[number];

/** Maximum rows read from a packed file. */
const MOST_ROWS = 250_000;
/** Ordinary text compresses to about a thirtieth. Above 40 times its packed size, only this much of a file is read. */
const FAR = { times: 40, bytes: 16 * 2 ** 20, rows: 100_000 } as const;

const PACKED = /\.(?:gz|zst|zip)$/i;
/** Formats whose pages may be compressed, and in which repeated values take no space. */
const TABLES: ReadonlySet<string> = new Set(["parquet", "arrow"]);

/** Returns whether the rows of a source may be larger than its files. */
export function canRowsExceedFileSize({ word, arguments: given }: Call, folder: string): boolean {
  const { path, sources } = given;
  if (TABLES.has(word)) return true;
  if (Array.isArray(sources)) return sources.some((one) => canRowsExceedFileSize(one as Call, folder));
  if (typeof path !== "string") return false;
  if (PACKED.test(path)) return true;
  try {
    return filesMatching(folder, path).some((name) => PACKED.test(name));
  } catch {
    return false; // The reader reports the error.
  }
}

export class SampleReadLimit {
  private bytes = 0;
  private rows = 0;

  /** `most`: maximum bytes of rows. */
  constructor(private readonly most: number) {}

  add({ columns, rows }: RowChunk): void {
    this.rows += rows;
    for (const values of columns.values())
      for (const value of values) this.bytes += typeof value === "string" ? value.length + 1 : 8;
  }

  /** Returns whether reading must stop. `read`: bytes of the file so far. */
  over(read: number): boolean {
    if (this.bytes >= this.most || this.rows >= MOST_ROWS) return true;
    return this.isFar(read) && (this.bytes >= FAR.bytes || this.rows >= FAR.rows);
  }

  /** Returns the data of a warning about the file; undefined if its rows are not much larger than the file. */
  unpacks(file: string, read: number): UnpackedSize | undefined {
    const far = this.isFar(read) && (this.bytes >= FAR.bytes || this.rows >= FAR.rows);
    return far ? { file, packed: read, unpacked: this.bytes } : undefined;
  }

  private isFar(read: number): boolean {
    return this.bytes >= FAR.times * Math.max(1, read);
  }
}

export function unpackedFacts(unpacks: readonly UnpackedSize[]): Pick<DataFacts, "unpacks"> {
  return unpacks.length > 0 ? { unpacks } : {};
}

/** Collects how files were read where the program doesn't say it, and formats it as sentences. */
export class SourceReadNotes {
  private readonly files = new Map<string, Set<string>>();

  /** `what`: a short phrase. */
  add(file: string, what: string): void {
    const notes = this.files.get(file) ?? new Set();
    this.files.set(file, notes.add(what));
  }

  /** Returns e.g. `tickets.csv: read as UTF-16LE, ";" between fields`; files that were read alike share a sentence. */
  sentences(): readonly string[] {
    const alike = new Map<string, string[]>();
    for (const [file, notes] of this.files) {
      const what = [...notes].join(", ");
      alike.set(what, [...(alike.get(what) ?? []), file]);
    }
    return [...alike].map(([what, files]) => `${listNames(files, { most: 3 })}: ${what}`);
  }
}

export function sourceNotesOf(read: SourceReadNotes): { readonly sources?: readonly string[] } {
  const sources = read.sentences();
  return sources.length > 0 ? { sources } : {};
}

// Extrapolates facts of partly read data to all rows.

/** Number of rows read, and the estimated total. */
export interface PartialReadCounts {
  readonly rows: number;
  readonly total: number;
}
/** Extrapolates counts if files were partly read. `left`: by split, or null for a single source. */
export function scaleSampledFacts(
  facts: DataFacts,
  left: ReadonlyMap<string | null, PartialReadCounts>,
  read: number,
): DataFacts {
  if (left.size === 0) return facts;
  const estimated = read + [...left.values()].reduce((sum, one) => sum + one.total - one.rows, 0);
  const splits = Object.entries(facts.splits).map(([name, split]): [string, SplitFacts] => {
    const sampled = left.get(null) ?? left.get(name);
    const factor = sampled ? sampled.total / sampled.rows : 1;
    const count = (n: number): number => Math.round(n * factor);
    const labels = split.labels.map((label) => ({ ...label, count: count(label.count) }));
    return [name, { ...split, rows: count(split.rows), labels }];
  });
  const share = estimated / read;
  const shared = <D extends { readonly count: number }>(dropped: readonly D[]): D[] =>
    dropped.map((one) => ({ ...one, count: Math.round(one.count * share) }));
  const cleaners = facts.cleaners?.map((one) => ({
    ...one,
    changed: Math.round(one.changed * share),
    dropped: shared(one.dropped),
    ...(one.noted && { noted: shared(one.noted) }),
  }));
  return {
    ...facts,
    dropped: shared(facts.dropped),
    ...(cleaners && { cleaners }),
    rowsIn: estimated,
    kept: splits.reduce((sum, [, split]) => sum + split.rows, 0),
    splits: Object.fromEntries(splits),
    sampled: { rows: read, of: estimated },
  };
}
