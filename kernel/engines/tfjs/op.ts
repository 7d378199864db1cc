/** How an op of the training graph is computed with tfjs: tensors in, tensors out; what is made between is let go. */
import type { Attributes } from "#dsl/tensor/program.js";
import type { AttributesOf, InputsOf, OpName, OutputsOf } from "#dsl/tensor/table.js";
import type { TfjsTensor } from "./library.js";

/**
 * `shapes`: the outputs' shapes with all sizes bound. An output must be a tensor of its own, never an input itself. Types
 * of methods, so that a kernel may stand where any is asked for: it is looked up by a node's own op.
 */
export type TfjsKernel = {
  kernel(inputs: readonly TfjsTensor[], attributes: Attributes, shapes: readonly number[][]): readonly TfjsTensor[];
}["kernel"];
type KernelOf<N extends OpName> = {
  kernel(
    inputs: InputsOf<N, TfjsTensor>,
    attributes: AttributesOf<N>,
    shapes: OutputsOf<N, number[]>,
  ): OutputsOf<N, TfjsTensor>;
}["kernel"];
/** The ops that are computed here by kernels of their own. */
export type TfjsKernels = { readonly [N in OpName]?: KernelOf<N> };
