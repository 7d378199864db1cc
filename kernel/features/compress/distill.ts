/**
 * Distils a teacher into a student. Logits per row are computed once, before the first step, and cached in the run; for
 * losses on hidden states or on logits per token, the teacher runs next to the student in the same program.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError, must } from "#dsl/language/diagnostics/codes.js";
import type { PlannedCompressStage } from "#dsl/compiler/plan/action.js";
import { dataReaderOf, type Call } from "#dsl/language/types/value.js";
import { TEACHER_OUTPUTS_SOURCE } from "#stdlib/lessons/kind.js";
import { cachedOutputInputNames } from "#stdlib/programs/objective.js";
import type { ObjectiveOptions, TeacherOptions } from "#stdlib/programs/options.js";
import { TEACHER_STATE_PREFIX } from "#stdlib/programs/references.js";
import { teacherRunsAlongside } from "#stdlib/students/shared/teachable.js";
import { registry } from "#stdlib/registry.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { makePrivate, makePrivateFolder } from "../../fetch/private.js";
import { cachedOutputsFile, type Exemplar } from "../../runs/continual-state.js";
import { saveLabelledRows } from "../../runs/labelled-rows.js";
import { MODEL_FILES } from "../../runs/folders/model-folder.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import type { Base } from "../../bases/base.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { findRunsNamed } from "../../runs/history/runs-named.js";
import {
  CHECKSUM_METADATA,
  readHeader,
  readTensor,
  verifySafetensors,
  writeSafetensors,
} from "../../tensors/safetensors.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { OpenModel } from "../../models/open-model.js";
import type { TrainingContinuation } from "../../training-runs/request.js";
import { trainedRows } from "../../training-runs/exemplars.js";
import {
  type CompressionContext,
  type CompressionStageRunner,
  type TrainedModel,
  trainedTeacher,
  type Teacher,
} from "./contract.js";
import { labelRowsByTeacher, textsIn } from "./unlabelled-rows.js";
import { labelledTextsView } from "../../display/labelled-texts.js";

export const distil: CompressionStageRunner = (compressStage, from, around) =>
  distilFromTeacher(compressStage, trainedTeacher(from, around), around);

export async function distilFromTeacher(
  compressStage: PlannedCompressStage,
  by: Teacher,
  around: CompressionContext,
): Promise<ModelHandle> {
  const { plan } = compressStage;
  const { stage } = must(plan.recipe.compress, "a stage");
  const implementation = await loadImplementation(stage, "student");
  const losses = implementation.losses?.(stage) ?? [];
  const asks = asksOf(losses, compressStage);
  const { labels } = by;
  const made = await labelRowsByTeacher(compressStage, implementation.augments?.(stage) ?? 0, by, around);
  const model = asks.beside ? must(by.model, "a teacher that runs beside") : null;
  const base = model && (await around.session.weights.trainedBases.asBase(model, around.stage.hostContext));
  const outputs = asks.once ? await saidOf(compressStage, by, around, made.rows) : null;
  const terms = losses.map(async (call) =>
    (await loadImplementation(call, "lesson")).term(call, model ? "frozen" : "cached"),
  );
  const objective: ObjectiveOptions = {
    terms: await Promise.all(terms),
    unlabelledRows: made.rows.length > 0,
    teacher: base && model && (await teacherOf(base, model)),
  };
  const continues: TrainingContinuation = {
    labels,
    exemplars: made.rows,
    objective,
    head: true,
    ...(made.rows.length > 0 && { beside: { labels: 0 } }),
    begins: async (open, { loader }, run) => {
      saveLabelledRows(run.path, made.rows);
      if (base && model) await loadTeacher(open, base, model);
      if (asks.any) loader.share(cachedOutputInputNames(TEACHER_OUTPUTS_SOURCE).share);
      if (!outputs) return;
      keep(run.path, outputs, { labels: labels.length, mark: by.mark });
      loader.addCachedOutputs([
        { source: TEACHER_OUTPUTS_SOURCE, labels: labels.length, first: 0, logits: outputs, whole: true },
      ]);
    },
  };
  if (made.report) around.stage.screen.display(labelledTextsView(compressStage.name, made.report));
  return around.train(compressStage, continues);
}

/** Whether a loss reads the teacher, whether the teacher is in the student's program, and whether its logits are cached before the first step. */
function asksOf(losses: readonly Call[], { plan }: PlannedCompressStage) {
  const needs = losses.map(({ word }) => registry.find("lesson", word)?.capabilities?.needs);
  const has = registry.find("task", plan.recipe.model.task.word)?.capabilities;
  const beside = teacherRunsAlongside(losses, has);
  return { any: needs.some((need) => need !== "task_loss"), beside, once: needs.includes("outputs") && !beside };
}

/** Options to build the teacher in the student's program. */
async function teacherOf({ facts }: Base, { weights }: TrainedModel): Promise<TeacherOptions> {
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

async function loadTeacher(
  { session, states: { all: states } }: OpenModel,
  base: Base,
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

/**
 * The teacher's logits on the rows that the step trains on, unlabelled rows last; read from the run's cache when
 * resuming, else computed.
 */
async function saidOf(
  { name, plan }: PlannedCompressStage,
  by: Teacher,
  { session, stage }: CompressionContext,
  unlabelled: readonly Exemplar[],
): Promise<Float32Array> {
  const [before] = findRunsNamed(session.runs, name, plan.recipeHash);
  const labels = by.labels.length;
  const prepared = await session.datasets.data(plan.recipe.data, dataReaderOf(plan.recipe.model), stage.hostContext);
  const rows = trainedRows(prepared);
  // Cached logits were already checked when they were computed.
  if (before && isOf(before.path, by.mark, [rows.numRows() + unlabelled.length, labels])) return readSaid(before.path);
  const { numbers } = await by.ask(textsIn(rows));
  const all = [...numbers, ...unlabelled.map(({ said: outputs }) => must(outputs, "what is said of a row"))];
  const logits = new Float32Array(all.length * labels);
  all.forEach((row, i) => logits.set(row, i * labels));
  return logits;
}

/** Whether the cached logits are from these weights and have this shape. */
function isOf(run: string, mark: string | null, shape: readonly number[]): boolean {
  const file = cachedOutputsFile(run);
  if (mark === null || !existsSync(file)) return false;
  const { metadata, tensors } = readHeader(file);
  return metadata[BY] === mark && tensors[TEACHER_OUTPUTS_SOURCE]?.shape.join() === shape.join();
}
/** Metadata key that identifies the weights that computed the logits. */
const BY = "by";

function readSaid(run: string): Float32Array {
  const file = cachedOutputsFile(run);
  verifySafetensors(file);
  return new Float32Array(readTensor(file, TEACHER_OUTPUTS_SOURCE).bytes.slice().buffer);
}

function keep(
  run: string,
  outputs: Float32Array,
  { labels, mark }: { readonly labels: number; readonly mark: string | null },
): void {
  const file = cachedOutputsFile(run);
  const shape = [outputs.length / labels, labels];
  if (isOf(run, mark, shape)) return;
  const metadata = { ...CHECKSUM_METADATA, ...(mark !== null && { [BY]: mark }) };
  const bytes = new Uint8Array(outputs.buffer, outputs.byteOffset, outputs.byteLength);
  try {
    makePrivateFolder(dirname(file));
    writeSafetensors(file, { [TEACHER_OUTPUTS_SOURCE]: { dtype: "f32", shape, bytes } }, metadata);
    makePrivate(file);
  } catch (error) {
    throw toRunFolderError(error, dirname(file));
  }
}
