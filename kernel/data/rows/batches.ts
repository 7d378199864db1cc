/**
 * From rows to feeds: which rows go into a batch, and the arrays that a batch becomes. Every row is in exactly one batch
 * of an epoch; the order depends on seed and epoch alone.
 */
import type { NDArray } from "#dsl/tensor/program.js";
import { chance, draw, shuffle } from "#stdlib/statistics/chance.js";
import { tokensAt, type TokenRows } from "../sequences/token-rows.js";
import { whole } from "#stdlib/tasks/shared/feeds.js";

export interface BatchOptions {
  readonly batchSize: number;
  readonly shuffle: "by_length" | "random" | "none";
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
  /** Of rows of two texts, the lengths of the second ones: both together say which rows are alike. */
  readonly also?: Int32Array;
}

/**
 * Row indices of each batch of one epoch. `by_length`: rows of like length (within 6 %, alike ones in random order) share
 * a batch, batches come in random order, and the one short batch falls anywhere. `lengths`: tokens per row.
 */
export function epochBatches(lengths: Int32Array, o: BatchOptions): Uint32Array[] {
  if (!Number.isInteger(o.batchSize) || o.batchSize < 1) throw new RangeError(`batch size ${o.batchSize}`);
  const rows = Uint32Array.from(lengths, (_, row) => row);
  if (o.shuffle === "none") return cutInto(rows, o.batchSize, rows.length);
  const generator = chance(o.seed, o.epoch);
  shuffle(rows, generator);
  if (o.shuffle === "random") return cutInto(rows, o.batchSize, rows.length);
  const { also } = o;
  const bands = Int32Array.from(lengths, (length, row) => band(length + (also?.[row] ?? 0)));
  const second = also && Int32Array.from(also, band);
  rows.sort((a, b) => bands[b]! - bands[a]! || (second ? second[b]! - second[a]! : 0)); // stable: rows of one band stay in random order
  const full = Math.floor(rows.length / o.batchSize);
  const batches = cutInto(rows, o.batchSize, draw(generator, full + 1) * o.batchSize);
  return shuffle(batches, generator);
}

/** Lengths up to 16 tokens are bands of their own, longer ones share a band with those within 6 %. */
function band(length: number): number {
  return length <= 16 ? length : 16 + Math.floor(Math.log(length / 16) / Math.log(1.06));
}

/** Batches of `size` in order; the one short batch, if there is one, starts at `short` or is the last. */
function cutInto(rows: Uint32Array, size: number, short: number): Uint32Array[] {
  const rest = rows.length % size;
  const batches: Uint32Array[] = [];
  for (let at = 0; at < rows.length;) {
    const end = Math.min(rows.length, at + (at === short && rest > 0 ? rest : size));
    batches.push(rows.slice(at, end));
    at = end;
  }
  return batches;
}

export interface CollateOptions {
  /** Segment of every token of every row (pairs); absent: the batch has no `token_type_ids`. */
  readonly types?: TokenRows | null | undefined;
  /** Lengths are padded up to a multiple of this (default 1). */
  readonly multipleOf?: number;
}

/** Feeds of one batch: `input_ids`, `attention_mask` (and `token_type_ids`) [rows, longest] i32, padded on the right. */
export function collate(
  ids: TokenRows,
  rows: Uint32Array,
  padId: number,
  o: CollateOptions = {},
): Record<string, NDArray> {
  const multiple = o.multipleOf ?? 1;
  const texts = Array.from(rows, (row) => tokensAt(ids, row));
  let longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  longest = Math.max(1, Math.ceil(longest / multiple)) * multiple;
  const input = new Int32Array(rows.length * longest).fill(padId);
  const mask = new Int32Array(rows.length * longest);
  const segments = o.types ? new Int32Array(rows.length * longest) : null;
  rows.forEach((row, at) => {
    const own = texts[at]!;
    input.set(own, at * longest);
    mask.fill(1, at * longest, at * longest + own.length);
    if (o.types) segments?.set(tokensAt(o.types, row), at * longest);
  });
  const shape = [rows.length, longest];
  return {
    input_ids: whole(input, shape),
    attention_mask: whole(mask, shape),
    ...(segments ? { token_type_ids: whole(segments, shape) } : {}),
  };
}
