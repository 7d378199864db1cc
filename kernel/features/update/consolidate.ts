/** Consolidation at the end of a data set: the squared gradients of its rows are summed, then the strategies' program runs. */
import { must } from "#dsl/language/diagnostics/must.js";
import { chance, shuffle } from "#stdlib/statistics/chance.js";
import type { FisherOptions } from "#stdlib/strategies/kind.js";
import type { FisherEstimator, FisherProgram, Strategy } from "#stdlib/programs/options.js";
import { SQUARES } from "#stdlib/programs/consolidation.js";
import type { Answers } from "#stdlib/tasks/kind.js";
import type { Encoded } from "../../data/encoding/encoded.js";
import { scalarF32 } from "../../engines/feeds.js";
import { pipelined } from "../../engines/pipelined-session.js";
import { askRows } from "../../inference/score.js";
import { asTaught, betweenTwo, directed, type FisherBatch } from "./fisher-rows.js";
import { onlyOf, type SelectableRows } from "./only-of.js";
import type { OpenModel } from "../../models/open-model.js";

/** Maximum bytes of the single rows of a pass, besides what a batch takes. */
const ROW_BYTES = 512 * 2 ** 20;

export interface ConsolidateOptions {
  readonly open: Pick<OpenModel, "consolidation" | "session" | "head">;
  readonly strategies: readonly Strategy[];
  /** The number of the model's labels, and those that rows had so far: of others nothing was learned. */
  readonly labels: { readonly count: number; readonly seen: ReadonlySet<number> };
  /** The rows of the data set; null: they can't be read any more. */
  readonly rows: Encoded | null;
  /** Set where a row has one label. */
  readonly answers: Answers | null;
  readonly fisher: FisherOptions | null;
  /** Maximum number of directions per row where `fisher` names no labels. */
  readonly most: number;
  readonly batchSize: number;
  readonly padId: number;
  readonly seed: number;
  /** They are what the model learned before the first data set. */
  readonly first: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onRows?: (done: number, of: number) => void;
}

/** Gives the number of squared gradients: of rows, or of batches. */
export async function consolidate(o: ConsolidateOptions): Promise<number> {
  const programs = o.open.consolidation(o.strategies);
  if (!programs) return 0;
  const { session } = o.open;
  const labels = o.rows && o.fisher ? labelsOf(o, o.rows, o.fisher) : null;
  const fisher = labels && programs.fisher ? programs.fisher(estimatorOf(o, labels), labels !== "batched") : null;
  await session.add({ consolidate: programs.consolidate, ...(fisher && { fisher: fisher.program }) }, []);
  try {
    const squared = fisher && labels && o.rows ? await sumSquares(o, o.rows, labels, fisher) : 0;
    if (squared > 0) await forgetUnseen(o);
    await session.run("consolidate", { rows: scalarF32(squared), first: scalarF32(o.first ? 1 : 0) });
    return squared;
  } finally {
    await session.remove(["consolidate", ...(fisher ? ["fisher"] : [])]);
  }
}

async function sumSquares(
  o: ConsolidateOptions,
  all: Encoded,
  labels: FisherLabels,
  fisher: FisherProgram,
): Promise<number> {
  const rows = someOf(all, o.fisher?.rows ?? null, o.seed);
  const total = rows.which.length;
  const batchSize = batchOf(o, fisher, labels === "batched");
  const run = ({ feeds, share }: FisherBatch) => {
    o.signal?.throwIfAborted();
    const all = fisher.perRow ? feeds : { ...feeds, share: scalarF32(share) };
    // The squared gradients are of the loss without class weights, so these are not fed.
    const inputs = Object.entries(all).filter(([name]) => fisher.program.inputs[name] !== undefined);
    return o.open.session.run("fisher", Object.fromEntries(inputs), ["loss"]);
  };
  const batches = await batchesOf(o, rows.fed, { labels, fisher, batchSize });
  for await (const [{ done }] of pipelined(batches, run)) o.onRows?.(done, total);
  return labels === "batched" ? Math.ceil(total / batchSize) : total;
}

async function batchesOf(
  o: ConsolidateOptions,
  rows: SelectableRows,
  {
    labels,
    fisher,
    batchSize,
  }: { readonly labels: FisherLabels; readonly fisher: FisherProgram; readonly batchSize: number },
): Promise<Iterable<FisherBatch>> {
  if (fisher.estimator === "loss") return asTaught(rows, o, batchSize);
  if (fisher.estimator === "between")
    return betweenTwo(rows, [...o.labels.seen], { ...o, labels: o.labels.count, batchSize });
  const how = labels === "folded" ? { folded: o.most } : labels === "sampled" ? labels : "exact";
  const logits = await logitsOf(o, rows);
  return directed(rows, logits, { ...o, how, seen: o.labels.seen, batchSize, pairs: fisher.estimator === "pairs" });
}

/** Rows of a pass: the training's batch size, or fewer where single rows take much memory. */
function batchOf({ batchSize }: ConsolidateOptions, { perRow, rowBytes }: FisherProgram, batched: boolean): number {
  if (batched) return batchSize;
  return perRow ? Math.max(1, Math.min(batchSize, Math.floor(ROW_BYTES / Math.max(1, rowBytes)))) : 1;
}

type FisherLabels = "exact" | "folded" | "sampled" | "empirical" | "batched";

/** `empirical` in place of what the strategy names where rows don't have one label of several. */
function labelsOf(o: ConsolidateOptions, rows: Encoded, { labels }: FisherOptions): FisherLabels {
  const several = rows.taught?.oneRight !== undefined && o.answers !== null;
  if (labels === "batched" || labels === "empirical") return labels;
  if (!several) return "empirical";
  return labels ?? (o.labels.seen.size > o.most + 1 ? "folded" : "exact");
}

function estimatorOf(o: ConsolidateOptions, labels: FisherLabels): FisherEstimator {
  if (labels === "empirical" || labels === "batched") return "loss";
  if (labels === "sampled") return "directions";
  return labels === "exact" && o.labels.seen.size === 2 ? "between" : "pairs";
}

/** Sets to zero the squares of the head's rows for labels that no row had. */
async function forgetUnseen({ open: { session, head }, labels: { count, seen } }: ConsolidateOptions): Promise<void> {
  for (const name of seen.size < count ? head : []) {
    const squares = await session.read(SQUARES + name);
    if (squares.shape[0] !== count) continue;
    const bytes = new Uint8Array(squares.bytes);
    const width = bytes.byteLength / count;
    for (let label = 0; label < count; label++) if (!seen.has(label)) bytes.fill(0, label * width, (label + 1) * width);
    await session.write(SQUARES + name, { ...squares, bytes });
  }
}

/** At most so many rows, drawn by the seed. */
function someOf(rows: Encoded, most: number | null, seed: number) {
  const all = rows.lengths.length;
  const order = Uint32Array.from({ length: all }, (_, i) => i);
  if (most === null || most >= all) return { which: order, fed: rows };
  const which = shuffle(order, chance(seed, 42)).slice(0, most).sort();
  return { which, fed: onlyOf(rows, which) };
}

function logitsOf(o: ConsolidateOptions, rows: Pick<Encoded, "ids" | "lengths" | "types" | "asked">) {
  const { batchSize, padId, signal } = o;
  const answers = must(o.answers, "answers of a task with labels");
  return askRows(o.open.session, rows, answers, { batchSize, padId, ...(signal && { signal }) });
}
