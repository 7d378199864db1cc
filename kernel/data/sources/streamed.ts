/**
 * Data of any size on disk: the cleaned rows of each split, one JSON array of role values per line. In memory are each
 * row's line offset, label and number in the source (16 bytes). The rows are in a folder of the cache. Its name covers
 * the plan and the stamps of the files read, and it is either complete or missing.
 */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import canonicalize from "canonicalize";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { DETECTION_RULES_VERSION } from "#stdlib/personal-data/finding.js";
import { secretFingerprints } from "#stdlib/secrets/shared/stamp.js";
import { cachePath } from "../../fetch/cache.js";
import {
  objectWith,
  readJsonCacheFile,
  parseJsonOrNull,
  jsonObject,
  dictionaryOf,
  wholeNumber,
  type Schema,
} from "../../fetch/json.js";
import { GrowingArray } from "../rows/growing.js";
import { StreamedRows } from "../rows/streamed-rows.js";
import { auditSchema } from "./kept-audits.js";

export const STREAMED_FORMAT_VERSION = 5;

/** Contents of `facts.json` in such a folder; written last. */
export interface StreamedDataMetadata {
  readonly version: number;
  readonly roles: readonly string[];
  readonly labels: readonly string[];
  readonly facts: DataFacts;
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /** Bytes and rows of each split's file. */
  readonly splits: Readonly<Record<string, { readonly bytes: number; readonly rows: number }>>;
}

/**
 * Returns the folder of a plan's rows in the cache.
 * @param stamp of the files read
 * @param part maximum bytes read of each file; unset if all were read
 */
export function streamedDataFolder(plan: DataPlan, stamp: readonly string[], part: number | undefined): string {
  // A plan contains only a key's name, so the cache key includes the key's fingerprint: rows hashed with another key
  // differ.
  const keys = secretFingerprints(plan.clean);
  const what = {
    version: STREAMED_FORMAT_VERSION,
    personal: DETECTION_RULES_VERSION,
    plan: { ...plan, name: "", folder: "" },
    stamp,
    part,
    ...(keys.length > 0 && { keys }),
  };
  const key = createHash("sha256").update(canonicalize(what) ?? "");
  return cachePath("data", key.digest("hex").slice(0, 32));
}

const rowName = v.union([v.number(), v.string()]);
const counted = objectWith({ label: v.string(), count: v.number() });
const lengths = objectWith({
  step: v.number(),
  counts: v.array(v.number()),
  total: v.number(),
  longest: v.number(),
});
const cleaner = objectWith({
  word: v.string(),
  changed: v.number(),
  dropped: v.array(objectWith({ why: v.string(), count: v.number() })),
  noted: v.exactOptional(v.array(objectWith({ why: v.string(), count: v.number() }))),
  examples: v.array(objectWith({ row: rowName, role: v.string(), before: v.string(), after: v.nullable(v.string()) })),
});
const personal = objectWith({
  column: v.string(),
  entity: v.string(),
  rows: v.number(),
  sure: v.number(),
  examples: v.array(rowName),
  looked: v.exactOptional(v.number()),
});
const factsSchema: Schema<DataFacts> = objectWith({
  rowsIn: v.number(),
  kept: v.number(),
  dropped: v.array(objectWith({ why: v.string(), count: v.number(), examples: v.array(rowName) })),
  cleaners: v.exactOptional(v.array(cleaner)),
  splits: dictionaryOf(objectWith({ rows: v.number(), labels: v.array(counted), lengths: v.nullable(lengths) })),
  labels: v.array(v.string()),
  leaks: v.array(
    objectWith({
      text: v.string(),
      places: v.array(objectWith({ split: v.string(), row: v.number() })),
      masked: v.exactOptional(v.literal(true)),
    }),
  ),
  leakCount: v.number(),
  hash: v.string(),
  notes: v.exactOptional(v.array(v.string())),
  sources: v.exactOptional(v.array(v.string())),
  personal: v.exactOptional(v.array(personal)),
  audit: v.exactOptional(auditSchema),
});
const metaSchema: Schema<StreamedDataMetadata> = objectWith({
  version: v.literal(STREAMED_FORMAT_VERSION),
  roles: v.array(v.string()),
  labels: v.array(v.string()),
  facts: factsSchema,
  sample: v.array(jsonObject),
  splits: dictionaryOf(objectWith({ bytes: wholeNumber(), rows: wholeNumber() })),
});
/** Avoids copies, because millions of rows are read. */
const rowLine = v.custom<readonly unknown[]>(Array.isArray);

export class StreamedSplit extends StreamedRows {
  private readonly fd: number;
  constructor(
    override readonly folder: string,
    override readonly name: string,
    private readonly roles: readonly string[],
    /** Offset of each line's first byte, and the end of the last line. */
    private readonly starts: Float64Array,
    /** Label numbers in the order of the data's labels; null without the role `label`. */
    override readonly labels: Int32Array | null,
    /** Numbers of the rows in their source, from 1. */
    override readonly numbers: Int32Array,
  ) {
    super();
    this.fd = openSync(rowsFilePath(folder, name), "r");
    opened.register(this, this.fd);
  }

