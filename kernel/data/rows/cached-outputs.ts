/** Feeds of rows besides their labels: cached outputs, and the weights of replayed rows that are appended to each batch. */
import type { NDArray } from "#dsl/tensor/program.js";
import { cachedOutputInputNames } from "#stdlib/programs/objective.js";
import { float32NDArray } from "#stdlib/tasks/shared/feeds.js";
import type { seededRandom } from "#stdlib/statistics/chance.js";
import { drawBelow } from "#stdlib/statistics/chance.js";

/** Logits of rows, computed before the training, for the loss terms of one source. */
export interface CachedOutputs {
  /** Names the inputs (`cachedOutputInputNames`). */
  readonly source: string;
  readonly labels: number;
  /** Index of the first row with logits. */
  readonly first: number;
  /** [rows from `first` on, labels], row-major; NaN where unknown. */
  readonly logits: Float32Array;
  /** Set if all logits are known, so that no mask is fed. */
  readonly whole?: true;
}
/** Replayed rows that are appended to each batch. */
export interface ReplayedRowWeights {
  /** Index of the first replayed row; rows before it are new. */
  readonly from: number;
  /** Loss weight of a batch's replayed rows relative to its new rows. */
  readonly labels: number;
}

type Rows = ArrayLike<number>;
const countsOf = ({ first, labels, logits }: CachedOutputs): ((row: number) => boolean) => {
  const rows = logits.length / labels;
  return (row) => {
    const index = row - first;
    return (
      index >= 0 &&
      index < rows &&
      logits.subarray(index * labels, (index + 1) * labels).some((one) => !Number.isNaN(one))
    );
  };
};

/**
 * Returns the feeds of a batch that is part of an update with `all` rows: `recalled_…`, `known_…` and `share_…` per
 * source.
 */
export function cachedOutputFeeds(
  outputs: readonly CachedOutputs[],
  all: readonly Rows[],
): (batch: Rows) => Readonly<Record<string, NDArray>> {
  const known = outputs.map((one) => {
    const counts = countsOf(one);
    return { one, counts, total: all.reduce((sum, batch) => sum + Array.from(batch).filter(counts).length, 0) };
  });
  return (batch) =>
    Object.assign({}, ...known.map(({ one, counts, total }) => feedsOf(one, batch, counts, total))) as Record<
      string,
      NDArray
    >;
}

function feedsOf(
  { source, labels, first, logits, whole }: CachedOutputs,
  batch: Rows,
  counts: (row: number) => boolean,
  total: number,
): Record<string, NDArray> {
  const n = batch.length;
  const [outputs, known, share] = [new Float32Array(n * labels), new Float32Array(n * labels), new Float32Array(n)];
  Array.from(batch).forEach((row, position) => {
    if (!counts(row)) return;
    share[position] = 1 / total;
    logits.subarray((row - first) * labels, (row - first + 1) * labels).forEach((value, label) => {
      if (Number.isNaN(value)) return;
      outputs[position * labels + label] = value;
      known[position * labels + label] = 1;
    });
  });
  const names = cachedOutputInputNames(source);
  return {
    [names.logits]: float32NDArray(outputs, [n, labels]),
    ...(!whole && { [names.known]: float32NDArray(known, [n, labels]) }),
    [names.share]: float32NDArray(share, [n]),
  };
}

/**
 * Appends as many replayed rows as the batch has, or all if they are fewer: without repetition, every subset equally
 * likely.
 */
export function addReplayedRows(
  batch: Uint32Array,
  { from, all }: { readonly from: number; readonly all: number },
  random: ReturnType<typeof seededRandom>,
): Uint32Array {
  const wanted = Math.min(batch.length, all - from);
  // Positions changed by the Fisher–Yates shuffle, without the unchanged ones.
  const moved = new Map<number, number>();
  const drawn = Uint32Array.from({ length: wanted }, (_, i) => {
    const other = i + drawBelow(random, all - from - i);
    const row = moved.get(other) ?? other;
    moved.set(other, moved.get(i) ?? i);
    return from + row;
  });
  return Uint32Array.of(...batch, ...drawn);
}

/**
 * Returns the feed `each` of a batch: rows are weighted by `weights`; the new rows of the update sum to 1, the replayed
 * ones to `labels`.
 */
export function replayRowWeightsFeed(
  { from, labels }: ReplayedRowWeights,
  batch: Rows,
  counts: { readonly fresh: number; readonly replayed: number },
  weights: ArrayLike<number> | undefined,
): NDArray {
  const share = (part: number, total: number): number => (total > 0 ? part / total : 0);
  const [fresh, replayed] = [share(1, counts.fresh), share(labels, counts.replayed)];
  const each = Float32Array.from(batch, (row) => (weights?.[row] ?? 1) * (row < from ? fresh : replayed));
  return float32NDArray(each, [batch.length]);
}
