/** Rows that strategies look at, batch by batch: what each is derived along, and how it is fed. */
import { must } from "#dsl/diagnostics/must.js";
import type { NDArray } from "#dsl/graph/program.js";
import { chance, type Chance } from "#stdlib/lib/chance.js";
import { collate } from "../../core/data/batches.js";
import { DataLoader, type FedRows } from "../../core/data/loader.js";

export interface LookBatch {
  readonly feeds: Readonly<Record<string, NDArray>>;
  /** What its squares count. */
  readonly share: number;
  /** Rows that are done with it. */
  readonly done: number;
}

/** A direction that adds less than this to what a row says is left out. */
const NOTHING = 1e-12;

/**
 * Directions along which a row's logits are derived so that their squares sum to its Fisher information, over the labels that
 * were seen: the expected square of a gradient whose slope in the logits is e(label) − p. `exact`: columns L with
 * L · Lᵀ = diag(p) − p · pᵀ, one less than labels are: F = Σ (gradient along a column)², for any such L. These are those of
 * its Cholesky factor, the likeliest label first. `sampled`: that of one label, drawn by p.
 */
export function directionsOf(
  logits: ArrayLike<number>,
  seen: ReadonlySet<number>,
  how: "exact" | "sampled",
  random: Chance,
): readonly Float64Array[] {
  const likely = likelyOf(logits, seen);
  if (how === "exact")
    return factored(
      likely.toSorted((a, b) => b.p - a.p),
      logits.length,
    );
  const drawn = drawnOf(likely, random);
  const own = new Float64Array(logits.length);
  for (const { label, p } of likely) own[label] = (label === drawn ? 1 : 0) - p;
  return [own];
}

/** Columns of the Cholesky factor of diag(p) − p · pᵀ. */
function factored(sorted: readonly Likely[], labels: number): readonly Float64Array[] {
  // What the labels from each on have together, the smallest summed first.
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

interface Likely {
  readonly label: number;
  readonly p: number;
}
/** Of the labels that were seen, how likely each is among them. */
function likelyOf(logits: ArrayLike<number>, seen: ReadonlySet<number>): readonly Likely[] {
  const some = Array.from({ length: logits.length }, (_, label) => label).filter((label) => seen.has(label));
  const most = some.reduce((a, label) => Math.max(a, logits[label] ?? 0), -Infinity);
  const powers = some.map((label) => Math.exp((logits[label] ?? 0) - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return some.map((label, i) => ({ label, p: (powers[i] ?? 0) / sum }));
}

function drawnOf(likely: readonly Likely[], random: Chance): number {
  const at = (random.next() >>> 0) / 2 ** 32;
  let sum = 0;
  for (const { label, p } of likely) {
    sum += p;
    if (at < sum) return label;
  }
  return likely.at(-1)?.label ?? 0;
}

interface Directed {
  readonly how: "exact" | "sampled";
  readonly seen: ReadonlySet<number>;
  readonly batchSize: number;
  readonly padId: number;
  readonly seed: number;
}

/** Rows of like length together, the longest first, each as often as it has directions. `said`: their logits. */
export function* directed(
  rows: Pick<FedRows, "ids" | "lengths" | "types">,
  said: readonly Float32Array[],
  o: Directed,
): Generator<LookBatch> {
  const order = Array.from(said.keys()).sort((a, b) => (rows.lengths[b] ?? 0) - (rows.lengths[a] ?? 0));
  let waiting: { readonly row: number; readonly direction: Float64Array }[] = [];
  const batchOf = (done: number): LookBatch => {
    const feeds = collate(
      rows.ids,
      Uint32Array.from(waiting, ({ row }) => row),
      o.padId,
      { types: rows.types },
    );
    const along = Float32Array.from(waiting.flatMap(({ direction }) => [...direction]));
    const shape = [waiting.length, along.length / waiting.length];
    waiting = [];
    const directions: NDArray = { dtype: "f32", shape, bytes: new Uint8Array(along.buffer) };
    return { feeds: { ...feeds, directions }, share: 1, done };
  };
  for (const [done, row] of order.entries()) {
    // Drawn by the row, whatever stands before it.
    const random = chance(o.seed, 43, row);
    for (const direction of directionsOf(must(said[row], "what is said of a row"), o.seen, o.how, random)) {
      waiting.push({ row, direction });
      if (waiting.length === o.batchSize) yield batchOf(done);
    }
  }
  if (waiting.length > 0) yield batchOf(order.length);
}

/** Rows as they teach: each by its own label. */
export function* asTaught(
  rows: FedRows,
  { seed, padId }: { readonly seed: number; readonly padId: number },
  batchSize: number,
): Generator<LookBatch> {
  const loader = new DataLoader(rows, { batchSize, accumulate: 1, packed: null, shuffle: "none", seed, padId });
  let done = 0;
  for (const { feeds } of loader.pass()) {
    const count = must(feeds["input_ids"], "input_ids").shape[0] ?? 1;
    done += count;
    yield { feeds, share: 1 / count ** 2, done };
  }
}