  override get rows(): number {
    return this.numbers.length;
  }

  override has(role: string): boolean {
    return this.roles.includes(role) || this.isJoined(role);
  }

  /** Reads one role's values of rows `from` … `to` − 1 at once. */
  override values(role: string, from: number, to: number): unknown[] {
    if (this.isJoined(role)) return this.values("tokens", from, to).map(joinWithSpaces);
    const roleIndex = this.roles.indexOf(role);
    if (from >= to || roleIndex < 0) return [];
    const bytes = Buffer.allocUnsafe(this.starts[to]! - this.starts[from]!);
    readFully(this.fd, bytes, this.starts[from]!, rowsFilePath(this.folder, this.name));
    const lines = parseRowLines(bytes);
    if (lines.length < to - from)
      throw new CodedError("streamed-changed", { file: rowsFilePath(this.folder, this.name) });
    return lines.map((values) => values[roleIndex]);
  }

  /** The text of rows of words is not stored but derived. */
  private isJoined(role: string): boolean {
    return role === "text" && !this.roles.includes("text") && this.roles.includes("tokens");
  }
}

export function joinWithSpaces(tokens: unknown): string {
  return (tokens as readonly string[]).join(" ");
}

/** Returns the values of rows in the order of their roles; fewer rows if the file was truncated. */
export function parseRowLines(bytes: Buffer): (readonly unknown[])[] {
  const lines = bytes.toString("utf8").trimEnd().split("\n");
  return lines.flatMap((line) => {
    const values = parseJsonOrNull(line, rowLine);
    return values ? [values] : [];
  });
}

/** Closes the files of splits that are no longer referenced. */
const opened = new FinalizationRegistry<number>((fd) => closeSync(fd));

export function rowsFilePath(folder: string, split: string): string {
  return join(folder, `${split}.rows`);
}
export function indexFilePath(folder: string, split: string): string {
  return join(folder, `${split}.index`);
}

/** Opens prepared data; returns undefined if they are missing or don't match `facts.json`. */
export function openStreamedData(
  folder: string,
): { readonly meta: StreamedDataMetadata; readonly splits: Readonly<Record<string, StreamedSplit>> } | undefined {
  try {
    const meta = readJsonCacheFile(join(folder, "facts.json"), metaSchema);
    if (!meta) return undefined;
    const splits = Object.entries(meta.splits).map(([name, { bytes, rows }]) => {
      const index = readFileSync(indexFilePath(folder, name));
      const fd = openSync(rowsFilePath(folder, name), "r");
      const size = fstatSync(fd).size;
      closeSync(fd);
      if (size !== bytes || index.length !== 8 * (rows + 1) + 8 * rows) return undefined;
      const starts = new Float64Array(index.buffer.slice(index.byteOffset, index.byteOffset + 8 * (rows + 1)));
      const ints = new Int32Array(
        index.buffer.slice(index.byteOffset + 8 * (rows + 1), index.byteOffset + index.length),
      );
      const labels = meta.roles.includes("label") ? ints.subarray(0, rows) : null;
      return [name, new StreamedSplit(folder, name, meta.roles, starts, labels, ints.subarray(rows))] as const;
    });
    if (splits.some((split) => split === undefined)) return undefined;
    return { meta, splits: Object.fromEntries(splits.filter((split) => split !== undefined)) };
  } catch {
    return undefined; // missing or incomplete: it is made again
  }
}

/** Index of one split during writing. */
export class StreamedIndexWriter {
  private readonly begun = new GrowingArray(Float64Array, [0]);
  private readonly labels = new GrowingArray(Int32Array);
  private readonly rowNumbers = new GrowingArray(Int32Array);
  bytes = 0;

  get rows(): number {
    return this.rowNumbers.length;
  }
  /** Offset of each line's first byte, and the end of the last line. */
  get starts(): Float64Array {
    return this.begun.values();
  }
  get numbers(): Int32Array {
    return this.rowNumbers.values();
  }
  add(bytes: number, label: number, number: number): void {
    this.bytes += bytes;
    this.begun.push(this.bytes);
    this.labels.push(label);
    this.rowNumbers.push(number);
  }
  /** Maps labels numbered in order of appearance to the numbers in `order`. */
  file(order: Int32Array): Uint8Array {
    const labels = this.labels.values().map((label) => order[label] ?? 0);
    const parts = [this.starts, labels, this.numbers];
    return Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
  }
}

/**
 * Fills the buffer from offset `from` of a file; throws the coded error `streamed-changed` if the file is too short.
 */
export function readFully(fd: number, into: Uint8Array, from: number, file: string): void {
  for (let done = 0; done < into.length;) {
    const got = readSync(fd, into, done, into.length - done, from + done);
    if (got === 0) throw new CodedError("streamed-changed", { file });
    done += got;
  }
}
