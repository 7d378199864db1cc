/**
 * Lowers a program's nodes to ONNX: each op has a `NodeLowering` in `lower/`, which makes one output on request, so
 * that unread outputs are never written. A value has two forms: `full`, as in the program, and `flat`, [rows, last
 * axis], used by products and norms. Conversion between them is a Reshape, which copies nothing.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isLeaf, type Leaf } from "#dsl/tensor/leaves.js";
import type { Dimension, Node, Program, Ref, Type } from "#dsl/tensor/program.js";
import { dimensionParts } from "#dsl/tensor/shape.js";
import { loweringEntryOf, type LoweringEntry, type LoweringTable } from "../shared/lowerings.js";
import type { Attributes, OnnxGraph } from "./graph.js";
import { MICROSOFT_DOMAIN, ONNX_TYPES, type OnnxDType } from "./proto.js";

export interface LoweredValue {
  readonly full?: string;
  readonly flat?: string;
}
/** A tensor and the axis of it that has the size; or sizes of which it is the sum. */
export type SizeSource = { tensor(): string; readonly axis: number } | { readonly sum: readonly Dimension[] };
/** Makes one output of a node. */
export type MakeOutput = () => LoweredValue;
export type NodeLowering = LoweringEntry<Lowering, MakeOutput>;
/** Ops with a lowering in this backend. */
export type Lowerings = LoweringTable<Lowering, MakeOutput>;
/** The lowerings, looked up by name. */
export type OnnxLoweringsByOp = Readonly<Record<string, NodeLowering | undefined>>;

export interface MatrixProductOptions {
  /** The left or right input is transposed. */
  readonly ta?: boolean;
  readonly tb?: boolean;
  /** Factor of the product; default 1. */
  readonly alpha?: number;
}

/** Results of one pass over the chunks of a language model's head. */
export interface OnnxHeadLossResults {
  /** Losses [m, 1], before multiplication by their shares. */
  readonly losses: string;
  readonly share: string;
  /** Gradients for dy = 1. */
  readonly dx?: string;
  readonly dweight?: string;
  readonly dbias?: string;
}

export class Lowering {
  private readonly made = new Map<string, { full?: string; flat?: string }>();
  private readonly makers = new Map<number, readonly MakeOutput[]>();
  /** Passes over heads, cached by their inputs. */
  readonly sweeps = new Map<string, OnnxHeadLossResults>();
  /** Tables of levels, cached by their number of levels. */
  readonly tables = new Map<number, string>();

  constructor(
    readonly graph: OnnxGraph,
    readonly program: Program,
    private readonly table: OnnxLoweringsByOp,
    private readonly leaf: (node: Leaf) => string,
    /** Sources of sizes, by name. */
    private readonly sizes: ReadonlyMap<string, SizeSource>,
  ) {}

  nodeOf(ref: Ref): Node {
    return this.program.nodes[ref.node]!;
  }
  typeOf(ref: Ref): Type {
    return this.nodeOf(ref).types[ref.output]!;
  }
  dtypeOf(ref: Ref): OnnxDType {
    return this.typeOf(ref).dtype;
  }

  /** Returns the tensor in the program's own shape. */
  full(ref: Ref): string {
    const value = this.value(ref);
    return (value.full ??= this.reshape(value.flat!, this.typeOf(ref).shape));
  }
  /** Returns the tensor as [rows, last axis]; ranks 0 to 2 are unchanged. */
  flat(ref: Ref): string {
    const { shape } = this.typeOf(ref);
    if (shape.length <= 2) return this.full(ref);
    const value = this.value(ref);
    return (value.flat ??= this.flatten(value.full!, shape.at(-1)!));
  }
  /** Returns whichever form exists, for values that are reshaped anyway. */
  any(ref: Ref): string {
    const value = this.value(ref);
    return value.full ?? value.flat!;
  }
  /** Returns the lowered value of a node's output computed in flat form. */
  fromFlat(type: Type, tensor: string): LoweredValue {
    return type.shape.length > 2 ? { flat: tensor } : { full: tensor };
  }
  private value(ref: Ref): { full?: string; flat?: string } {
    const key = `${ref.node}:${ref.output}`;
    let value = this.made.get(key);
    if (!value) this.made.set(key, (value = { ...this.make(ref) }));
    return value;
  }
  private make(ref: Ref): LoweredValue {
    const node = this.nodeOf(ref);
    if (isLeaf(node)) return { full: this.leaf(node) };
    let makers = this.makers.get(ref.node);
    if (!makers) this.makers.set(ref.node, (makers = loweringEntryOf(this.table, node.op)(this, node)));
    return makers[ref.output]!();
  }

