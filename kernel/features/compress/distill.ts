/**
 * A student learns from its teacher. What the teacher says of whole rows is asked once, before the first step, and kept beside
 * the run; where what goes on within it is learnt, or what it says of each token, it runs beside the student in the same program.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { CompressStage } from "#dsl/compiler/plan/action.js";
import { readerOf } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import { TEACHER_OUTPUTS } from "#stdlib/lessons/kind.js";
import { outputInputs } from "#stdlib/programs/objective.js";
import type { ObjectiveOptions, TeacherOptions } from "#stdlib/programs/options.js";
import { TEACHER } from "#stdlib/programs/references.js";
import { runsBeside } from "#stdlib/students/shared/teachable.js";
import { registry } from "#stdlib/registry.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { closeToOthers, makePrivateFolder } from "../../fetch/private.js";
import { cachedOutputsFile, type Exemplar } from "../../runs/continual-state.js";
import { keepLabelled } from "../../runs/labelled-rows.js";
import { MODEL } from "../../runs/folders/model-folder.js";
import { writing } from "../../runs/folder-errors.js";
import type { Base } from "../../bases/base.js";
import { does } from "../../host/load-implementation.js";
import { runsNamed } from "../../runs/history/runs-named.js";
import { CHECKED, readHeader, readTensor, verifySafetensors, writeSafetensors } from "../../tensors/safetensors.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { OpenModel } from "../../models/open-model.js";
import type { Continues } from "../../training-runs/request.js";
import { trainedRows } from "../../training-runs/exemplars.js";
import type { Compressing, RunsStage, Trained } from "./contract.js";
import { trainedTeacher, type Teacher } from "./teacher.js";
import { labelled, textsIn } from "./unlabelled-rows.js";
import { labelledShown } from "../../display/labelled-texts.js";

export const distil: RunsStage = (of, from, around) => distilFrom(of, trainedTeacher(from, around), around);

/** The student of whoever answers. */
export async function distilFrom(of: CompressStage, by: Teacher, around: Compressing): Promise<ModelHandle> {
  const { plan } = of;
  const { stage } = must(plan.recipe.compress, "a stage");
  const implementation = await does(stage, "student");
  const losses = implementation.losses?.(stage) ?? [];
  const asks = asksOf(losses, of);
  const { labels } = by;
  const made = await labelled(of, implementation.augments?.(stage) ?? 0, by, around);
  const model = asks.beside ? must(by.model, "a teacher that runs beside") : null;
  const base = model && (await around.session.weights.asBase(model, around.stage.hostContext));
  const said = asks.once ? await saidOf(of, by, around, made.rows) : null;
  const terms = losses.map(async (call) => (await does(call, "lesson")).term(call, model ? "frozen" : "cached"));
  const objective: ObjectiveOptions = {
    terms: await Promise.all(terms),
    unlabelledRows: made.rows.length > 0,
    teacher: base && model && (await teacherOf(base, model)),
  };
  const continues: Continues = {
    labels,
    exemplars: made.rows,
    objective,
    head: true,
    ...(made.rows.length > 0 && { beside: { labels: 0 } }),
    begins: async (open, { loader }, run) => {
      keepLabelled(run.path, made.rows);
      if (base && model) await loadTeacher(open, base, model);
      if (asks.any) loader.share(outputInputs(TEACHER_OUTPUTS).share);
      if (!said) return;
      keep(run.path, said, { labels: labels.length, mark: by.mark });
      loader.addCachedOutputs([
        { source: TEACHER_OUTPUTS, labels: labels.length, first: 0, logits: said, whole: true },
      ]);
    },
  };
  if (made.told) around.stage.screen.display(labelledShown(of.name, made.told));
  return around.train(of, continues);
}

/** Whether a loss reads the teacher, whether the teacher is in the student's program, and whether its logits are cached before the first step. */
function asksOf(losses: readonly Call[], { plan }: CompressStage) {
  const needs = losses.map(({ word }) => registry.find("lesson", word)?.capabilities?.needs);
  const has = registry.find("task", plan.recipe.model.task.word)?.capabilities;
  const beside = runsBeside(losses, has);
  return { any: needs.some((need) => need !== "task_loss"), beside, once: needs.includes("outputs") && !beside };
}

