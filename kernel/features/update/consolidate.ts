/** Consolidation at the end of a data set: the squared gradients of its rows are summed, then the strategies' program runs. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";
import type { FisherOptions } from "#stdlib/strategies/kind.js";
import type { FisherEstimator, FisherProgram, ConfiguredStrategy } from "#stdlib/programs/options.js";
import { SQUARED_GRADIENTS_PREFIX } from "#stdlib/programs/consolidation.js";
import type { AnswerDecoder } from "#stdlib/tasks/kind.js";
import {
  type EncodedRows,
  encodeSplit,
  type RowEncodingOptions,
  rowEncodingOptionsOf,
} from "../../data/encoding/encoded.js";
import { scalarF32 } from "../../engines/feeds.js";
import { pipelineCalls } from "../../engines/pipelined-session.js";
import { computeRowLogits } from "../../inference/score.js";
import { empiricalFisherBatches, twoLabelFisherBatches, fisherBatches, type FisherBatch } from "./fisher-rows.js";
import { selectRows, type SelectableRows } from "./select-rows.js";
import type { ModelLearning, ModelStates, OpenModel } from "../../models/open-model.js";
import type { UpdateStage } from "#dsl/compiler/plan/action.js";
import { fisherDirectionCount } from "#stdlib/strategies/shared/directions.js";
import { trainingSplitName, type PreparedData } from "../../data/prepared.js";
import type { TrainingInputs } from "../../training-runs/training-inputs.js";
import type { UpdateContext } from "./update-context.js";

/** Maximum bytes of the single rows of a pass, besides what a batch takes. */
const ROW_BYTES = 512 * 2 ** 20;

export interface ConsolidateOptions {
  readonly open: Pick<OpenModel, "session"> & {
    readonly states: Pick<ModelStates, "lastLayer">;
    readonly learning: Pick<ModelLearning, "consolidation">;
  };
  readonly strategies: readonly ConfiguredStrategy[];
  /** The number of the model's labels, and those that rows had so far: nothing was learned about the others. */
  readonly labels: { readonly count: number; readonly seen: ReadonlySet<number> };
  /** The rows of the data set; null if they are no longer available. */
  readonly rows: EncodedRows | null;
  /** Set for single-label rows. */
  readonly answers: AnswerDecoder | null;
  readonly fisher: FisherOptions | null;
  /** Maximum number of directions per row where `fisher` names no labels. */
  readonly most: number;
  readonly batchSize: number;
  readonly padId: number;
  readonly seed: number;
  /** The rows belong to what the model learned before the first data set. */
  readonly first: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onRows?: (done: number, total: number) => void;
}

/** Returns the number of squared gradients: of rows, or of batches. */
export async function consolidateWeights(options: ConsolidateOptions): Promise<number> {
  const programs = options.open.learning.consolidation(options.strategies);
  if (!programs) return 0;
  const { session } = options.open;
  const labels = options.rows && options.fisher ? labelsOf(options, options.rows, options.fisher) : null;
  const fisher = labels && programs.fisher ? programs.fisher(estimatorOf(options, labels), labels !== "batched") : null;
  await session.add({ consolidate: programs.consolidate, ...(fisher && { fisher: fisher.program }) }, []);
  try {
    const squared = fisher && labels && options.rows ? await sumSquares(options, options.rows, labels, fisher) : 0;
    if (squared > 0) await forgetUnseen(options);
    await session.run("consolidate", { rows: scalarF32(squared), first: scalarF32(options.first ? 1 : 0) });
    return squared;
  } finally {
    await session.remove(["consolidate", ...(fisher ? ["fisher"] : [])]);
  }
}

async function sumSquares(
  options: ConsolidateOptions,
  all: EncodedRows,
  labels: FisherLabels,
  fisher: FisherProgram,
): Promise<number> {
  const rows = someOf(all, options.fisher?.rows ?? null, options.seed);
  const total = rows.which.length;
  const batchSize = batchOf(options, fisher, labels === "batched");
  const run = ({ feeds, share }: FisherBatch) => {
    options.signal?.throwIfAborted();
    const all = fisher.perRow ? feeds : { ...feeds, share: scalarF32(share) };
    // The squared gradients are of the loss without class weights, so these are not fed.
    const inputs = Object.entries(all).filter(([name]) => fisher.program.inputs[name] !== undefined);
    return options.open.session.run("fisher", Object.fromEntries(inputs), ["loss"]);
  };
  const batches = await batchesOf(options, rows.fed, { labels, fisher, batchSize });
  for await (const [{ done }] of pipelineCalls(batches, run)) options.onRows?.(done, total);
  return labels === "batched" ? Math.ceil(total / batchSize) : total;
}

