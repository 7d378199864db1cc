/**
 * What an op is: a rule for types, a vector-Jacobian product written with tensors, a naive float64 reference, a cost; what
 * simpler ops it is made of, where it is, and what passes and estimates need to know of it (`OpTraits`). One
 * file each in `ops/`, gathered in `table.ts`. An op is pure: random numbers come from a seed and a step.
 */
import { checkAttributes, type InferAttributes, type AttributeSchema } from "./attributes.js";
import type { Node, Ref, Type } from "./program.js";
import { OpInputError, type Sizes } from "./shape.js";
import type { RowGradientPart } from "./ops/rows/row-part.js";
import type { Builder, Tensor } from "./tensor.js";
import type { ArrayValues } from "./values.js";

/** Names of inputs or outputs; the last may be `bias?`, which may be left out, or `...rest`, which stands for any number. */
export type PortNames = readonly string[];
/** One thing for each name. */
export type ForEachName<N extends PortNames, T> = N extends readonly [
  infer H extends string,
  ...infer R extends PortNames,
]
  ? H extends `...${string}` | `${string}?`
    ? readonly T[]
    : readonly [T, ...ForEachName<R, T>]
  : N extends readonly []
    ? readonly []
    : readonly T[];

/** A node as the gradient sees it. */
export interface NodeView<
  I extends PortNames = PortNames,
  O extends PortNames = PortNames,
  S extends AttributeSchema = AttributeSchema,
> {
  readonly inputs: ForEachName<I, Tensor>;
  readonly outputs: ForEachName<O, Tensor>;
  readonly attributes: InferAttributes<S>;
}
/** Gradients of the outputs; of several, those on which nothing depends are undefined. */
export type OutputGradients<O extends PortNames> = O extends readonly [string]
  ? readonly [Tensor]
  : ForEachName<O, Tensor | undefined>;

/** Multiply and add count one each; bytes read and written once. */
export interface OpCost {
  readonly flops: number;
  readonly bytes: number;
}
/** What passes and estimates need to know of an op, said on its own record; what isn't said doesn't hold. */
export interface OpTraits {
  /** Its two inputs may change places: to the bit ("exactly"), or but for −0 and NaN ("nearly"). */
  readonly commutes?: "exactly" | "nearly";
  /** No element of the result is −0. */
  readonly neverMinusZero?: true;
  /** Its FLOPs are those of a matrix product: what utilisation is counted with, and what bf16 makes faster. */
  readonly product?: true;
  /**
   * It stays in bf16 where all it reads is ("follows"): it computes nothing, or treats each element by itself, which engines
   * compute in f32 between reading and writing. "turns": it also is as large as what it reads, so that casting before it
   * costs what casting after it does, and can be shared.
   */
  readonly bf16?: "follows" | "turns";
  /** It takes rows of its first input, a table. */
  readonly takesRows?: true;
  /**
   * Where its result lies: in the memory of what it reads ("view"), there too if that is a weight ("turned": it is read the
   * other way round), or perhaps over an input of the same size that is not read again ("over").
   */
  readonly memory?: "view" | "turned" | "over";
  /** It makes a weight of others. */
  readonly makesWeight?: true;
  /** It treats each position of a sequence by itself; sequences are all its inputs of that shape, or the first alone. */
  readonly byPosition?: "all" | "first";
  /** The part of a program that it belongs to wherever it stands. */
  readonly part?: "loss" | "position" | "optimizer";
}
export interface Op<
  I extends PortNames = PortNames,
  O extends PortNames = PortNames,
  S extends AttributeSchema = AttributeSchema,
> extends OpTraits {
  readonly name: string;
  /** Inputs, attributes and outputs in a sentence or two, with shapes. */
  readonly doc: string;
  readonly inputs: I;
  readonly outputs: O;
  readonly attributes: S;
  /** Types of the outputs. Throws `OpInputError` with the reason. */
  type(inputs: ForEachName<I, Type>, attributes: InferAttributes<S>): ForEachName<O, Type>;
  /** The same of simpler ops: what engines compute that have no way of their own. */
  decompose?(inputs: ForEachName<I, Tensor>, attributes: InferAttributes<S>): ForEachName<O, Tensor>;
  /**
   * Gradients of the inputs that are wanted, given those of the outputs (absent: nothing depends on that output). Without
   * this rule the gradient is that of what the op is made of.
   */
  gradient?(
    graph: Builder,
    node: NodeView<I, O, S>,
    dy: OutputGradients<O>,
    wanted: readonly boolean[],
  ): readonly (Tensor | undefined)[];
  /**
   * Of each of the `shared` inputs, which all rows of a batch share, its slope row by row, given that of the first output
   * [rows, ...]. Null: it can't be told apart; without this rule none can.
   */
  rowGradient?(
    graph: Builder,
    node: NodeView<I, O, S>,
    dy: Tensor,
    shared: readonly number[],
  ): readonly (RowGradientPart | null)[];
  /**
   * Of a result that all rows share, made of what they share: a part of its slope as parts of its inputs. Undefined: none
   * flows there; null: it can't be told apart.
   */
  rowPulled?(
    graph: Builder,
    node: NodeView<I, O, S>,
    part: RowGradientPart,
  ): readonly (RowGradientPart | null | undefined)[];
  /** `shapes`: the outputs' shapes with all sizes bound. */
  evaluate(
    inputs: ForEachName<I, ArrayValues>,
    attributes: InferAttributes<S>,
    shapes: ForEachName<O, readonly number[]>,
  ): ForEachName<O, ArrayValues>;
  /** `wanted`: which outputs are read. Absent: one FLOP per output element, inputs and outputs moved once. */
  flops?(
    inputs: ForEachName<I, Type>,
    attributes: InferAttributes<S>,
    sizes: Sizes,
    wanted: readonly boolean[],
  ): number;
  /** Bytes that it needs beside inputs and outputs while it runs; absent: none. */
  workspace?(inputs: ForEachName<I, Type>, attributes: InferAttributes<S>, sizes: Sizes): number;
  /** Places of inputs that an engine makes again instead of reading them. */
  unread?(attributes: InferAttributes<S>): readonly number[];
  /** Whether it stays in bf16, where that depends on more than the op. */
  followsBf16?(inputs: ForEachName<I, Type>, attributes: InferAttributes<S>): boolean;
}
/** An op as its file writes it: without attributes it has none, without outputs one. */
type Written<I extends PortNames, O extends PortNames, S extends AttributeSchema> = Omit<
  Op<I, O, S>,
  "outputs" | "attributes"
> & {
  readonly outputs?: O;
  readonly attributes?: S;
};

/** The op's record. What a node is made with is checked here, so that rules may rely on what their types say. */
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

/** A node of a certain op. */
export type NodeOfOp<P> =
  P extends Op<infer I, infer O, infer S>
    ? Node & {
        readonly inputs: ForEachName<I, Ref>;
        readonly attributes: InferAttributes<S>;
        readonly types: ForEachName<O, Type>;
      }
    : never;

export function isNodeOf<P extends Op>(node: Node, op: P): node is Node & NodeOfOp<P> {
  return node.op === op.name;
}
