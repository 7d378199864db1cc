/** Checks how rows are combined into batches, against the task and the technique. */
import { predictsNext } from "../plan/batches.js";
import type { RecipePlan } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import type { DataPlan, ModelPlan, GivenValue } from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type {} from "./world-codes.js";

export interface BatchingInput {
  readonly model: ModelPlan;
  readonly data: DataPlan;
  readonly training: RecipePlan;
  readonly settings: ReadonlyMap<string, GivenValue>;
  readonly here: Span;
}

/** @returns false if the rows cannot be packed as the recipe requires (reported) */
export function checkBatching(program: Program, options: BatchingInput): boolean {
  const { model, training, settings, here } = options;
  const packed = settings.get("packing")?.span;
  if (training.packing && !predictsNext(program.registry, model.task)) {
    program.reportNear("cannot-pack", { task: model.task.word }, packed, here);
    return false;
  }
  checkParts(program, options);
  if (training.packing && virtualTokensPerText(program, model) !== undefined) {
    program.reportNear("no-packed-prompts", { technique: model.technique.word }, packed, here);
    return false;
  }
  return true;
}

/**
 * Checks gradient accumulation: if the loss compares texts within a batch, micro-batches are not equal to the full
 * batch.
 */
function checkParts(program: Program, { model, data, training, settings, here }: BatchingInput): void {
  const { accumulate, batch_size } = training;
  if (accumulate <= 1 || !isBatchwise(program, model, data)) return;
  const details = { task: model.task.word, batch_size, whole: batch_size * accumulate };
  program.reportNear("batchwise-parts", details, settings.get("accumulate")?.span, here);
}

/** Whether the task's loss compares each text with all others of its batch. */
export function isBatchwise({ registry }: Program, { task }: ModelPlan, { columns }: DataPlan): boolean {
  return registry.find("task", task.word)?.capabilities?.batchwise?.(task, Object.keys(columns)) === true;
}

/** Returns the positions that the technique's virtual tokens take from a text; undefined if it has none. */
export function virtualTokensPerText({ registry }: Program, { technique }: ModelPlan): number | undefined {
  return registry.find("technique", technique.word)?.capabilities?.virtualTokens?.(technique);
}
