/** How each op becomes ONNX's. Where `adamw` updates state, in chunks and in place, is updates.ts's affair. */
import type { Lowerings } from "../lowering.js";
import { activations } from "./activations.js";
import { arithmetic } from "./arithmetic.js";
import { attention } from "./attention.js";
import { caches } from "./caches.js";
import { elementwise } from "./elementwise.js";
import { head } from "./head.js";
import { losses } from "./losses.js";
import { norms } from "./norms.js";
import { optimizers } from "./optimizers.js";
import { products } from "./products.js";
import { random } from "./random.js";
import { reductions } from "./reductions.js";
import { ropes } from "./rope.js";
import { shapes } from "./shapes.js";
import { storage } from "./storage.js";

export const lowerings: Lowerings = {
  ...elementwise,
  ...arithmetic,
  ...shapes,
  ...caches,
  ...reductions,
  ...products,
  ...activations,
  ...norms,
  ...ropes,
  ...losses,
  ...head,
  ...random,
  ...attention,
  ...optimizers,
  ...storage,
};
