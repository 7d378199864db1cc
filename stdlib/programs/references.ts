/** Reference models of loss terms, built into the program of the model that trains. */
import { must } from "#dsl/diagnostics/must.js";
import type { Graph } from "#dsl/graph/builder.js";
import type { OutputTerm, Reference } from "../kinds/loss-term.js";
import type { ModelInputs } from "../kinds/model.js";
import type { TaskOutputs } from "../kinds/task.js";
import { HiddenStateRecorder } from "./hidden-states.js";
import { buildModel } from "./model.js";
import type { AssembleOptions, TeacherOptions } from "./options.js";

/** Prefix of the names of a teacher's states. */
export const TEACHER = "teacher/";

/** What terms can read of a model that is built. */
export interface ReadableModel {
  readonly model: Pick<TaskOutputs, "logits">;
  readonly recorder: HiddenStateRecorder;
}
export type ReferenceModels = Partial<Record<Reference, ReadableModel>>;

/** The models that the terms' references are read from; cached references need none. */
export function buildReferences(
  o: AssembleOptions,
  terms: readonly Pick<OutputTerm, "reference">[],
  graph: Graph,
  inputs: ModelInputs,
): ReferenceModels {
  const needs = (reference: Reference): boolean => terms.some((term) => term.reference === reference);
  return {
    ...(needs("frozen") && { frozen: buildTeacher(o, must(o.objective?.teacher, "a teacher"), graph, inputs) }),
  };
}

/** The teacher without dropout; none of its states train, and all are zero until its weights are loaded. */
function buildTeacher(o: AssembleOptions, teacher: TeacherOptions, graph: Graph, inputs: ModelInputs): ReadableModel {
  const recorder = new HiddenStateRecorder();
  const { call, implementation } = teacher.technique;
  const options = {
    ...o,
    ...teacher,
    technique: { call, implementation: { ...implementation, trains: () => false } },
    under: TEACHER,
    dropout: 0,
    freeze: [],
    tensors: new Set<string>(),
    prefixInCheckpoint: false,
  };
  return { model: buildModel(options, graph, inputs, undefined, recorder.wrap), recorder };
}
