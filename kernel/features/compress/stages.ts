/** The runners of the steps of `compress`, by key. */
import type { CompressKey } from "#dsl/compiler/plan/actions/compress-actions.js";
import type { CompressionStageRunner } from "./contract.js";
import { distil } from "./distill.js";
import { prune } from "./prune.js";
import { quantize } from "./quantize.js";

export const compressionStages: Readonly<Record<CompressKey, CompressionStageRunner>> = {
  distill: distil,
  sparsify: prune,
  quantize,
};
