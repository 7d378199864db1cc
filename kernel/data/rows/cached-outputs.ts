/** Feeds of rows besides their labels: cached outputs, and the weights of replayed rows that are appended to each batch. */
import type { NDArray } from "#dsl/tensor/program.js";
import { outputInputs } from "#stdlib/programs/objective.js";
import { real } from "#stdlib/tasks/shared/feeds.js";
import type { chance } from "#stdlib/statistics/chance.js";
import { draw } from "#stdlib/statistics/chance.js";

/** Logits of rows, computed before the training, for the loss terms of one source. */
export interface CachedOutputs {
  /** Names the inputs (`outputInputs`). */
  readonly source: string;
  readonly labels: number;
  /** Number of the first row that has logits. */
  readonly first: number;
  /** [rows from `first` on, labels], row-major; NaN where unknown. */
  readonly logits: Float32Array;
  /** All logits are known, and no mask of known ones is fed. */
  readonly whole?: true;
}
/** Kept rows that stand beside each batch. */
export interface Beside {
  /** Rows from this one on are kept ones; those before are new. */
  readonly from: number;
  /** What the labels of a batch's kept rows count beside those of its new ones. */
  readonly labels: number;
}

type Rows = ArrayLike<number>;
const countsOf = ({ first, labels, logits }: CachedOutputs): ((row: number) => boolean) => {
  const rows = logits.length / labels;
  return (row) => {
    const at = row - first;
    return at >= 0 && at < rows && logits.subarray(at * labels, (at + 1) * labels).some((one) => !Number.isNaN(one));
  };
};

/** Feeds of a batch that is a part of an update with `all` rows: `recalled_…`, `known_…` and `share_…` of each source. */
export function feedsOfCachedOutputs(
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
  const [said, known, share] = [new Float32Array(n * labels), new Float32Array(n * labels), new Float32Array(n)];
  Array.from(batch).forEach((row, at) => {
    if (!counts(row)) return;
    share[at] = 1 / total;
    logits.subarray((row - first) * labels, (row - first + 1) * labels).forEach((value, label) => {
      if (Number.isNaN(value)) return;
      said[at * labels + label] = value;
      known[at * labels + label] = 1;
    });
  });
  const names = outputInputs(source);
  return {
    [names.logits]: real(said, [n, labels]),
    ...(!whole && { [names.known]: real(known, [n, labels]) }),
    [names.share]: real(share, [n]),
  };
}

/** A batch and as many kept rows as it has, or all where there are fewer: none twice, each set as likely as any other. */
export function withKept(
  batch: Uint32Array,
  { from, all }: { readonly from: number; readonly all: number },
  random: ReturnType<typeof chance>,
): Uint32Array {
  const wanted = Math.min(batch.length, all - from);
  // What Fisher and Yates moved, without the rows that stayed.
  const moved = new Map<number, number>();
  const drawn = Uint32Array.from({ length: wanted }, (_, i) => {
    const other = i + draw(random, all - from - i);
    const row = moved.get(other) ?? other;
    moved.set(other, moved.get(i) ?? i);
    return from + row;
  });
  return Uint32Array.of(...batch, ...drawn);
}

/** Feed `each` of a batch: its rows count by `weights`, the new ones of the whole update 1 together, the kept ones `labels`. */
export function eachBeside(
  { from, labels }: Beside,
  batch: Rows,
  counts: { readonly fresh: number; readonly kept: number },
  weights: ArrayLike<number> | undefined,
): NDArray {
  const share = (part: number, of: number): number => (of > 0 ? part / of : 0);
  const [fresh, kept] = [share(1, counts.fresh), share(labels, counts.kept)];
  const each = Float32Array.from(batch, (row) => (weights?.[row] ?? 1) * (row < from ? fresh : kept));
  return real(each, [batch.length]);
}
