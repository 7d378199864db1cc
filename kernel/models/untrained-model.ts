/** Opens models without training states: untrained models, and base models for prompts. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { buildEvaluateProgram } from "#stdlib/programs/evaluate.js";
import { buildSharedPrefixPrograms } from "#stdlib/programs/generate.js";
import { buildAttributionProgram } from "#stdlib/programs/why.js";
import { weightStorageOf } from "#stdlib/storages/shared/storage.js";
import { startFolderOf } from "#stdlib/techniques/shared/from-parameter.js";
import type { BaseModel } from "../bases/base.js";
import type { Engine, EngineSession } from "../engines/engine.js";
import { loadImplementation } from "../host/load-implementation.js";
import { missingOperationReason, generationProgramsOf, type OpenModel } from "./open-model.js";
import { modelBodyOf, openEngineSession } from "./program-parts.js";

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
  base: BaseModel,
  options: UntrainedRequest,
): Promise<OpenModel> {
  const { home, labels, types, roles } = options;
  const starts = startFolderOf(plan.technique) !== null;
  // Nothing is trained: uses a technique that adds nothing and freezes the base, so that it may be stored in fewer
  // bits.
  const model: ModelPlan = starts
    ? plan
    : { ...plan, technique: { kind: "technique", word: "head_only", arguments: {} } };
  const { programs: writing, mute } = await generationProgramsOf(engine, model, base, home);
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
  base: BaseModel,
  { home, writes }: { readonly home: string; readonly writes: boolean },
): Promise<OpenModel> {
  const passes = { ...PLAIN_PASS_SETTINGS, storage: weightStorageOf(plan.storage) };
  const programs = {
    ...buildSharedPrefixPrograms({ ...(await modelBodyOf(plan, base, home)), seed: 0, passes }, writes),
  };
  const refusals = (await Promise.all(Object.values(programs).map((program) => engine.can(program)))).flat();
  const session = await openEngineSession(engine, { store: base.hash, programs, model: plan, base, home });
  const why = (): never => {
    throw new CodedError("internal", { what: "a prompt has no head whose predictions could be explained" });
  };
  return { ...looking(session, base, missingOperationReason(engine, refusals)), why };
}

/** Returns an open model without any training states. */
function looking(session: EngineSession, base: BaseModel, mute: string | null): Omit<OpenModel, "why"> {
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
