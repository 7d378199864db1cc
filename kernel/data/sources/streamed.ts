/**
 * Data of any size on disk: for each split its cleaned rows, one JSON array of role values a line, and what is held in
 * memory of each row: where its line starts, its label and its number in the source (16 bytes). A folder of the cache holds
 * them; its name covers the plan and the stamps of the files read, and it is there whole or not at all.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import {
  objectWith,
  readHint,
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

/** What `facts.json` of such a folder says; written last. */
export interface StreamedMeta {
  readonly version: number;
  readonly roles: readonly string[];
  readonly labels: readonly string[];
  readonly facts: DataFacts;
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /** Bytes and rows of each split's file. */
  readonly splits: Readonly<Record<string, { readonly bytes: number; readonly rows: number }>>;
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
const metaSchema: Schema<StreamedMeta> = objectWith({
  version: v.literal(STREAMED_FORMAT_VERSION),
  roles: v.array(v.string()),
  labels: v.array(v.string()),
  facts: factsSchema,
  sample: v.array(jsonObject),
  splits: dictionaryOf(objectWith({ bytes: wholeNumber(), rows: wholeNumber() })),
});
/** Millions are read: nothing of it is copied. */
const rowLine = v.custom<readonly unknown[]>(Array.isArray);

export class StreamedSplit extends StreamedRows {
  private readonly fd: number;
  constructor(
    override readonly folder: string,
    override readonly name: string,
    private readonly roles: readonly string[],
    /** Of each line its first byte, and the end of the last one. */
    private readonly starts: Float64Array,
    /** Numbers in the order of the data's labels; null where there is no role `label`. */
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

  /** One role's values of rows `from` … `to` − 1, read at once. */
  override values(role: string, from: number, to: number): unknown[] {
    if (this.isJoined(role)) return this.values("tokens", from, to).map(joinWords);
    const roleIndex = this.roles.indexOf(role);
    if (from >= to || roleIndex < 0) return [];
    const bytes = Buffer.allocUnsafe(this.starts[to]! - this.starts[from]!);
    readFully(this.fd, bytes, this.starts[from]!, rowsFilePath(this.folder, this.name));
    const lines = parseRowLines(bytes);
    if (lines.length < to - from)
      throw new CodedError("streamed-changed", { file: rowsFilePath(this.folder, this.name) });
    return lines.map((values) => values[roleIndex]);
  }

  /** Rows of words have their text beside them, which is not written. */
  private isJoined(role: string): boolean {
    return role === "text" && !this.roles.includes("text") && this.roles.includes("tokens");
  }
}

/** The text of words. */
export function joinWords(tokens: unknown): string {
  return (tokens as readonly string[]).join(" ");
}

/** The values of rows, in the order of their roles; fewer than there were where what was written isn't there any more. */
export function parseRowLines(bytes: Buffer): (readonly unknown[])[] {
  const lines = bytes.toString("utf8").trimEnd().split("\n");
  return lines.flatMap((line) => {
    const values = parseJsonOrNull(line, rowLine);
    return values ? [values] : [];
  });
}

/** Files of splits that nobody holds any more are closed. */
const opened = new FinalizationRegistry<number>((fd) => closeSync(fd));

export function rowsFilePath(folder: string, split: string): string {
  return join(folder, `${split}.rows`);
}
export function indexFilePath(folder: string, split: string): string {
  return join(folder, `${split}.index`);
}

/** Opens what was written; undefined when it is not there, or not what `facts.json` says it is. */
export function openStreamed(
  folder: string,
): { readonly meta: StreamedMeta; readonly splits: Readonly<Record<string, StreamedSplit>> } | undefined {
  try {
    const meta = readHint(join(folder, "facts.json"), metaSchema);
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
    return undefined; // not there, or torn: it is made again
  }
}

/** Index of one split while it is written. */
export class StreamedIndexWriter {
  private readonly begun = new GrowingArray(Float64Array, [0]);
  private readonly labels = new GrowingArray(Int32Array);
  private readonly rowNumbers = new GrowingArray(Int32Array);
  bytes = 0;

  get rows(): number {
    return this.rowNumbers.length;
  }
  /** Of each line its first byte, and the end of the last one. */
  get starts(): Float64Array {
    return this.begun.values();
  }
  /** Of the rows in their source. */
  get numbers(): Int32Array {
    return this.rowNumbers.values();
  }
  add(bytes: number, label: number, number: number): void {
    this.bytes += bytes;
    this.begun.push(this.bytes);
    this.labels.push(label);
    this.rowNumbers.push(number);
  }
  /** Labels counted in order of appearance get the numbers that `order` gives them. */
  file(order: Int32Array): Uint8Array {
    const labels = this.labels.values().map((label) => order[label] ?? 0);
    const parts = [this.starts, labels, this.numbers];
    return Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
  }
}

/** Fills the buffer from that place of a file; a file that ends before is the coded error `streamed-changed`. */
export function readFully(fd: number, into: Uint8Array, from: number, file: string): void {
  for (let done = 0; done < into.length;) {
    const got = readSync(fd, into, done, into.length - done, from + done);
    if (got === 0) throw new CodedError("streamed-changed", { file });
    done += got;
  }
}
