/** How the stages of `compress` are run, by the keys that ask for them. */
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
