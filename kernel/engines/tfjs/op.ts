/** The interface of an op's tfjs kernel: tensors in, tensors out; intermediate tensors are disposed. */
import type { Attributes } from "#dsl/tensor/program.js";
import type { AttributesOf, InputsOf, OpName, OutputsOf } from "#dsl/tensor/table.js";
import type { TfjsTensor } from "./library.js";

/**
 * `shapes`: the outputs' shapes with all sizes bound. An output must be a new tensor, never an input. Method syntax
 * makes the parameters bivariant, so that any kernel is assignable; kernels are looked up by a node's own op.
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
/** Ops with kernels in this engine. */
export type TfjsKernels = { readonly [N in OpName]?: KernelOf<N> };
