/** Lowerings of each op to TensorFlow kernels. The in-place update of `adamw` is in updates.ts. */
import type { Lowerings } from "../lowering.js";
import { activationLowerings } from "./activations.js";
import { arithmeticLowerings } from "./arithmetic.js";
import { attentionLowerings } from "./attention.js";
import { cacheLowerings } from "./caches.js";
import { elementwiseLowerings } from "./elementwise.js";
import { embeddingLowerings } from "./embedding.js";
import { headLowerings } from "./head.js";
import { lossLowerings } from "./losses.js";
import { normLowerings } from "./norms.js";
import { optimizerLoweringTable } from "./optimizers.js";
import { productLowerings } from "./products.js";
import { randomLowerings } from "./random.js";
import { reductionLowerings } from "./reductions.js";
import { ropeLowerings } from "./rope.js";
import { shapeLowerings } from "./shapes.js";
import { dequantizeLowerings } from "./storage.js";

export const lowerings: Lowerings = {
  ...elementwiseLowerings,
  ...arithmeticLowerings,
  ...embeddingLowerings,
  ...shapeLowerings,
  ...ropeLowerings,
  ...reductionLowerings,
  ...productLowerings,
  ...activationLowerings,
  ...normLowerings,
  ...lossLowerings,
  ...headLowerings,
  ...randomLowerings,
  ...attentionLowerings,
  ...optimizerLoweringTable,
  ...cacheLowerings,
  ...dequantizeLowerings,
};
