/**
 * Definition of an op: a type rule, a vector-Jacobian product written with tensors, a naive float64 reference and a
 * cost. It may also have a decomposition into simpler ops and traits for passes and estimates (`OpTraits`). One file
 * each in `ops/`, gathered in `table.ts`. An op is pure: random numbers come from a seed and a step.
 */
import { checkAttributes, type InferAttributes, type AttributeSchema } from "./attributes.js";
import type { Node, Ref, Type } from "./program.js";
import { OpInputError, type Sizes } from "./shape.js";
import type { PerRowGradient } from "./ops/rows/row-part.js";
import type { GraphBuilder, Tensor } from "./tensor.js";
import type { ArrayValues } from "./values.js";

/** Names of inputs or outputs; the last may be optional (`bias?`) or stand for any number (`...rest`). */
export type PortNames = readonly string[];
/** One value per name. */
export type ValuePerPortName<N extends PortNames, T> = N extends readonly [
  infer H extends string,
  ...infer R extends PortNames,
]
  ? H extends `...${string}` | `${string}?`
    ? readonly T[]
    : readonly [T, ...ValuePerPortName<R, T>]
  : N extends readonly []
    ? readonly []
    : readonly T[];

/** A node as gradient rules see it. */
export interface GradientRuleNode<
  I extends PortNames = PortNames,
  O extends PortNames = PortNames,
  S extends AttributeSchema = AttributeSchema,
> {
  readonly inputs: ValuePerPortName<I, Tensor>;
  readonly outputs: ValuePerPortName<O, Tensor>;
  readonly attributes: InferAttributes<S>;
}
/** Gradients of the outputs; with several outputs, undefined for those that nothing depends on. */
export type OutputGradients<O extends PortNames> = O extends readonly [string]
  ? readonly [Tensor]
  : ValuePerPortName<O, Tensor | undefined>;

/** Multiply and add count one each; bytes are read and written once. */
export interface OpCost {
  readonly flops: number;
  readonly bytes: number;
}
/** Properties of an op that passes and estimates use, declared on its record; undeclared ones do not hold. */
export interface OpTraits {
  /** Its two inputs may be swapped: bit for bit ("exactly"), or except for −0 and NaN ("nearly"). */
  readonly commutes?: "exactly" | "nearly";
  /** No element of the result is −0. */
  readonly neverMinusZero?: true;
  /** Its FLOPs are those of a matrix product: they count for utilisation and are faster in bf16. */
  readonly product?: true;
  /**
   * Stays in bf16 if all its inputs are bf16 ("follows"): it computes nothing, or is elementwise, which engines compute
   * in f32 between reading and writing. "turns": its output also is as large as its input, so that a cast before it
   * costs the same as one after it and can be shared.
   */
  readonly bf16?: "follows" | "turns";
  /** Takes rows of its first input, a table. */
  readonly takesRows?: true;
  /**
   * Memory of its result. "view": its input's memory. "turned": its input's memory even if that is a weight, which is
   * read transposed. "over": possibly the memory of an input of the same size that is not read again.
   */
  readonly memory?: "view" | "turned" | "over";
  /** Makes a weight from others. */
  readonly makesWeight?: true;
  /**
   * Treats each position of a sequence independently; sequences are all its inputs of that shape, or only the first.
   */
  readonly byPosition?: "all" | "first";
  /** The part of a program that the op belongs to, wherever it occurs. */
  readonly part?: "loss" | "position" | "optimizer";
}
export interface Op<
  I extends PortNames = PortNames,
  O extends PortNames = PortNames,
  S extends AttributeSchema = AttributeSchema,
