/** Size of a model's weights: in its files, and in memory during inference. */
import { programMemoryOf } from "#dsl/tensor/memory.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { weightStorageOf } from "#stdlib/storages/shared/storage.js";
import type { BaseModel } from "../bases/base.js";
import { weightBytes } from "../bases/base.js";
import { usesTokenTypes, type ModelAndDataPlan } from "../bases/token-types.js";
import { loadImplementation } from "../host/load-implementation.js";
import { storedByteCount } from "../tensors/rounded.js";
import { readHeader, weightFiles } from "../tensors/safetensors.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { OpenModel } from "../models/open-model.js";
import { modelBodyOf } from "../models/program-parts.js";

export interface ModelForSizeMeasurement {
  readonly handle: ModelHandle;
  readonly plan: ModelAndDataPlan;
  readonly labels: readonly string[];
  readonly open: OpenModel;
  readonly base: BaseModel;
  /** The folder that relative paths in the plan start from. */
  readonly home: string;
}

/** Bytes in files: all weights, or the base's files plus the trained parameters. */
export async function storedBytesOfModel({ handle, open, base }: ModelForSizeMeasurement): Promise<number> {
  const { weights } = handle;
  if (!weights) return storedIn(base);
  const { parameters, trainable } = weights.plan.estimates;
  if (open.folder.whole) return 4 * parameters;
  const inBase = open.states.trainable.every((name) => Object.hasOwn(base.facts.shapes, name));
  return storedIn(base) + (inBase ? 0 : 4 * trainable);
}

function storedIn({ folder, facts }: BaseModel): number {
  if (facts.scratch) return weightBytes(facts);
  const tensors = weightFiles(folder).flatMap((file) => Object.entries(readHeader(file).tensors));
  return tensors.reduce(
    (sum, [name, place]) => sum + (Object.hasOwn(facts.shapes, name) ? storedByteCount(place) : 0),
    0,
  );
}

/**
 * Bytes in memory for one text of the maximum length: the weights in the engine and the peak of other live tensors.
 */
export async function memoryBytesForPrediction(
  { plan, labels, base, home }: ModelForSizeMeasurement,
  lengths: ArrayLike<number>,
): Promise<number> {
  const { model } = plan.recipe;
  const body = await modelBodyOf(model, base, home);
  const task = { call: model.task, implementation: await loadImplementation(model.task, "task") };
  const program = assembleForwardProgram(
    {
      ...body,
      task,
      labels: labels.length,
      seed: 0,
      roles: Object.keys(plan.recipe.data.columns),
      passes: { ...PLAIN_PASS_SETTINGS, storage: weightStorageOf(model.storage) },
    },
    await usesTokenTypes(plan, base),
  );
  const longest = Math.max(
    1,
    Array.from(lengths).reduce((most, one) => Math.max(most, one), 0),
  );
  const named = Object.values(program.inputs).flatMap(({ type }) => type.shape.filter((d) => typeof d === "string"));
  const sizes = Object.fromEntries([...new Set(named)].map((d) => [d, d === "batch" ? 1 : longest]));
  const { state, working } = programMemoryOf(program, sizes);
  return state + working;
}
