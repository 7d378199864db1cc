/**
 * The parts that a model's programs are assembled from, and the engine session that opens these programs with the files
 * of their weights.
 */
import { join, resolve } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import type { Program } from "#dsl/tensor/program.js";
import type { AssembleOptions, ObjectiveOptions } from "#stdlib/programs/options.js";
import { startFolderOf } from "#stdlib/techniques/shared/from-parameter.js";
import type { BaseModel } from "../bases/base.js";
import { programPartsWithoutTask, programPartsOf } from "../bases/programs.js";
import { loadTokenizer } from "../bases/tokenizer.js";
import type { Engine, EngineSession } from "../engines/engine.js";
import { sharedStoreOf } from "../engines/shared.js";
import { loadImplementation } from "../host/load-implementation.js";
import { ADAPTER_FILES } from "../runs/folders/adapter-folder.js";
import type { ModelAssemblyOptions } from "../runs/folders/merged.js";
import { readHeader } from "../tensors/safetensors.js";

/** Returns the store of a model's frozen weights: that of its base, if the technique trains few weights. */
export async function frozenWeightStoreId(
  { technique }: Pick<ModelPlan, "technique">,
  base: BaseModel,
): Promise<string | null> {
  return (await loadImplementation(technique, "technique")).saved === "trained" ? base.hash : null;
}

/** Returns the parts from which the programs of a plan are assembled. */
export async function assembleOptionsOf(
  plan: Plan,
  base: BaseModel,
  labels: readonly string[],
  home: string,
  objective?: ObjectiveOptions,
): Promise<AssembleOptions> {
  return programPartsOf(plan, base, labels, await modelBodyOf(plan.recipe.model, base, home), objective);
}

/** Returns the parts of a trained model's programs, without its training. */
export async function trainedModelBody(
  { recipe: { model, training } }: Plan,
  base: BaseModel,
  labels: readonly string[],
  home: string,
): Promise<ModelAssemblyOptions> {
  const [body, task] = await Promise.all([modelBodyOf(model, base, home), loadImplementation(model.task, "task")]);
  return { ...body, task: { call: model.task, implementation: task }, labels: labels.length, seed: training.seed };
}

/** Returns the parts of a model's programs, without its task. */
export function modelBodyOf(model: ModelPlan, base: BaseModel, home: string) {
  const adapter = fileOf(model, home);
  const encode = (text: string): Promise<readonly number[]> => tokensOf(base, text);
  return programPartsWithoutTask(model, base.facts, { encode, adapter: adapter === null ? null : shapesIn(adapter) });
}

async function tokensOf(base: BaseModel, text: string): Promise<readonly number[]> {
  const tokenizer = await loadTokenizer(base.folder);
  return Array.from((await tokenizer.encode([text], Number.MAX_SAFE_INTEGER))[0]!);
}

export function checkpointFilesOf(model: ModelPlan, base: BaseModel, home: string): readonly string[] {
  const adapter = fileOf(model, home);
  return [...(adapter === null ? [] : [adapter]), ...(base.facts.scratch ? [] : [base.folder])];
}

/** Returns the file that the technique starts from, if any. */
function fileOf(model: ModelPlan, home: string): string | null {
  const from = startFolderOf(model.technique);
  return from === null ? null : join(resolve(home, model.folder, from), ADAPTER_FILES.weights);
}

function shapesIn(file: string): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(Object.entries(readHeader(file).tensors).map(([name, { shape }]) => [name, shape]));
}

/** Programs to open, and the files that they are read from. */
export interface ModelOpenRequest {
  /** Store in which its frozen weights may be shared; null if nothing is shared. */
  readonly store: string | null;
  readonly programs: Readonly<Record<string, Program>>;
  readonly model: ModelPlan;
  readonly base: BaseModel;
  readonly home: string;
}
/** `saved`: states that training changes. */
export type ModelOpener = (
  engine: Engine,
  options: ModelOpenRequest,
  saved: readonly string[],
) => Promise<EngineSession>;

/** Opens a separate session, or one over the base's weights that other models of that base share. */
export function openEngineSession(engine: Engine, options: ModelOpenRequest): Promise<EngineSession> {
  const checkpoints = checkpointFilesOf(options.model, options.base, options.home);
  if (options.store === null) return engine.open(options.programs, checkpoints);
  const adapter = fileOf(options.model, options.home);
  const adapterShapes = adapter === null ? {} : shapesIn(adapter);
  // A tensor that an adapter's file overrides is not shared.
  const isShared = (tensor: string): boolean =>
    Object.hasOwn(options.base.facts.shapes, tensor) && !Object.hasOwn(adapterShapes, tensor);
  return sharedStoreOf(engine, options.store).open(options.programs, checkpoints, isShared);
}
