/**
 * Turns a plan into programs over a live weight store: model family, task, technique and optimizer, assembled and
 * opened in the engine.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import type {
  AssembledPrograms,
  AssembleOptions,
  ConsolidationPrograms,
  ObjectiveOptions,
  PrivatePrograms,
  ConfiguredStrategy,
} from "#stdlib/programs/options.js";
import { weightStorageOf } from "#stdlib/storages/shared/storage.js";
import { startFolderOf } from "#stdlib/techniques/shared/from-parameter.js";
import { buildEvaluateProgram } from "#stdlib/programs/evaluate.js";
import { buildGenerationPrograms, buildPromptingPrograms } from "#stdlib/programs/generate.js";
import { headPathsOf } from "#stdlib/programs/model.js";
import { buildConsolidationPrograms } from "#stdlib/programs/consolidation.js";
import { buildAttributionProgram } from "#stdlib/programs/why.js";
import type { Base } from "../bases/base.js";
import { loadTokenizer } from "../bases/tokenizer.js";
import { ADAPTER_FILES, savedAdapterOf, type SavedAdapter } from "../runs/folders/adapter-folder.js";
import { wholeModelOf, type WholeModelFolder } from "../runs/folders/model-folder.js";
import type { Engine, EngineSession } from "../engines/engine.js";
import { sharedStoreOf } from "../engines/shared.js";
import { join, resolve } from "node:path";
import { readHeader } from "../tensors/safetensors.js";
import type { ModelBody } from "../runs/folders/merged.js";
import { programBodyOf, programPartsOf } from "../bases/programs.js";
import { standardisedStatesOf, type StandardisedStates } from "../runs/standardised-weights.js";
import { loadImplementation } from "../host/load-implementation.js";

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
  readonly standardised: (StandardisedStates & { readonly knows: boolean }) | null;
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
  readonly private: PrivatePrograms | null;
}

export interface ModelFiles {
  /** Adapter saved with its checkpoints; null if the checkpoints contain the complete model. */
  readonly adapter: SavedAdapter | null;
  /** Content of a folder of the trained model; null if most of its weights are its base's. */
  readonly whole: WholeModelFolder | null;
}

/** Returns the store of a model's frozen weights: that of its base, if the technique trains few weights. */
export async function weightStoreOf({ technique }: Pick<ModelPlan, "technique">, base: Base): Promise<string | null> {
  return (await loadImplementation(technique, "technique")).saved === "trained" ? base.hash : null;
}

export async function modelProgramsOf(plan: Plan, base: Base, labels: readonly string[], home: string) {
  return assemblePrograms(await assembleOptionsOf(plan, base, labels, home));
}

/** Returns the parts from which the programs of a plan are assembled. */
export async function assembleOptionsOf(
  plan: Plan,
  base: Base,
  labels: readonly string[],
  home: string,
  objective?: ObjectiveOptions,
): Promise<AssembleOptions> {
  return programPartsOf(plan, base, labels, await modelBodyOf(plan.recipe.model, base, home), objective);
}

/** Returns the parts of a trained model's programs, without its training. */
export async function trainedModelBody(
  { recipe: { model, training } }: Plan,
  base: Base,
  labels: readonly string[],
  home: string,
): Promise<ModelBody> {
  const [body, task] = await Promise.all([modelBodyOf(model, base, home), loadImplementation(model.task, "task")]);
  return { ...body, task: { call: model.task, implementation: task }, labels: labels.length, seed: training.seed };
}

/** Programs to open, and the files that they are read from. */
export interface ModelOpenRequest {
  /** Store in which its frozen weights may be shared; null if nothing is shared. */
  readonly store: string | null;
  readonly programs: Readonly<Record<string, Program>>;
  readonly model: ModelPlan;
  readonly base: Base;
  readonly home: string;
}
/** `saved`: states that training changes. */
export type ModelOpener = (
  engine: Engine,
  options: ModelOpenRequest,
  saved: readonly string[],
) => Promise<EngineSession>;

/**
 * `home`: base folder of the plan's relative paths (the notebook's). `objective`: set when distilling from a teacher.
 */
