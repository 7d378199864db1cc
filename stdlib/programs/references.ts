/** Reference models of loss terms, built into the program of the trained model. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Graph } from "#dsl/tensor/builder.js";
import type { Call } from "#dsl/language/types/value.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { OutputLossTerm, LossTermReference } from "../losses/loss-term.js";
import type { ModelInputs } from "../models/kind.js";
import type { TaskOutputs } from "../tasks/kind.js";
import { HiddenStateRecorder } from "./hidden-states.js";
import { buildModel, headPathsOf } from "./model.js";
import type { AssembleOptions, TeacherModelOptions } from "./options.js";

export const TEACHER_STATE_PREFIX = "teacher/";

/** Outputs of a built model that terms can read. */
export interface ReadableModelOutputs {
  readonly model: Pick<TaskOutputs, "logits" | "sequenceLogprobs">;
  readonly recorder: HiddenStateRecorder;
}
export type ReferenceModelOutputs = Partial<Record<LossTermReference, ReadableModelOutputs>>;

/** Builds the models for the terms' references; cached references need none. */
export function buildReferenceModels(
  options: AssembleOptions,
  terms: readonly Pick<OutputLossTerm, "reference">[],
  graph: Graph,
  inputs: ModelInputs,
): ReferenceModelOutputs {
  const needs = (reference: LossTermReference): boolean => terms.some((term) => term.reference === reference);
  return {
    ...(needs("frozen") && {
      frozen: buildTeacher(options, mustExist(options.objective?.teacher, "a teacher"), graph, inputs),
    }),
    ...(needs("adapter_off") && { adapter_off: buildWithoutAdapter(options, graph, inputs) }),
  };
}

/** Builds the teacher without dropout; none of its states train, and all are zero until its weights are loaded. */
function buildTeacher(
  settings: AssembleOptions,
  teacher: TeacherModelOptions,
  graph: Graph,
  inputs: ModelInputs,
): ReadableModelOutputs {
  const recorder = new HiddenStateRecorder();
  const { call, implementation } = teacher.technique;
  const options = {
    ...settings,
    ...teacher,
    technique: { call, implementation: { ...implementation, trains: () => false } },
    under: TEACHER_STATE_PREFIX,
    dropout: 0,
    freeze: [],
    tensors: new Set<string>(),
    prefixInCheckpoint: false,
  };
  return { model: buildModel(options, graph, inputs, undefined, recorder.wrap), recorder };
}

/**
 * Builds the trained model without its technique and without dropout. It shares the states, so the frozen weights are
 * stored once. Throws `graph-invalid` if the technique trains base weights, because these could not serve as a
 * reference.
 */
function buildWithoutAdapter(options: AssembleOptions, graph: Graph, inputs: ModelInputs): ReadableModelOutputs {
  const trained = trainedBaseWeight(options, graph);
  if (trained !== undefined)
    throw new CodedError("graph-invalid", {
      problem: `the model without its adapter can't be a reference: ${options.technique.call.word} trains ${trained} of the base`,
    });
  const recorder = new HiddenStateRecorder();
  const { call, implementation } = options.technique;
  const { saved } = implementation;
  const technique = {
    call,
    implementation: { saved, trains: () => false, around: (_call: Call, layers: LayerBuilder): LayerBuilder => layers },
  };
  const model = buildModel({ ...options, technique, dropout: 0 }, graph, inputs, undefined, recorder.wrap);
  return { model, recorder };
}

/** Returns the name of a trained state that belongs neither to the head nor to the technique. */
function trainedBaseWeight({ technique, task, family }: AssembleOptions, graph: Graph): string | undefined {
  const { call, implementation } = technique;
  const heads = headPathsOf(task.implementation, family, task.call);
  const trained = Object.entries(graph.program().state).filter(([, { trains }]) => trains);
  return trained
    .map(([name]) => name)
    .filter((name) => !heads.some((path) => name.startsWith(`${path}.`)))
    .find((name) => {
      const path = name.startsWith(family.prefix) ? name.slice(family.prefix.length) : name;
      return !implementation.adds?.(call, path);
    });
}
