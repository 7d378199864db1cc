/** How an op of the training graph is computed with tfjs: tensors in, tensors out; what is made between is let go. */
import type { Attributes } from "#dsl/graph/program.js";
import type { T } from "./library.js";

/** `shapes`: the outputs' shapes with all sizes bound. An output must be a tensor of its own, never an input itself. */
export type Kernel = (inputs: readonly T[], attributes: Attributes, shapes: readonly number[][]) => readonly T[];
export type Kernels = Readonly<Record<string, Kernel>>;
