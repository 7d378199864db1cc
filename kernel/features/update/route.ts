/**
 * Routing of rows if each data set has its own weights. Before the first step of a stage, the mean features of its data
 * are recorded, and before the first stage also those of the data that the model learned earlier.
 */
import { bytesOfArray } from "../../tensors/numbers.js";
import { CodedError, lastOf, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { UpdateStage } from "#dsl/compiler/plan/action.js";
import {
  EARLIER_LABELS_STATE_NAME,
  KNOWN_LABELS_STATE_NAME,
  ROUTE_MEANS_STATE_NAME,
} from "#stdlib/techniques/shared/routed-settings.js";
import { collateBatch } from "../../data/rows/batches.js";
import { trainingSplitName } from "../../data/prepared.js";
import {
  encodeSplit,
  type EncodedRows,
  type RowEncodingOptions,
  rowEncodingOptionsOf,
} from "../../data/encoding/encoded.js";
import type { EngineSession } from "../../engines/engine.js";
import { toFloats } from "../../engines/feeds.js";
import { readHeader } from "../../tensors/safetensors.js";
import type { OpenModel } from "../../models/open-model.js";
import type { TrainingInputs } from "../../training-runs/training-inputs.js";
import { labelsSeenBefore } from "./stage-outputs.js";
import { startStateFile } from "./load-weights.js";
import type { UpdateContext } from "./update-context.js";

type Routes = Pick<UpdateContext, "start" | "tasks" | "data" | "labels" | "strategies" | "stage">;

/** Whether the model's weights already include the mean features of its data. */
const isTold = ({ start }: Pick<UpdateContext, "start">): boolean =>
  Object.hasOwn(readHeader(startStateFile(start.weights)).tensors, ROUTE_MEANS_STATE_NAME);

const before = ({ tasks }: Pick<UpdateContext, "tasks">) => tasks.filter(({ learnt }) => learnt === 0);

/** Checked before anything is trained. Coded error `update-unrouted`. */
export function demandRoutableStartModel(options: Pick<UpdateContext, "start" | "tasks" | "strategies">): void {
  if (!options.strategies.routes || isTold(options) || before(options).length > 0) return;
  throw new CodedError("update-unrouted", { start: options.start.name });
}

/**
 * Records the means of stage `i`'s data, and before the first stage those of earlier data if the weights lack them.
 */
export async function recordRouteMeans(
  options: Routes,
  updateStage: UpdateStage,
  { open, material, i }: { readonly open: OpenModel; readonly material: TrainingInputs; readonly i: number },
): Promise<void> {
  const { session } = open;
  const means = await session.read(ROUTE_MEANS_STATE_NAME);
  const known = await session.read(KNOWN_LABELS_STATE_NAME);
  const [parts, , hidden] = means.shape as readonly [number, number, number];
  const all = toFloats(means).slice();
  const labels = toFloats(known).slice();
  const setMean = async (part: number, rows: readonly EncodedRows[], count: number): Promise<void> => {
    all.set(
      await meanOf(options, updateStage, session, { rows, hidden, padId: material.tokenizer.padId }),
      part * hidden,
    );
    labels[part] = count;
  };
  // Labels that were not learned yet follow those of the data so far.
  const firsts = (until: number): number => 1 + Math.max(-1, ...labelsSeenBefore(options, until));
  const earlier = firsts(i);
  if (i === 0 && !isTold(options)) await setMean(0, await rowsBefore(options, updateStage, material), earlier);
  await setMean(parts - 1, [material.rows], firsts(i + 1));
  await session.write(ROUTE_MEANS_STATE_NAME, { ...means, bytes: bytesOfArray(all) });
  await session.write(KNOWN_LABELS_STATE_NAME, { ...known, bytes: bytesOfArray(labels) });
  await session.write(EARLIER_LABELS_STATE_NAME, {
    dtype: "f32",
    shape: [1],
    bytes: bytesOfArray(Float32Array.of(earlier)),
  });
}

/** Rows that the model learned from before, read again. */
async function rowsBefore(
  options: Routes,
  { plan, name }: UpdateStage,
  { base, tokenizer }: Pick<TrainingInputs, "base" | "tokenizer">,
): Promise<readonly EncodedRows[]> {
  const found: EncodedRows[] = [];
  for (const { plan: data, prepared } of before(options)) {
    const recipe = { ...plan.recipe, data };
    const encoding: RowEncodingOptions = await rowEncodingOptionsOf({ recipe }, base, tokenizer, options.labels, name);
    found.push(await encodeSplit(prepared, { data: data.name, split: trainingSplitName(prepared) }, encoding));
  }
  return found;
}

/** Shape [hidden]: the mean over rows of the base's features, without the adapters. */
async function meanOf(
  { stage: { signal, hostContext } }: Pick<UpdateContext, "stage">,
  { plan }: UpdateStage,
  session: Pick<EngineSession, "run">,
  { rows, hidden, padId }: { readonly rows: readonly EncodedRows[]; readonly hidden: number; readonly padId: number },
): Promise<Float32Array> {
  const size = plan.recipe.training.batch_size;
  const total = rows.reduce((n, { lengths }) => n + lengths.length, 0);
  const sum = new Float64Array(hidden);
  let done = 0;
  for (const encoded of rows)
    for (let from = 0; from < encoded.lengths.length; from += size) {
      signal?.throwIfAborted();
      const count = Math.min(size, encoded.lengths.length - from);
      const members = Uint32Array.from({ length: count }, (_, index) => from + index);
      const out = await session.run("evaluate", collateBatch(encoded.ids, members, padId, { types: encoded.types }), [
        "pooled",
      ]);
      const pooled = mustExist(out["pooled"], "the base's outputs");
      toFloats(pooled).forEach((one, index) => (sum[index % lastOf(pooled.shape)]! += one));
      hostContext.onProgress?.({ label: "rows routed", done: (done += count), total });
    }
  return Float32Array.from(sum, (one) => one / Math.max(1, total));
}
