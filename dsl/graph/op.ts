/**
 * What an op is: a rule for types, a vector-Jacobian product written with the builder, a naive float64 reference, a
 * cost. One file each in `ops/`, gathered in `table.ts`. An op is pure: random numbers come from a seed and a step.
 */
import type { Attributes, Type } from "./program.js";
import type { Sizes } from "./shape.js";
import type { Builder, Tensor } from "./tensor.js";
import type { Values } from "./values.js";

/** A node as the gradient sees it. */
export interface NodeView {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: Attributes;
}
/** Multiply and add count one each; bytes read and written once. */
export interface Cost {
  readonly flops: number;
  readonly bytes: number;
}
export interface Op {
  readonly name: string;
  /** Inputs, attributes and outputs in a sentence or two, with shapes. */
  readonly doc: string;
  /** Types of the outputs. Throws `Misfit` with the reason. */
  type(inputs: readonly Type[], attributes: Attributes): readonly Type[];
  /** Gradients of the inputs that are wanted, given those of the outputs (absent: nothing depends on that output). */
  gradient?(
    graph: Builder,
    node: NodeView,
    dy: readonly (Tensor | undefined)[],
    wanted: readonly boolean[],
  ): readonly (Tensor | undefined)[];
  /** `shapes`: the outputs' shapes with all sizes bound. */
  evaluate(
    inputs: readonly Values[],
    attributes: Attributes,
    shapes: readonly (readonly number[])[],
  ): readonly Values[];
  /** Absent: one FLOP per output element, inputs and outputs moved once. */
  flops?(inputs: readonly Type[], attributes: Attributes, sizes: Sizes): number;
}
