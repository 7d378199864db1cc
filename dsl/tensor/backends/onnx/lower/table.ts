/** Table of lowerings to ONNX. Chunked and in-place `adamw` updates of state are in updates.ts. */
import type { Lowerings } from "../lowering.js";
import { activationLowerings } from "./activations.js";
import { arithmeticLowerings } from "./arithmetic.js";
import { attentionLowerings } from "./attention.js";
import { cacheLowerings } from "./caches.js";
import { elementwiseLowerings } from "./elementwise.js";
import { headLossLowerings } from "./head.js";
import { lossLowerings } from "./losses.js";
import { normLowerings } from "./norms.js";
import { optimizerLoweringTable } from "./optimizers.js";
import { matrixProductLowerings } from "./products.js";
import { dropoutLowerings } from "./random.js";
import { reductionLowerings } from "./reductions.js";
import { ropeLowerings } from "./rope.js";
import { shapeLowerings } from "./shapes.js";
import { storageLowerings } from "./storage.js";

export const lowerings: Lowerings = {
  ...elementwiseLowerings,
  ...arithmeticLowerings,
  ...shapeLowerings,
  ...cacheLowerings,
  ...reductionLowerings,
  ...matrixProductLowerings,
  ...activationLowerings,
  ...normLowerings,
  ...ropeLowerings,
  ...lossLowerings,
  ...headLossLowerings,
  ...dropoutLowerings,
  ...attentionLowerings,
  ...optimizerLoweringTable,
  ...storageLowerings,
};
