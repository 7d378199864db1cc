/**
 * Turns a plan into programs over a live weight store: model family, task, technique and optimizer, assembled and
 * opened in the engine.
 */
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import type {
  AssembledPrograms,
  ConsolidationPrograms,
  ObjectiveOptions,
  PrivateTrainingPrograms,
  ConfiguredStrategy,
} from "#stdlib/programs/options.js";
import { weightStorageOf } from "#stdlib/storages/shared/storage.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { headPathsOf } from "#stdlib/programs/model.js";
import { buildConsolidationPrograms } from "#stdlib/programs/consolidation.js";
import { buildAttributionProgram } from "#stdlib/programs/why.js";
import type { BaseModel } from "../bases/base.js";
import { adapterToSave, type AdapterFolderContent } from "../runs/folders/adapter-folder.js";
import { wholeModelToSave, type WholeModelFolderContent } from "../runs/folders/model-folder.js";
import type { Engine, EngineSession } from "../engines/engine.js";
import { standardisedHeadStateNamesOf, type StandardisedHeadStateNames } from "../runs/standardised-weights.js";
import { loadImplementation } from "../host/load-implementation.js";
import {
  assembleOptionsOf,
  modelBodyOf,
  openEngineSession,
  frozenWeightStoreId,
  type ModelOpener,
} from "./program-parts.js";

export interface OpenModel {
  /**
   * Programs: `train`; or `accumulate` (or `alone`) and `apply` for gradient accumulation and private training;
   * `evaluate` if the task has predictions; `loss` if scores use the loss only.
   */
  readonly session: EngineSession;
  readonly states: ModelStates;
  readonly learning: ModelLearning;
  readonly folder: ModelFiles;
  /**
   * Its head is trained on standardized numbers; `knows`: the head came with weights. Null if targets are not
   * standardized.
   */
  readonly standardised: (StandardisedHeadStateNames & { readonly knows: boolean }) | null;
  /** The randomly initialized part: all, or the head; null if neither. */
  readonly untrained: "model" | "head" | null;
  /**
   * Why it cannot generate text (its task or the engine does not support it); null if it can, with the programs of
   * stdlib/programs/generate.ts.
   */
  readonly mute: string | null;
  /**
   * Builds the program for token importance of predictions (stdlib/programs/why.ts) on demand, for tasks that have one.
   */
  readonly why: () => Program;
  /** Models with the same key share their base's frozen weights; null if nothing is shared. */
  readonly store: string | null;
  dispose(): Promise<void>;
}

export interface ModelStates {
  /** All states of the training programs. */
  readonly all: readonly string[];
  /** States that training changes; a checkpoint contains these. */
  readonly saved: readonly string[];
  readonly trainable: readonly string[];
  /** States with which the next of several trainings begins. */
  readonly carried: readonly string[];
  readonly head: readonly string[];
  /** The head's last layer, whose rows are the labels. */
  readonly lastLayer: readonly string[];
}

/** How the model learns in addition to plain updates. */
export interface ModelLearning {
  /** Continual-learning strategies. */
  readonly strategies: readonly ConfiguredStrategy[];
  /** Programs that strategies run at the end of a data set; null if none of them consolidates. */
  readonly consolidation: (strategies: readonly ConfiguredStrategy[]) => ConsolidationPrograms | null;
  /** Programs of a differentially private update; null without privacy. */
  readonly private: PrivateTrainingPrograms | null;
}

export interface ModelFiles {
  /** Adapter saved with its checkpoints; null if the checkpoints contain the complete model. */
  readonly adapter: AdapterFolderContent | null;
  /** Content of a folder of the trained model; null if most of its weights are its base's. */
  readonly whole: WholeModelFolderContent | null;
}

/**
 * `home`: base folder of the plan's relative paths (the notebook's). `objective`: set when distilling from a teacher.
 */
