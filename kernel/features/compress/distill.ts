/**
 * Distils a teacher into a student. Logits per row are computed once, before the first step, and cached in the run; for
 * losses on hidden states or on logits per token, the teacher runs next to the student in the same program.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { PlannedCompressStage } from "#dsl/compiler/plan/action.js";
import type { Call } from "#dsl/language/types/value.js";
import { TEACHER_OUTPUTS_SOURCE } from "#stdlib/lessons/kind.js";
import { cachedOutputInputNames } from "#stdlib/programs/objective.js";
import type { ObjectiveOptions } from "#stdlib/programs/options.js";
import { teacherRunsAlongside } from "#stdlib/students/shared/teachable.js";
import { registry } from "#stdlib/registry.js";
import { saveTeacherLabelledRows } from "../../runs/labelled-rows.js";
import { loadImplementation } from "../../host/load-implementation.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { ContinuedModel } from "../../training-runs/request.js";
import { type CompressionContext, type CompressionStageRunner, trainedTeacher, type Teacher } from "./contract.js";
import { loadTeacherWeights, teacherOptionsOf } from "./teacher-alongside.js";
import { saveTeacherOutputs, teacherOutputsOf } from "./teacher-outputs.js";
import { labelRowsByTeacher } from "./unlabelled-rows.js";
import { labelledTextsView } from "../../display/labelled-texts.js";

export const distil: CompressionStageRunner = (compressStage, from, around) =>
  distilFromTeacher(compressStage, trainedTeacher(from, around), around);

export async function distilFromTeacher(
  compressStage: PlannedCompressStage,
  by: Teacher,
  around: CompressionContext,
): Promise<ModelHandle> {
  const { plan } = compressStage;
  const { stage } = mustExist(plan.recipe.compress, "a stage");
  const implementation = await loadImplementation(stage, "student");
  const losses = implementation.losses?.(stage) ?? [];
  const asks = asksOf(losses, compressStage);
  const { labels } = by;
  const made = await labelRowsByTeacher(compressStage, implementation.augments?.(stage) ?? 0, by, around);
  const model = asks.beside ? mustExist(by.model, "a teacher in a separate engine") : null;
  const base = model && (await around.session.weights.trainedBases.asBase(model, around.stage.hostContext));
  const outputs = asks.once ? await teacherOutputsOf(compressStage, by, around, made.rows) : null;
  const terms = losses.map(async (call) =>
    (await loadImplementation(call, "lesson")).term(call, model ? "frozen" : "cached"),
  );
  const objective: ObjectiveOptions = {
    terms: await Promise.all(terms),
    unlabelledRows: made.rows.length > 0,
    teacher: base && model && (await teacherOptionsOf(base, model)),
  };
  const continues: ContinuedModel = {
    labels,
    exemplars: made.rows,
    objective,
    head: true,
    ...(made.rows.length > 0 && { beside: { labels: 0 } }),
    begins: async (open, { loader }, run) => {
      saveTeacherLabelledRows(run.path, made.rows);
      if (base && model) await loadTeacherWeights(open, base, model);
      if (asks.any) loader.share(cachedOutputInputNames(TEACHER_OUTPUTS_SOURCE).share);
      if (!outputs) return;
      saveTeacherOutputs(run.path, outputs, { labels: labels.length, mark: by.mark });
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
