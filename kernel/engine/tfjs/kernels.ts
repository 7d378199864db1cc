/** Every op of the training graph that tfjs computes here, by name. */
import { elementwise } from "./elementwise.js";
import type { Kernels } from "./op.js";
import { products } from "./products.js";
import { shaping } from "./shaping.js";
import { training } from "./training.js";

export const kernels: Kernels = { ...elementwise, ...shaping, ...products, ...training };