export async function openModelOfPlan(
  engine: Engine,
  plan: Plan,
  base: BaseModel,
  labels: readonly string[],
  home: string,
  opens: ModelOpener = openEngineSession,
  objective?: ObjectiveOptions,
): Promise<OpenModel> {
  const parts = await assembleOptionsOf(plan, base, labels, home, objective);
  const assembled = assemblePrograms(parts);
  const task = await loadImplementation(plan.recipe.model.task, "task");
  const { answers } = task;
  const writing = await generationProgramsOf(engine, plan.recipe.model, base, home);
  const { train, accumulate, apply, features } = assembled;
  const training = inParts(assembled) ?? (accumulate && apply ? { accumulate, apply } : { train });
  const scoring = {
    ...(answers && { evaluate: assembled.evaluate }),
    ...(!answers?.score && { loss: assembled.loss }),
    ...(features && { features }),
  };
  const store = await frozenWeightStoreId(plan.recipe.model, base);
  const programs = { ...training, ...scoring, ...writing.programs };
  const { resumable: saved, trainable, carried } = assembled;
  const session = await opens(engine, { store, programs, model: plan.recipe.model, base, home }, saved);
  const adapter = await adapterIn(plan.recipe.model, base, assembled);
  const technique = await loadImplementation(plan.recipe.model.technique, "technique");
  const family = await implementationOf(registry, "model", base.facts.family);
  const standardisation = standardisedHeadStateNamesOf(task, family);
  const paths = headPathsOf(task, family, plan.recipe.model.task);
  const last = paths.at(-1);
  const headless = last !== undefined && isRandom((accumulate ?? train).state[`${last}.weight`]);
  const whole = wholeModelToSave({
    model: plan.recipe.model,
    base,
    technique,
    labels,
    saved: assembled.saved,
    standardised: standardisation,
  });
  const head = standardisation && (accumulate ?? train).state[standardisation.weight];
  const standardised = standardisation && {
    ...standardisation,
    knows: head !== null && head !== undefined && "checkpoint" in head.initial,
  };
  return {
    session,
    states: {
      all: Object.keys((accumulate ?? train).state),
      saved,
      trainable,
      carried,
      head: trainable.filter((name) => paths.some((path) => name.startsWith(`${path}.`))),
      lastLayer: last === undefined ? [] : [`${last}.weight`, `${last}.bias`],
    },
    learning: {
      strategies: parts.strategies ?? [],
      consolidation: (strategies) => buildConsolidationPrograms({ ...parts, strategies }, trainable),
      private: assembled.private ?? null,
    },
    folder: { adapter, whole },
    standardised,
    untrained: plan.recipe.model.scratch ? "model" : headless ? "head" : null,
    mute: writing.mute,
    why: () =>
      buildAttributionProgram({
        ...parts,
        passes: { ...PLAIN_PASS_SETTINGS, storage: weightStorageOf(plan.recipe.model.storage) },
      }),
    store,
    dispose: () => session.dispose(),
  };
}

/** Programs of private updates: per batch, or per row if a batch's per-example gradients cannot be computed. */
function inParts({ private: programs }: AssembledPrograms): Readonly<Record<string, Program>> | null {
  if (!programs) return null;
  const { apart, apply } = programs;
  return apart ? { accumulate: apart, apply } : { alone: programs.alone, apply };
}

function isRandom(state: Program["state"][string] | undefined): boolean {
  return state !== undefined && "random" in state.initial;
}

async function adapterIn(
  model: ModelPlan,
  base: BaseModel,
  assembled: AssembledPrograms,
): Promise<AdapterFolderContent | null> {
  const [family, technique, task] = await Promise.all([
    implementationOf(registry, "model", base.facts.family),
    loadImplementation(model.technique, "technique"),
    loadImplementation(model.task, "task"),
  ]);
  const { saved, train, accumulate } = assembled;
  // Constants of the prediction programs occur in no training program.
  const answering = technique.constants ? assembled.evaluate.state : {};
  const sizes = family.sizes(family.config(base.facts.config));
  const prefix = task.bare ? family.prefix : "";
  return adapterToSave({
    model,
    origin: base.facts.origin,
    family: base.facts.family,
    sizes,
    technique,
    head: headPathsOf(task, family, model.task),
    saved,
    state: { ...answering, ...accumulate?.state, ...train.state },
    standardised: standardisedHeadStateNamesOf(task, family),
    prefix,
  });
}

export function missingOperationReason(
  engine: Engine,
  [first]: readonly { readonly op: string; readonly why: string }[],
): string | null {
  return first ? `the ${engine.info.name} engine has no ${first.op}: ${first.why}` : null;
}

/**
 * Programs that generate text, in the same store as those that train, so that a model can be used right after its
 * training. An unused cache takes no memory; the cost is loading a larger graph.
 */
export async function generationProgramsOf(
  engine: Engine,
  model: ModelPlan,
  base: BaseModel,
  home: string,
): Promise<{ readonly programs: Readonly<Record<string, Program>>; readonly mute: string | null }> {
  const { answers } = await loadImplementation(model.task, "task");
  if (answers) return { programs: {}, mute: `${model.task.word} writes none` };
  const passes = { ...PLAIN_PASS_SETTINGS, storage: weightStorageOf(model.storage) };
  const programs = { ...buildGenerationPrograms({ ...(await modelBodyOf(model, base, home)), seed: 0, passes }) };
  const refusals = (await Promise.all(Object.values(programs).map((program) => engine.can(program)))).flat();
  const mute = missingOperationReason(engine, refusals);
  return { programs: mute === null ? programs : {}, mute };
}