export async function openModel(
  engine: Engine,
  plan: Plan,
  base: Base,
  labels: readonly string[],
  home: string,
  opens: ModelOpener = openEngineSession,
  objective?: ObjectiveOptions,
): Promise<OpenModel> {
  const parts = await assembleOptionsOf(plan, base, labels, home, objective);
  const assembled = assemblePrograms(parts);
  const task = await loadImplementation(plan.recipe.model.task, "task");
  const { answers } = task;
  const writing = await writingOf(engine, plan.recipe.model, base, home);
  const { train, accumulate, apply, features } = assembled;
  const training = inParts(assembled) ?? (accumulate && apply ? { accumulate, apply } : { train });
  const scoring = {
    ...(answers && { evaluate: assembled.evaluate }),
    ...(!answers?.score && { loss: assembled.loss }),
    ...(features && { features }),
  };
  const store = await weightStoreOf(plan.recipe.model, base);
  const programs = { ...training, ...scoring, ...writing.programs };
  const { resumable: saved, trainable, carried } = assembled;
  const session = await opens(engine, { store, programs, model: plan.recipe.model, base, home }, saved);
  const adapter = await adapterIn(plan.recipe.model, base, assembled);
  const technique = await loadImplementation(plan.recipe.model.technique, "technique");
  const family = await implementationOf(registry, "model", base.facts.family);
  const standardisation = standardisedStatesOf(task, family);
  const paths = headPathsOf(task, family, plan.recipe.model.task);
  const last = paths.at(-1);
  const headless = last !== undefined && isRandom((accumulate ?? train).state[`${last}.weight`]);
  const whole = wholeModelOf({
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

async function adapterIn(model: ModelPlan, base: Base, assembled: AssembledPrograms): Promise<SavedAdapter | null> {
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
  return savedAdapterOf({
    model,
    origin: base.facts.origin,
    family: base.facts.family,
    sizes,
    technique,
    head: headPathsOf(task, family, model.task),
    saved,
    state: { ...answering, ...accumulate?.state, ...train.state },
    standardised: standardisedStatesOf(task, family),
    prefix,
  });
}

export interface UntrainedRequest {
  readonly home: string;
  /** Number of labels of its base's own head. */
  readonly labels: number;
  /** Whether its rows have token types for two texts, and the roles that they have. */
  readonly types: boolean;
  readonly roles: readonly string[];
}

/**
 * Opens an untrained model for generation, vectors or predictions by its base's own head: its base (or the adapter that
 * it starts from), without gradients and optimizer moments.
 */
export async function openUntrained(
  engine: Engine,
  plan: ModelPlan,
  base: Base,
  options: UntrainedRequest,
): Promise<OpenModel> {
  const { home, labels, types, roles } = options;
  const starts = startFolderOf(plan.technique) !== null;
  // Nothing is trained: uses a technique that adds nothing and freezes the base, so that it may be stored in fewer
  // bits.
  const model: ModelPlan = starts
    ? plan
    : { ...plan, technique: { kind: "technique", word: "head_only", arguments: {} } };
  const { programs: writing, mute } = await writingOf(engine, model, base, home);
  const task = { call: model.task, implementation: await loadImplementation(model.task, "task") };
  const passes = { ...PLAIN_PASS_SETTINGS, storage: weightStorageOf(model.storage) };
  const { answers } = task.implementation;
  const parts = {
    ...(await modelBodyOf(model, base, home)),
    task,
    labels,
    roles,
    tokenTypes: types,
    dropout: 0,
    seed: 0,
    passes,
  };
  const scoring = {
    ...(answers && { evaluate: buildEvaluateProgram(parts, false) }),
    ...(!answers?.score && { loss: buildEvaluateProgram(parts, true) }),
  };
  const session = await openEngineSession(engine, {
    store: base.hash,
    programs: { ...writing, ...scoring },
    model,
    base,
    home,
  });
  return { ...looking(session, base, mute), why: () => buildAttributionProgram(parts) };
}

/** Opens a base model for prompts. `mute`: why it cannot be used. `writes`: it also generates text. */
export async function openPrompted(
  engine: Engine,
  plan: ModelPlan,
  base: Base,
  { home, writes }: { readonly home: string; readonly writes: boolean },
): Promise<OpenModel> {
  const passes = { ...PLAIN_PASS_SETTINGS, storage: weightStorageOf(plan.storage) };
  const programs = { ...buildPromptingPrograms({ ...(await modelBodyOf(plan, base, home)), seed: 0, passes }, writes) };
  const refusals = (await Promise.all(Object.values(programs).map((program) => engine.can(program)))).flat();
  const session = await openEngineSession(engine, { store: base.hash, programs, model: plan, base, home });
  const why = (): never => {
    throw new CodedError("internal", { what: "a prompt has no head whose answers could be explained" });
  };
  return { ...looking(session, base, whyMute(engine, refusals)), why };
}

/** Returns an open model without any training states. */
function looking(session: EngineSession, base: Base, mute: string | null): Omit<OpenModel, "why"> {
  return {
    session,
    mute,
    store: base.hash,
    states: { all: [], saved: [], trainable: [], carried: [], head: [], lastLayer: [] },
    learning: { strategies: [], consolidation: () => null, private: null },
    folder: { adapter: null, whole: null },
    standardised: null,
    untrained: null,
    dispose: () => session.dispose(),
  };
}

function whyMute(engine: Engine, [first]: readonly { readonly op: string; readonly why: string }[]): string | null {
  return first ? `the ${engine.info.name} engine has no ${first.op}: ${first.why}` : null;
}

/**
 * Programs that generate text, in the same store as those that train, so that a model can be used right after its
 * training. An unused cache takes no memory; the cost is loading a larger graph.
 */
async function writingOf(
  engine: Engine,
  model: ModelPlan,
  base: Base,
  home: string,
): Promise<{ readonly programs: Readonly<Record<string, Program>>; readonly mute: string | null }> {
  const { answers } = await loadImplementation(model.task, "task");
  if (answers) return { programs: {}, mute: `${model.task.word} writes none` };
  const passes = { ...PLAIN_PASS_SETTINGS, storage: weightStorageOf(model.storage) };
  const programs = { ...buildGenerationPrograms({ ...(await modelBodyOf(model, base, home)), seed: 0, passes }) };
  const refusals = (await Promise.all(Object.values(programs).map((program) => engine.can(program)))).flat();
  const mute = whyMute(engine, refusals);
  return { programs: mute === null ? programs : {}, mute };
}

/** Returns the parts of a model's programs, without its task. */
export function modelBodyOf(model: ModelPlan, base: Base, home: string) {
  const adapter = fileOf(model, home);
  const encode = (text: string): Promise<readonly number[]> => tokensOf(base, text);
  return programBodyOf(model, base.facts, { encode, adapter: adapter === null ? null : shapesIn(adapter) });
}

async function tokensOf(base: Base, text: string): Promise<readonly number[]> {
  const tokenizer = await loadTokenizer(base.folder);
  return Array.from((await tokenizer.encode([text], Number.MAX_SAFE_INTEGER))[0]!);
}

export function checkpointFilesOf(model: ModelPlan, base: Base, home: string): readonly string[] {
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
