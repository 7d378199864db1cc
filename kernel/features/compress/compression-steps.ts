/** Runs the steps of `compress`, by key. */
import type { CompressKey } from "#dsl/compiler/plan/actions/compress-actions.js";
import type { PlannedCompressStage } from "#dsl/compiler/plan/action.js";
import type { ModelHandle } from "../../models/model-handle.js";
import {
  type CompressionContext,
  type CompressionStageRunner,
  type TrainedModel,
  promptedTeacher,
} from "./contract.js";
import { distil, distilFromTeacher } from "./distill.js";
import { prune } from "./prune.js";
import { quantize } from "./quantize.js";

const compressionStages: Readonly<Record<CompressKey, CompressionStageRunner>> = {
  distill: distil,
  sparsify: prune,
  quantize,
};

/** `from`: the input model; null if the teacher is a prompted base. */
export async function runCompressionStage(
  compressStage: PlannedCompressStage,
  from: TrainedModel | null,
  around: CompressionContext,
): Promise<ModelHandle> {
  if (!from) return distilFromTeacher(compressStage, await promptedTeacher(compressStage, around), around);
  return compressionStages[compressStage.key](compressStage, from, around);
}
