/** Checks whether several processes can share the updates of a training. */
import type { Program } from "../plan/program.js";
import { workerRankLayoutOf, workerCapabilitiesOf } from "../plan/ranks.js";
import { isCall } from "../plan/value.js";
import type { GivenValue } from "../../language/types/value.js";
import { isBatchwise, type BatchingInput } from "./batching.js";
import type {} from "./rank-codes.js";

/** @returns false if they cannot (reported) */
export function checkWorkerRanks(program: Program, options: BatchingInput, runner: GivenValue | undefined): boolean {
  const { model, data, training, settings, here } = options;
  const { count: ranks, here: beside } = workerRankLayoutOf(program, runner);
  const call = isCall(runner?.value) ? runner.value : undefined;
  if (call && workerCapabilitiesOf(program.registry, call)?.workerCount(call) === null) {
    program.reportNear("ranks-uncounted", { runner: call.word }, runner?.span, here);
    return false;
  }
  if (training.average && ranks === 1) {
    program.reportNear("average-alone", {}, settings.get("average")?.span, here);
    return false;
  }
  if (ranks === 1 && beside) return true;
  if (training.batch_size < ranks) {
    program.reportNear("batch-below-ranks", { batch_size: training.batch_size, ranks }, runner?.span, here);
    return false;
  }
  if (ranks > 1 && isBatchwise(program, model, data)) {
    program.reportNear("batchwise-ranks", { task: model.task.word, ranks }, runner?.span, here);
    return false;
  }
  const technique = program.registry.find("technique", model.technique.word);
  if (technique?.capabilities?.isExact?.(model.technique)) {
    program.reportNear("exact-ranks", { technique: model.technique.word }, runner?.span, here);
    return false;
  }
  return true;
}
