/** A teacher that runs in its student's program: the options to build it, and its weights. */
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { TeacherModelOptions } from "#stdlib/programs/options.js";
import { TEACHER_STATE_PREFIX } from "#stdlib/programs/references.js";
import { registry } from "#stdlib/registry.js";
import { MODEL_FILES } from "../../runs/folders/model-folder.js";
import type { BaseModel } from "../../bases/base.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { readHeader } from "../../tensors/safetensors.js";
import type { OpenModel } from "../../models/open-model.js";
import type { TrainedModel } from "./contract.js";

/** Options to build the teacher in the student's program. */
export async function teacherOptionsOf({ facts }: BaseModel, { weights }: TrainedModel): Promise<TeacherModelOptions> {
  const family = await implementationOf(registry, "model", facts.family);
  const { task } = weights.plan.recipe.model;
  const call = { kind: "technique", word: "full", arguments: {} };
  return {
    family,
    config: family.config(facts.config),
    labels: weights.labels.length,
    task: { call: task, implementation: await loadImplementation(task, "task") },
    technique: { call, implementation: await loadImplementation(call, "technique") },
  };
}

/** Loads the teacher's weights into the student's session, from the folder of its base. */
export async function loadTeacherWeights(
  { session, states: { all: states } }: OpenModel,
  base: BaseModel,
  { name }: TrainedModel,
): Promise<void> {
  const file = join(base.folder, MODEL_FILES.weights);
  const { tensors } = readHeader(file);
  const wanted = states.filter((state) => state.startsWith(TEACHER_STATE_PREFIX));
  const { prefix } = await implementationOf(registry, "model", base.facts.family);
  const only = Object.fromEntries(
    wanted.map((state) => {
      const path = state.slice(TEACHER_STATE_PREFIX.length);
      const found = [path, path.startsWith(prefix) ? path.slice(prefix.length) : path].find((one) =>
        Object.hasOwn(tensors, one),
      );
      if (found === undefined) throw new CodedError("internal", { what: `${name} has no tensor for ${path}` });
      return [state, found];
    }),
  );
  await session.load(file, only);
}