  flatten(tensor: string, last: Dimension): string {
    const shape =
      typeof last === "number" ? this.graph.longs([-1, last]) : this.join([this.graph.longs([-1]), this.size(last)]);
    return this.op("Reshape", [tensor, shape]);
  }
  reshape(tensor: string, shape: readonly Dimension[]): string {
    return this.op("Reshape", [tensor, this.shape(shape)]);
  }
  /** Returns a shape as an i64 list; −1 if it has only one named size. */
  shape(shape: readonly Dimension[]): string {
    const names = shape.filter((d) => typeof d === "string");
    if (names.length <= 1) return this.graph.longs(shape.map((d) => (typeof d === "number" ? d : -1)));
    return this.exact(shape);
  }
  /** Returns a shape as an i64 list with all its sizes. */
  exact(shape: readonly Dimension[]): string {
    if (shape.every((d) => typeof d === "number")) return this.graph.longs(shape);
    return this.join(shape.map((d) => this.size(d)));
  }
  join(parts: readonly string[]): string {
    return parts.length === 1 ? parts[0]! : this.op("Concat", parts, { axis: { int: 0 } });
  }
  /** Returns a size as an i64 list of one. */
  size(d: Dimension): string {
    if (typeof d === "number") return this.graph.longs([d]);
    const { name, more } = dimensionParts(d);
    if (more) return this.op("Add", [this.size(name), this.graph.longs([more])]);
    const source = this.sizes.get(name);
    if (!source) throw new CodedError("graph-invalid", { problem: `no input and no state tells the size "${d}"` });
    if ("sum" in source) return source.sum.map((part) => this.size(part)).reduce((a, b) => this.op("Add", [a, b]));
    return this.op("Shape", [source.tensor()], { start: { int: source.axis }, end: { int: source.axis + 1 } });
  }
  /** Returns a size as a scalar. */
  count(d: Dimension, type: "i32" | "i64" | "f32"): string {
    const one = this.op("Reshape", [this.size(d), this.graph.longs([])]);
    return type === "i64" ? one : this.cast(one, type);
  }
  /** Returns the product of sizes as an i64 list of one. */
  product(sizes: readonly Dimension[]): string {
    const count = sizes.reduce<number>((p, d) => (typeof d === "number" ? p * d : p), 1);
    const named = sizes.filter((d) => typeof d === "string").map((d) => this.size(d));
    const all = count === 1 && named.length ? named : [this.graph.longs([count]), ...named];
    return all.reduce((a, b) => this.op("Mul", [a, b]));
  }
  /** Returns the product of all axes except the last, as an i64 list of one. */
  rows(type: Type): string {
    return this.product(type.shape.slice(0, -1));
  }
  /** Returns 0, 1, 2, … below a size, as i32 or i64. */
  range(d: Dimension, type: "i32" | "i64" = "i32"): string {
    const { graph } = this;
    const [zero, one] = type === "i32" ? [graph.integer(0), graph.integer(1)] : [graph.long(0), graph.long(1)];
    return this.op("Range", [zero, this.count(d, type), one]);
  }

  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.graph.node(op, inputs, { attributes });
  }
  contrib(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.graph.node(op, inputs, { attributes, domain: MICROSOFT_DOMAIN });
  }
  /** Returns x op a number, as f32. */
  number(op: string, x: string, value: number): string {
    return this.op(op, [x, this.graph.float(value)]);
  }
  cast(x: string, to: OnnxDType): string {
    return this.op("Cast", [x], { to: { int: ONNX_TYPES[to] } });
  }
  /** Returns alpha · a b + c for matrices. */
  gemm(a: string, b: string, c?: string, options: MatrixProductOptions = {}): string {
    return this.op("Gemm", c === undefined ? [a, b] : [a, b, c], {
      ...(options.ta && { transA: { int: 1 } }),
      ...(options.tb && { transB: { int: 1 } }),
      ...(options.alpha !== undefined && options.alpha !== 1 && { alpha: { float: options.alpha } }),
    });
  }
  /** Returns the product, batched over the leading axes. */
  matmul(a: string, b: string, options: MatrixProductOptions = {}): string {
    const alpha = options.alpha ?? 1;
    if (!options.ta && !options.tb && alpha === 1) return this.op("MatMul", [a, b]);
    return this.contrib("FusedMatMul", [a, b], {
      alpha: { float: alpha },
      transA: { int: options.ta ? 1 : 0 },
      transB: { int: options.tb ? 1 : 0 },
    });
  }
  reduce(op: string, x: string, axes: readonly number[], keep: boolean): string {
    return this.op(op, [x, this.graph.longs(axes)], { keepdims: { int: keep ? 1 : 0 } });
  }
  transpose(x: string, order: readonly number[]): string {
    return this.op("Transpose", [x], { perm: { ints: order } });
  }
  slice(x: string, axis: number, from: number, to: number): string {
    const { graph } = this;
    return this.op("Slice", [x, graph.longs([from]), graph.longs([to]), graph.longs([axis])]);
  }
}