/** What of a program the teacher is built from. */
async function teacherOf({ facts }: Base, { weights }: Trained): Promise<TeacherOptions> {
  const family = await implementationOf(registry, "model", facts.family);
  const { task } = weights.plan.recipe.model;
  const call = { kind: "technique", word: "full", arguments: {} };
  return {
    family,
    config: family.config(facts.config),
    labels: weights.labels.length,
    task: { call: task, implementation: await does(task, "task") },
    technique: { call, implementation: await does(call, "technique") },
  };
}

/** The teacher's states take its weights. */
async function loadTeacher({ session, states }: OpenModel, base: Base, { name }: Trained): Promise<void> {
  const file = join(base.folder, MODEL.weights);
  const { tensors } = readHeader(file);
  const wanted = states.filter((state) => state.startsWith(TEACHER));
  const { prefix } = await implementationOf(registry, "model", base.facts.family);
  const only = Object.fromEntries(
    wanted.map((state) => {
      const own = state.slice(TEACHER.length);
      const found = [own, own.startsWith(prefix) ? own.slice(prefix.length) : own].find((one) =>
        Object.hasOwn(tensors, one),
      );
      if (found === undefined) throw new CodedError("internal", { what: `${name} has no tensor for ${own}` });
      return [state, found];
    }),
  );
  await session.load(file, only);
}

/**
 * What the teacher says of the rows that the stage learns, those without labels last; as it is kept beside a run that goes on,
 * else asked now.
 */
async function saidOf(
  { name, plan }: CompressStage,
  by: Teacher,
  { session, stage }: Compressing,
  unlabelled: readonly Exemplar[],
): Promise<Float32Array> {
  const [before] = runsNamed(session.runs, name, plan.recipeHash);
  const labels = by.labels.length;
  const prepared = await session.datasets.data(plan.recipe.data, readerOf(plan.recipe.model), stage.hostContext);
  const rows = trainedRows(prepared);
  // What was kept has been looked at when it was said.
  if (before && isOf(before.path, by.mark, [rows.numRows() + unlabelled.length, labels])) return readSaid(before.path);
  const { numbers } = await by.ask(textsIn(rows));
  const all = [...numbers, ...unlabelled.map(({ said }) => must(said, "what is said of a row"))];
  const logits = new Float32Array(all.length * labels);
  all.forEach((row, i) => logits.set(row, i * labels));
  return logits;
}

/** Whether what is kept there was said by these weights, of as many rows. */
function isOf(run: string, mark: string | null, shape: readonly number[]): boolean {
  const file = cachedOutputsFile(run);
  if (mark === null || !existsSync(file)) return false;
  const { metadata, tensors } = readHeader(file);
  return metadata[BY] === mark && tensors[TEACHER_OUTPUTS]?.shape.join() === shape.join();
}
/** Key of the metadata: what tells the weights that said it. */
const BY = "by";

/** Coded errors of the file. */
function readSaid(run: string): Float32Array {
  const file = cachedOutputsFile(run);
  verifySafetensors(file);
  return new Float32Array(readTensor(file, TEACHER_OUTPUTS).bytes.slice().buffer);
}

function keep(
  run: string,
  said: Float32Array,
  { labels, mark }: { readonly labels: number; readonly mark: string | null },
): void {
  const file = cachedOutputsFile(run);
  const shape = [said.length / labels, labels];
  if (isOf(run, mark, shape)) return;
  const metadata = { ...CHECKED, ...(mark !== null && { [BY]: mark }) };
  const bytes = new Uint8Array(said.buffer, said.byteOffset, said.byteLength);
  try {
    makePrivateFolder(dirname(file));
    writeSafetensors(file, { [TEACHER_OUTPUTS]: { dtype: "f32", shape, bytes } }, metadata);
    closeToOthers(file);
  } catch (error) {
    throw writing(error, dirname(file));
  }
}
