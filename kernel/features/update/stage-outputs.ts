/**
 * Outputs that the strategies of a stage replay: cached when it begins, and computed for the exemplars that it saves.
 */
import type { UpdateStage } from "#dsl/compiler/plan/action.js";
import { readContinualState, type ReplayExemplar } from "../../runs/continual-state.js";
import type { PreparedData } from "../../data/prepared.js";
import { rowEncodingOptionsOf } from "../../data/encoding/encoded.js";
import type { OpenModel } from "../../models/open-model.js";
import type { TrainingInputs } from "../../training-runs/training-inputs.js";
import {
  loadCachedOutputs,
  withOutputsCachedBeforeRun,
  withComputedOutputs,
  type ComputeOutputsOptions,
} from "./replayed-outputs.js";
import type { UpdateContext } from "./update-context.js";

type Updates = Pick<UpdateContext, "stage" | "labels" | "strategies">;

/**
 * Gives the loader the cached logits of its rows. `first`: the number of labels in the head of the stage's initial
 * weights.
 */
export async function cacheStageOutputs(
  options: Updates,
  updateStage: UpdateStage,
  context: {
    readonly open: OpenModel;
    readonly material: TrainingInputs;
    readonly run: string;
    readonly exemplars: readonly ReplayExemplar[];
    readonly first: number;
    readonly seen: ReadonlySet<number>;
  },
): Promise<void> {
  const { replaySources } = options.strategies;
  if (replaySources.length === 0) return;
  const { open, material, run, exemplars, first, seen } = context;
  const { rows, prepared, loader } = material;
  const labels = { count: options.labels.length, seen, first };
  loader.addCachedOutputs(
    await loadCachedOutputs({
      ...asksOf(options, updateStage, open, material),
      replaySources,
      run,
      rows,
      prepared,
      exemplars,
      labels,
    }),
  );
}

/** Exemplars with logits: those of this stage get the model's current ones. */
export async function withStageOutputs(
  options: Updates,
  updateStage: UpdateStage,
  context: {
    readonly open: OpenModel;
    readonly parts: Pick<TrainingInputs, "base" | "tokenizer">;
    readonly data: PreparedData;
    readonly word: string;
    readonly run: string;
  },
  { others, current }: { readonly others: readonly ReplayExemplar[]; readonly current: readonly ReplayExemplar[] },
): Promise<readonly ReplayExemplar[]> {
  const { open, parts, data, word, run } = context;
  const labels = options.labels.length;
  const encoding = await rowEncodingOptionsOf(
    updateStage.plan,
    parts.base,
    parts.tokenizer,
    options.labels,
    updateStage.name,
  );
  const computed = await withComputedOutputs(
    asksOf(options, updateStage, open, { encoding, tokenizer: parts.tokenizer }),
    data,
    current,
    labels,
  );
  return [...withOutputsCachedBeforeRun(others, { word, run, labels }), ...computed];
}

function asksOf(
  options: Updates,
  { plan }: UpdateStage,
  { session }: Pick<OpenModel, "session">,
  { encoding, tokenizer }: Pick<TrainingInputs, "encoding" | "tokenizer">,
): ComputeOutputsOptions {
  const { signal, hostContext } = options.stage;
  return { session, encoding, batchSize: plan.recipe.training.batch_size, padId: tokenizer.padId, signal, hostContext };
}

/**
 * Labels of the data up to stage `i`, by index in the head. The head also has the labels of later stages, which are
 * untrained: an update that starts from this stage does not know them.
 */
export function labelsSeenBefore(
  { start, data, labels }: Pick<UpdateContext, "start" | "data" | "labels">,
  i: number,
): Set<number> {
  const before = readContinualState(start.weights.folder)?.taught ?? start.weights.labels;
  return new Set([...before, ...data.slice(0, i).flatMap((one) => one.labels)].map((label) => labels.indexOf(label)));
}