> extends OpTraits {
  readonly name: string;
  /** Inputs, attributes and outputs in one or two sentences, with shapes. */
  readonly doc: string;
  readonly inputs: I;
  readonly outputs: O;
  readonly attributes: S;
  /** Returns the types of the outputs. Throws `OpInputError` with the reason. */
  type(inputs: ValuePerPortName<I, Type>, attributes: InferAttributes<S>): ValuePerPortName<O, Type>;
  /** Computes the same with simpler ops, for engines without a lowering of this op. */
  decompose?(inputs: ValuePerPortName<I, Tensor>, attributes: InferAttributes<S>): ValuePerPortName<O, Tensor>;
  /**
   * Returns gradients of the wanted inputs, given those of the outputs (undefined: nothing depends on that output).
   * Without this rule, the gradient is that of the decomposition.
   */
  gradient?(
    graph: GraphBuilder,
    node: GradientRuleNode<I, O, S>,
    dy: OutputGradients<O>,
    wanted: readonly boolean[],
  ): readonly (Tensor | undefined)[];
  /**
   * Returns the per-row gradients of the inputs `shared` by all rows of a batch, given that of the first output [rows,
   * ...]. Null: no per-row gradient is possible for that input. Without this rule, none is.
   */
  rowGradient?(
    graph: GraphBuilder,
    node: GradientRuleNode<I, O, S>,
    dy: Tensor,
    shared: readonly number[],
  ): readonly (PerRowGradient | null)[];
  /**
   * For a result computed only from values that all rows share: maps a per-row part of its gradient to parts of its
   * inputs' gradients. Undefined: no gradient flows to that input; null: no per-row gradient is possible.
   */
  rowPulled?(
    graph: GraphBuilder,
    node: GradientRuleNode<I, O, S>,
    part: PerRowGradient,
  ): readonly (PerRowGradient | null | undefined)[];
  /** Computes the outputs. `shapes`: the outputs' shapes with all sizes bound. */
  evaluate(
    inputs: ValuePerPortName<I, ArrayValues>,
    attributes: InferAttributes<S>,
    shapes: ValuePerPortName<O, readonly number[]>,
  ): ValuePerPortName<O, ArrayValues>;
  /** Returns the FLOPs. `wanted`: which outputs are read. Defaults to one FLOP per output element. */
  flops?(
    inputs: ValuePerPortName<I, Type>,
    attributes: InferAttributes<S>,
    sizes: Sizes,
    wanted: readonly boolean[],
  ): number;
  /** Bytes needed while it runs, besides inputs and outputs; defaults to none. */
  workspace?(inputs: ValuePerPortName<I, Type>, attributes: InferAttributes<S>, sizes: Sizes): number;
  /** Positions of inputs that an engine recomputes instead of reading. */
  unread?(attributes: InferAttributes<S>): readonly number[];
  /** Reports whether it stays in bf16, where that depends on more than the op. */
  followsBf16?(inputs: ValuePerPortName<I, Type>, attributes: InferAttributes<S>): boolean;
}
/** An op as its file defines it; the attributes default to none and the outputs to one. */
type Written<I extends PortNames, O extends PortNames, S extends AttributeSchema> = Omit<
  Op<I, O, S>,
  "outputs" | "attributes"
> & {
  readonly outputs?: O;
  readonly attributes?: S;
};

/** Makes an op's record. It checks nodes' arguments, so that rules may rely on their types. */
export function defineOp<
  const I extends PortNames,
  const O extends PortNames = readonly ["y"],
  S extends AttributeSchema = Record<never, never>,
>(written: Written<I, O, S>): Op<I, O, S> {
  const schema = written.attributes ?? ({} as S);
  return {
    ...written,
    outputs: written.outputs ?? (["y"] as PortNames as O),
    attributes: schema,
    type(inputs, attributes) {
      checkInputs(written.inputs, inputs.length);
      checkAttributes(schema, attributes);
      return written.type(inputs, attributes);
    },
  };
}

function checkInputs(names: PortNames, given: number): void {
  const any = names.some((name) => name.startsWith("..."));
  const optional = names.findIndex((name) => name.startsWith("...") || name.endsWith("?"));
  const least = optional < 0 ? names.length : optional;
  if (given < least || (!any && given > names.length))
    throw new OpInputError(`it takes ${names.join(", ")}, not ${String(given)} inputs`);
}

export type NodeOfOp<P> =
  P extends Op<infer I, infer O, infer S>
    ? Node & {
        readonly inputs: ValuePerPortName<I, Ref>;
        readonly attributes: InferAttributes<S>;
        readonly types: ValuePerPortName<O, Type>;
      }
    : never;

export function isNodeOf<P extends Op>(node: Node, op: P): node is Node & NodeOfOp<P> {
  return node.op === op.name;
}