async function batchesOf(
  options: ConsolidateOptions,
  rows: SelectableRows,
  {
    labels,
    fisher,
    batchSize,
  }: { readonly labels: FisherLabels; readonly fisher: FisherProgram; readonly batchSize: number },
): Promise<Iterable<FisherBatch>> {
  if (fisher.estimator === "loss") return empiricalFisherBatches(rows, options, batchSize);
  if (fisher.estimator === "between")
    return twoLabelFisherBatches(rows, [...options.labels.seen], {
      ...options,
      labels: options.labels.count,
      batchSize,
    });
  const how = labels === "folded" ? { folded: options.most } : labels === "sampled" ? labels : "exact";
  const logits = await logitsOf(options, rows);
  return fisherBatches(rows, logits, {
    ...options,
    how,
    seen: options.labels.seen,
    batchSize,
    pairs: fisher.estimator === "pairs",
  });
}

/** Rows of a pass: the training's batch size, or fewer if single rows take much memory. */
function batchOf({ batchSize }: ConsolidateOptions, { perRow, rowBytes }: FisherProgram, batched: boolean): number {
  if (batched) return batchSize;
  return perRow ? Math.max(1, Math.min(batchSize, Math.floor(ROW_BYTES / Math.max(1, rowBytes)))) : 1;
}

type FisherLabels = "exact" | "folded" | "sampled" | "empirical" | "batched";

/** `empirical` replaces the strategy's setting unless each row has one label of several. */
function labelsOf(options: ConsolidateOptions, rows: EncodedRows, { labels }: FisherOptions): FisherLabels {
  const several = rows.taught?.oneRight !== undefined && options.answers !== null;
  if (labels === "batched" || labels === "empirical") return labels;
  if (!several) return "empirical";
  return labels ?? (options.labels.seen.size > options.most + 1 ? "folded" : "exact");
}

function estimatorOf(options: ConsolidateOptions, labels: FisherLabels): FisherEstimator {
  if (labels === "empirical" || labels === "batched") return "loss";
  if (labels === "sampled") return "directions";
  return labels === "exact" && options.labels.seen.size === 2 ? "between" : "pairs";
}

/** Sets to zero the squares of the head's rows for labels that no row had. */
async function forgetUnseen({
  open: {
    session,
    states: { lastLayer: head },
  },
  labels: { count, seen },
}: ConsolidateOptions): Promise<void> {
  for (const name of seen.size < count ? head : []) {
    const squares = await session.read(SQUARED_GRADIENTS_PREFIX + name);
    if (squares.shape[0] !== count) continue;
    const bytes = new Uint8Array(squares.bytes);
    const width = bytes.byteLength / count;
    for (let label = 0; label < count; label++) if (!seen.has(label)) bytes.fill(0, label * width, (label + 1) * width);
    await session.write(SQUARED_GRADIENTS_PREFIX + name, { ...squares, bytes });
  }
}

/** Samples at most so many rows by the seed. */
function someOf(rows: EncodedRows, most: number | null, seed: number) {
  const all = rows.lengths.length;
  const order = Uint32Array.from({ length: all }, (_, i) => i);
  if (most === null || most >= all) return { which: order, fed: rows };
  const which = shuffle(order, seededRandom(seed, 42)).slice(0, most).sort();
  return { which, fed: selectRows(rows, which) };
}

function logitsOf(options: ConsolidateOptions, rows: Pick<EncodedRows, "ids" | "lengths" | "types" | "taskInputs">) {
  const { batchSize, padId, signal } = options;
  const answers = mustExist(options.answers, "answers of a task with labels");
  return computeRowLogits(options.open.session, rows, answers, { batchSize, padId, ...(signal && { signal }) });
}

const sharedBy = ({ estimates: { trainable, parameters } }: UpdateStage["plan"]): number =>
  trainable / Math.max(1, parameters);

/** The model that a stage trains, with its base and tokenizer. */
export interface StageModel extends Pick<TrainingInputs, "base" | "tokenizer"> {
  readonly open: OpenModel;
}

export async function consolidateStage(
  options: UpdateContext,
  { plan, name }: UpdateStage,
  parts: StageModel & {
    readonly data: PreparedData | null;
    readonly first: boolean;
    readonly strategies: OpenModel["learning"]["strategies"];
    readonly seen: ReadonlySet<number>;
  },
): Promise<void> {
  const { base, tokenizer, open, data, first, strategies, seen } = parts;
  const { training } = plan.recipe;
  const { signal, hostContext } = options.stage;
  const taskPlan = data && options.tasks.find(({ prepared }) => prepared.facts.hash === data.facts.hash)?.plan;
  const recipe = { ...plan.recipe, data: taskPlan ?? plan.recipe.data };
  const encoding: RowEncodingOptions = await rowEncodingOptionsOf({ recipe }, base, tokenizer, options.labels, name);
  const rows =
    data && options.strategies.fisher
      ? await encodeSplit(data, { data: data.name, split: trainingSplitName(data) }, encoding)
      : null;
  await consolidateWeights({
    open,
    strategies,
    rows,
    fisher: options.strategies.fisher,
    labels: { count: options.labels.length, seen },
    answers: encoding.task.implementation.answers ?? null,
    most: fisherDirectionCount(sharedBy(plan)),
    batchSize: training.batch_size,
    padId: tokenizer.padId,
    seed: training.seed,
    first,
    signal,
    onRows: (done, total) =>
      hostContext.onProgress?.({ label: `rows of ${data?.name ?? name} read for the strategy`, done, total }),
  });
}
