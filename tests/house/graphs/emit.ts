/** Emits the programs that a plan opens in an engine for TensorFlow and ONNX, and returns one hash for each. */
import { createHash } from "node:crypto";
import { emitOnnx } from "#dsl/tensor/backends/onnx/emit.js";
import { emitTensorflow } from "#dsl/tensor/backends/tensorflow/emit.js";
import type { Program } from "#dsl/tensor/program.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { BaseModel } from "#kernel/bases/base.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import type { Engine, EngineSession } from "#kernel/engines/engine.js";
import { openModelOfPlan } from "#kernel/models/open-model.js";
import { teacherRunsAlongside } from "#stdlib/students/shared/teachable.js";
import type { ObjectiveOptions, TeacherModelOptions } from "#stdlib/programs/options.js";
import { registry } from "#stdlib/registry.js";
import { baseOf, labelsOf, type Planned } from "./plans.js";

export type Programs = Readonly<Record<string, Program>>;
/** SHA-256 (hex) of a graph's bytes, by graph name. */
export type Hashes = Readonly<Record<string, string>>;

/** Returns all programs that a training opens: steps, scores, and text generation if the task generates text. */
export async function programsOf(planned: Planned): Promise<Programs> {
  const { plan } = planned;
  const base = await trainedBase(planned);
  let opened: Programs = {};
  const open = (_: Engine, { programs }: { readonly programs: Programs }): Promise<EngineSession> => {
    opened = programs;
    return Promise.resolve(CLOSED);
  };
  const labels = labelsOf(plan.recipe.data);
  const model = await openModelOfPlan(ENGINE, plan, base, labels, ".", open, await objectiveOf(planned));
  const consolidation = model.learning.consolidation(model.learning.strategies);
  const { task, technique } = plan.recipe.model;
  // Emits explanations only for `full`; prompt tuning, for example, hides the tokens that they would explain.
  const explains = technique.word === "full" && registry.find("task", task.word)?.capabilities?.isExplainable === true;
  return {
    ...opened,
    ...(explains && { why: model.why() }),
    ...(consolidation?.fisher && { fisher: consolidation.fisher("loss", true).program }),
    ...(consolidation && { consolidate: consolidation.consolidate }),
  };
}

/** Returns the base of the plan; a student's base is cut from its teacher. */
async function trainedBase({ plan, teacher }: Planned): Promise<BaseModel> {
  const { model, compress } = plan.recipe;
  const { base: name, scratch } = teacher?.recipe.model ?? model;
  const base = await baseOf({ name, ...(scratch && { scratch }) });
  if (!teacher || !compress) return base;
  const family = registry.find("model", base.facts.family)?.capabilities;
  const made = registry
    .find("student", compress.stage.word)
    ?.capabilities?.resultingBase?.(compress.stage, base.facts, family);
  if (!made || !("shapes" in made)) throw new Error(`${compress.stage.word} makes no student`);
  return { ...base, facts: { ...base.facts, ...made } };
}

async function objectiveOf({ plan, teacher }: Planned): Promise<ObjectiveOptions | undefined> {
  const { compress, model } = plan.recipe;
  if (!teacher || !compress) return undefined;
  const losses = (await loadImplementation(compress.stage, "student")).losses?.(compress.stage) ?? [];
  const inProgram = teacherRunsAlongside(losses, registry.find("task", model.task.word)?.capabilities);
  const reference = inProgram ? "frozen" : "cached";
  const terms = await Promise.all(
    losses.map(async (call) => (await loadImplementation(call, "lesson")).term(call, reference)),
  );
  return { terms, unlabelledRows: false, teacher: inProgram ? await teacherOf(teacher) : null };
}

async function teacherOf({ recipe: { model, data } }: Plan): Promise<TeacherModelOptions> {
  const { facts } = await baseOf({ name: model.base });
  const family = await implementationOf(registry, "model", facts.family);
  const full = { kind: "technique", word: "full", arguments: {} };
  return {
    family,
    config: family.config(facts.config),
    labels: labelsOf(data).length,
    task: { call: model.task, implementation: await loadImplementation(model.task, "task") },
    technique: { call: full, implementation: await loadImplementation(full, "technique") },
  };
}

const unused = (): never => {
  throw new Error("no program is run");
};
/** An engine that supports every op and opens nothing. */
const ENGINE: Engine = {
  info: { name: "tensorflow", title: "none", device: "cpu", threads: 1, pid: 0, why: "" },
  can: () => Promise.resolve([]),
  clock: unused,
  open: unused,
  close: unused,
  died: new Promise<never>(() => undefined),
};
const CLOSED: EngineSession = {
  programs: [],
  run: unused,
  add: unused,
  remove: unused,
  save: unused,
  load: unused,
  reset: unused,
  setAside: unused,
  takeBack: unused,
  letGo: unused,
  read: unused,
  write: unused,
  dispose: unused,
};

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/**
 * Returns, for each program, hashes of its initial state and both engines' bytes; "refused" if an engine does not
 * support it.
 */
export function hashesOf(programs: Programs): Hashes {
  return Object.fromEntries(
    Object.entries(programs).flatMap(([name, program]) => [
      [`${name}.state`, sha256(JSON.stringify(program.state))],
      [`${name}.tensorflow`, hashOf(() => emitTensorflow({ [name]: program }, { kernels: true }).savedModel)],
      [`${name}.onnx`, hashOf(() => emitOnnx(program).bytes)],
    ]),
  );
}
function hashOf(emit: () => Uint8Array): string {
  try {
    return sha256(emit());
  } catch (error) {
    if (error instanceof CodedError) return `refused: ${error.code}`;
    throw error;
  }
}
