/** Batches of rows whose gradients are squared: the directions along which each row's logits are differentiated, and the feeds. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { seededRandom, type RandomSource } from "#stdlib/statistics/chance.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { collateBatch } from "../../data/rows/batches.js";
import { DataLoader, type ModelInputRows } from "../../data/rows/loader.js";

export interface FisherBatch {
  readonly feeds: Readonly<Record<string, NDArray>>;
  /** Factor of its squared gradients. */
  readonly share: number;
  /** Total rows done after this batch. */
  readonly done: number;
}

/** Directions with a squared norm below this are left out. */
const NOTHING = 1e-12;

/** How directions are chosen for single-label rows; `folded`: at most so many directions. */
export type FisherDirectionChoice = "exact" | "sampled" | { readonly folded: number };

/**
 * Directions along which a row's logits are differentiated so that the squares sum to its Fisher information, over the
 * labels that were seen: the expected square of a gradient whose slope in the logits is e(label) − p. `exact`: columns
 * L with L · Lᵀ = diag(p) − p · pᵀ, one fewer than labels: F = Σ (gradient along a column)², for any such L. These are
 * those of its Cholesky factor, the most probable label first. `sampled`: the direction of one label, sampled from p.
 * `folded`: the first columns unchanged, and the sum of all others with random signs: the square of such a sum is on
 * average the sum of the squares.
 */
export function fisherDirectionsOf(
  logits: ArrayLike<number>,
  seen: ReadonlySet<number>,
  how: FisherDirectionChoice,
  random: RandomSource,
): readonly Float64Array[] {
  const likely = likelyOf(logits, seen);
  if (how !== "sampled") {
    const columns = factored(
      likely.toSorted((a, b) => b.p - a.p),
      logits.length,
    );
    return how === "exact" ? columns : folded(columns, how.folded, random);
  }
  const drawn = drawnOf(likely, random);
  const direction = new Float64Array(logits.length);
  for (const { label, p } of likely) direction[label] = (label === drawn ? 1 : 0) - p;
  return [direction];
}

/** Columns of the Cholesky factor of diag(p) − p · pᵀ. */
function factored(sorted: readonly Likely[], labels: number): readonly Float64Array[] {
  // Sums of the probabilities from each label on, the smallest first for precision.
  const rest = new Float64Array(sorted.length + 1);
  for (let k = sorted.length - 1; k >= 0; k--) rest[k] = (rest[k + 1] ?? 0) + (sorted[k]?.p ?? 0);
  const found: Float64Array[] = [];
  for (const [k, { label, p }] of sorted.entries()) {
    const [from, after] = [rest[k] ?? 0, rest[k + 1] ?? 0];
    if (p * after <= NOTHING * from) break;
    const column = new Float64Array(labels);
    column[label] = Math.sqrt((p * after) / from);
    const factor = Math.sqrt(p / (from * after));
    for (const one of sorted.slice(k + 1)) column[one.label] = -one.p * factor;
    found.push(column);
  }
  return found;
}

function folded(columns: readonly Float64Array[], most: number, random: RandomSource): readonly Float64Array[] {
  if (columns.length <= most) return columns;
  const sum = new Float64Array(columns[0]?.length ?? 0);
  for (const column of columns.slice(most - 1)) {
    const sign = random.next() >>> 31 === 0 ? 1 : -1;
    column.forEach((value, label) => (sum[label] = (sum[label] ?? 0) + sign * value));
  }
  return [...columns.slice(0, most - 1), sum];
}

