/**
 * Builds feeds from rows: selects the rows of each batch, and makes its arrays. Every row is in exactly one batch of an
 * epoch; the order depends on seed and epoch only.
 */
import type { NDArray } from "#dsl/tensor/program.js";
import { seededRandom, drawBelow, shuffle } from "#stdlib/statistics/chance.js";
import { tokensAt, type TokenRows } from "../sequences/token-rows.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";

export interface BatchOptions {
  readonly batchSize: number;
  readonly shuffle: "by_length" | "random" | "none";
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
  /** For rows of two texts: the lengths of the second texts. Both lengths determine which rows are alike. */
  readonly also?: Int32Array;
}

/**
 * Returns the row indices of each batch of one epoch. `by_length`: rows of similar length (within 6 %, in random order)
 * share a batch, batches are in random order, and the one short batch may be anywhere. `lengths`: tokens per row.
 */
export function epochBatches(lengths: Int32Array, options: BatchOptions): Uint32Array[] {
  if (!Number.isInteger(options.batchSize) || options.batchSize < 1)
    throw new RangeError(`batch size ${options.batchSize}`);
  const rows = Uint32Array.from(lengths, (_, row) => row);
  if (options.shuffle === "none") return cutInto(rows, options.batchSize, rows.length);
  const generator = seededRandom(options.seed, options.epoch);
  shuffle(rows, generator);
  if (options.shuffle === "random") return cutInto(rows, options.batchSize, rows.length);
  const { also } = options;
  const bands = Int32Array.from(lengths, (length, row) => band(length + (also?.[row] ?? 0)));
  const second = also && Int32Array.from(also, band);
  // stable sort: rows of one band stay in random order
  rows.sort((a, b) => bands[b]! - bands[a]! || (second ? second[b]! - second[a]! : 0));
  const full = Math.floor(rows.length / options.batchSize);
  const batches = cutInto(rows, options.batchSize, drawBelow(generator, full + 1) * options.batchSize);
  return shuffle(batches, generator);
}

/** Each length up to 16 tokens is its own band; longer ones share a band within 6 %. */
function band(length: number): number {
  return length <= 16 ? length : 16 + Math.floor(Math.log(length / 16) / Math.log(1.06));
}

/** Cuts rows into batches of `size` in order. The short batch, if any, starts at `short` or is the last. */
function cutInto(rows: Uint32Array, size: number, short: number): Uint32Array[] {
  const rest = rows.length % size;
  const batches: Uint32Array[] = [];
  for (let start = 0; start < rows.length;) {
    const end = Math.min(rows.length, start + (start === short && rest > 0 ? rest : size));
    batches.push(rows.slice(start, end));
    start = end;
  }
  return batches;
}

export interface CollateOptions {
  /** Segment of every token of every row (pairs). Without it the batch has no `token_type_ids`. */
  readonly types?: TokenRows | null | undefined;
  /** Lengths are padded up to a multiple of this (default 1). */
  readonly multipleOf?: number;
}

/** Feeds of one batch: `input_ids`, `attention_mask` (and `token_type_ids`) [rows, longest] i32, padded on the right. */
export function collateBatch(
  ids: TokenRows,
  rows: Uint32Array,
  padId: number,
  options: CollateOptions = {},
): Record<string, NDArray> {
  const multiple = options.multipleOf ?? 1;
  const texts = Array.from(rows, (row) => tokensAt(ids, row));
  let longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  longest = Math.max(1, Math.ceil(longest / multiple)) * multiple;
  const input = new Int32Array(rows.length * longest).fill(padId);
  const mask = new Int32Array(rows.length * longest);
  const segments = options.types ? new Int32Array(rows.length * longest) : null;
  rows.forEach((row, position) => {
    const textIds = texts[position]!;
    input.set(textIds, position * longest);
    mask.fill(1, position * longest, position * longest + textIds.length);
    if (options.types) segments?.set(tokensAt(options.types, row), position * longest);
  });
  const shape = [rows.length, longest];
  return {
    input_ids: int32NDArray(input, shape),
    attention_mask: int32NDArray(mask, shape),
    ...(segments ? { token_type_ids: int32NDArray(segments, shape) } : {}),
  };
}