interface Likely {
  readonly label: number;
  readonly p: number;
}
/** Probabilities normalized over the labels that were seen. */
function likelyOf(logits: ArrayLike<number>, seen: ReadonlySet<number>): readonly Likely[] {
  const some = Array.from({ length: logits.length }, (_, label) => label).filter((label) => seen.has(label));
  const most = some.reduce((a, label) => Math.max(a, logits[label] ?? 0), -Infinity);
  const powers = some.map((label) => Math.exp((logits[label] ?? 0) - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return some.map((label, i) => ({ label, p: (powers[i] ?? 0) / sum }));
}

function drawnOf(likely: readonly Likely[], random: RandomSource): number {
  const threshold = (random.next() >>> 0) / 2 ** 32;
  let sum = 0;
  for (const { label, p } of likely) {
    sum += p;
    if (threshold < sum) return label;
  }
  return likely.at(-1)?.label ?? 0;
}

interface Directed {
  readonly how: FisherDirectionChoice;
  readonly seen: ReadonlySet<number>;
  readonly batchSize: number;
  readonly padId: number;
  readonly seed: number;
  /** Whether a batch contains a row once, paired with all its directions; otherwise once per direction. */
  readonly pairs: boolean;
}

/**
 * Batches rows of similar length, the longest first, with their directions, up to a number of directions per batch.
 * `outputs`: the rows' logits.
 */
export function* fisherBatches(
  rows: Pick<ModelInputRows, "ids" | "lengths" | "types">,
  outputs: readonly Float32Array[],
  options: Directed,
): Generator<FisherBatch> {
  const order = longestFirst(rows);
  let waiting: { readonly row: number; readonly direction: Float64Array }[] = [];
  const batchOf = (done: number): FisherBatch => {
    const each = waiting.map(({ row }) => row);
    const once = options.pairs ? [...new Set(each)] : each;
    const feeds = collateBatch(rows.ids, Uint32Array.from(once), options.padId, { types: rows.types });
    const directions = Float32Array.from(waiting.flatMap(({ direction }) => [...direction]));
    const shape = [waiting.length, directions.length / waiting.length];
    waiting = [];
    return {
      feeds: {
        ...feeds,
        directions: floatsOf(directions, shape),
        ...(options.pairs && {
          row_of: int32NDArray(
            Int32Array.from(each, (row) => once.indexOf(row)),
            [each.length],
          ),
        }),
      },
      share: 1,
      done,
    };
  };
  for (const [done, row] of order.entries()) {
    // Seeded by the row, so that it does not depend on earlier rows.
    const random = seededRandom(options.seed, 43, row);
    for (const direction of fisherDirectionsOf(
      mustExist(outputs[row], "the model's outputs"),
      options.seen,
      options.how,
      random,
    )) {
      waiting.push({ row, direction });
      if (waiting.length === options.batchSize) yield batchOf(done);
    }
  }
  if (waiting.length > 0) yield batchOf(order.length);
}

/** Batches rows of similar length for two labels, which have a single direction, so that no logits are needed. */
export function* twoLabelFisherBatches(
  rows: Pick<ModelInputRows, "ids" | "lengths" | "types">,
  [one = 0, other = 0]: readonly number[],
  options: { readonly labels: number; readonly batchSize: number; readonly padId: number },
): Generator<FisherBatch> {
  const signs = new Float32Array(options.labels);
  signs[one] = 1;
  signs[other] = -1;
  const between = floatsOf(signs, [options.labels]);
  const order = longestFirst(rows);
  for (let offset = 0; offset < order.length; offset += options.batchSize) {
    const some = order.slice(offset, offset + options.batchSize);
    const feeds = collateBatch(rows.ids, Uint32Array.from(some), options.padId, { types: rows.types });
    yield { feeds: { ...feeds, between }, share: 1, done: offset + some.length };
  }
}

function longestFirst({ lengths }: Pick<ModelInputRows, "lengths">): readonly number[] {
  return Array.from(lengths.keys()).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0));
}

function floatsOf(values: Float32Array<ArrayBuffer>, shape: readonly number[]): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(values.buffer) };
}

/** Batches rows with their own labels. */
export function* empiricalFisherBatches(
  rows: ModelInputRows,
  { seed, padId }: { readonly seed: number; readonly padId: number },
  batchSize: number,
): Generator<FisherBatch> {
  const loader = new DataLoader(rows, { batchSize, accumulate: 1, packed: null, shuffle: "none", seed, padId });
  let done = 0;
  for (const { feeds } of loader.pass()) {
    const count = mustExist(feeds["input_ids"], "input_ids").shape[0] ?? 1;
    done += count;
    yield { feeds, share: 1 / count ** 2, done };
  }
}
