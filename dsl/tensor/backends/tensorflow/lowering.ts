/**
 * Lowers one program to a TensorFlow graph. Values are made on demand, so unused values are never written. A value of
 * rank 3 or more has two forms: `full`, with the program's shape, and `flat`, [rows, last axis], which the fast kernels
 * use. Converting between them is a Reshape, which only costs a node.
 */
import { isLeaf, type Leaf } from "#dsl/tensor/leaves.js";
import type { Dimension, Node, Program, Ref, Type } from "#dsl/tensor/program.js";
import { dimensionParts, type Sizes } from "#dsl/tensor/shape.js";
import { loweringEntryOf, type LoweringEntry, type LoweringTable } from "../shared/lowerings.js";
import type { TensorflowGraph } from "./graph.js";
import type { TensorflowTypeName } from "./saved-model.js";

export interface LoweredValue {
  readonly full?: string;
  readonly flat?: string;
}
/** A placeholder or a variable's resource, and the axis that has the size. */
export interface SizeSource {
  readonly tensor: string;
  readonly axis: number;
  readonly dtype: TensorflowTypeName;
  readonly variable?: true;
}
export type MakeOutput = () => LoweredValue;
export type NodeLowering = LoweringEntry<Lowering, MakeOutput>;
/** The ops with a lowering of their own. */
export type Lowerings = LoweringTable<Lowering, MakeOutput>;
/** The same table, indexed by any op name. */
export type TensorflowLoweringsByOp = Readonly<Record<string, NodeLowering | undefined>>;

/** Results of one pass through the chunked head of a language model. */
export interface TensorflowHeadLossResults {
  readonly loss: string;
  /** dx, dweight and dbias; undefined where unused. */
  readonly gradients: readonly (string | undefined)[];
  /** Factor by which the gradients must still be multiplied. */
  readonly late: Ref | undefined;
}

export class Lowering {
  private readonly made = new Map<string, { full?: string; flat?: string }>();
  private readonly makers = new Map<number, readonly MakeOutput[]>();
  /** Finished passes through chunked heads, by their inputs. */
  readonly sweeps = new Map<string, TensorflowHeadLossResults>();
  private readonly uses: number[];
  private readonly used = new Set<string>();
  private readonly indices: ReadonlyMap<Node, number>;
  /** States whose update is done by a node already written (by state name). */
  readonly written = new Map<string, string>();
  /** Nodes that read rows of a state without reading the full state (by state name). */
  readonly gathers = new Map<string, readonly string[]>();

  constructor(
    readonly graph: TensorflowGraph,
    readonly program: Program,
    private readonly table: TensorflowLoweringsByOp,
    private readonly leaf: (node: Leaf) => string,
    /** Where to read each named size. */
    private readonly sizes: ReadonlyMap<string, SizeSource>,
    /** Resource of each state. */
    readonly handles: ReadonlyMap<string, string> = new Map(),
    /** Named sizes that are fixed to numbers in this graph. */
    private readonly fixed: Sizes = {},
  ) {
    this.uses = program.nodes.map(() => 0);
    this.indices = new Map(program.nodes.map((node, i) => [node, i]));
    const count = (ref: Ref): void => {
      this.uses[ref.node] = this.uses[ref.node]! + 1;
      this.used.add(`${ref.node}:${ref.output}`);
    };
    program.updates.forEach((u) => this.used.add(`${u.value.node}:${u.value.output}`));
    program.nodes.forEach((node) => node.inputs.forEach(count));
    Object.values(program.outputs).forEach(count);
  }

  nodeOf(ref: Ref): Node {
    return this.program.nodes[ref.node]!;
  }
  typeOf(ref: Ref): Type {
    return this.nodeOf(ref).types[ref.output]!;
  }
  /** Number of inputs and outputs that read a node. */
  usesOf(ref: Ref): number {
    return this.uses[ref.node]!;
  }
  usesOutput(node: Node, output: number): boolean {
    return this.used.has(`${this.indices.get(node)!}:${output}`);
  }
  dtypeOf(ref: Ref): TensorflowTypeName {
    return this.typeOf(ref).dtype;
  }

  /** Returns the tensor in the program's shape. */
  full(ref: Ref): string {
    const value = this.value(ref);
    return (value.full ??= this.ordered(ref, () => this.unflatten(value.flat!, this.typeOf(ref).shape)));
  }
  /** Returns the tensor as [rows, last axis]; ranks 0 to 2 are unchanged. */
  flat(ref: Ref): string {
    const { shape } = this.typeOf(ref);
    if (shape.length <= 2) return this.full(ref);
    const value = this.value(ref);
    return (value.flat ??= this.ordered(ref, () => this.flatten(value.full!, shape.at(-1)!)));
  }
  /** Reports whether the flat form already exists or costs no more than the full one. */
  prefersFlat(ref: Ref): boolean {
    return this.typeOf(ref).shape.length > 2 && this.value(ref).flat !== undefined;
  }
  private value(ref: Ref): { full?: string; flat?: string } {
    const key = `${ref.node}:${ref.output}`;
    let value = this.made.get(key);
    if (!value) this.made.set(key, (value = { ...this.make(ref) }));
    return value;
  }
  private make(ref: Ref): LoweredValue {
    const node = this.nodeOf(ref);
    return this.ordered(ref, () => {
      if (isLeaf(node)) return { full: this.leaf(node) };
      let makers = this.makers.get(ref.node);
      if (!makers) this.makers.set(ref.node, (makers = loweringEntryOf(this.table, node.op)(this, node)));
      return makers[ref.output]!();
    });
  }
  /** Builds the nodes of `body` with control edges to the nodes that the program's node waits for (`after`). */
  private ordered<T>(ref: Ref, body: () => T): T {
    return this.graph.after(
      (this.nodeOf(ref).after ?? []).map((node) => this.awaited(node)),
      body,
    );
  }
  /** Returns a tensor that exists once the program's node is done. */
  private awaited(node: number): string {
    const outputs = this.program.nodes[node]!.types.map((_, output) => output);
    const output =
      outputs.find((options) => this.made.has(`${node}:${options}`)) ??
      outputs.find((options) => this.reads(node, options)) ??
      0;
    const { full, flat } = this.value({ node, output });
    return (full ?? flat)!;
  }
  private reads(node: number, output: number): boolean {
    const same = (ref: Ref): boolean => ref.node === node && ref.output === output;
    return this.program.nodes.some((n) => n.inputs.some(same)) || Object.values(this.program.outputs).some(same);
  }

  flatten(tensor: string, last: Dimension, type?: TensorflowTypeName): string {
    const shape = typeof last === "number" ? this.graph.integers([-1, last]) : this.shape(["", last]);
    return this.reshape(tensor, shape, type);
  }
  unflatten(tensor: string, shape: readonly Dimension[], type?: TensorflowTypeName): string {
    return this.reshape(tensor, this.shape(shape), type);
  }
  reshape(tensor: string, shape: string, type = this.graph.typeOf(tensor)): string {
    return this.graph.node("Reshape", [tensor, shape], { T: { type }, Tshape: { type: "i32" } });
  }
  /** A shape as a tensor; a named size becomes −1 if it is the only one, and "" is always −1. */
  shape(given: readonly Dimension[]): string {
    const shape = given.map((d) => this.known(d));
    const names = shape.filter((d) => typeof d === "string");
    const free = shape.indexOf(names.includes("") ? "" : (names[0] ?? ""));
    if (names.length <= 1) return this.graph.integers(shape.map((d) => (typeof d === "number" ? d : -1)));
    const parts = shape.map((d, i) => (i === free ? this.graph.integer(-1) : this.size(d)));
    return this.graph.node("Pack", parts, { N: { int: parts.length }, T: { type: "i32" }, axis: { int: 0 } });
  }
  private known(d: Dimension): Dimension {
    if (typeof d === "number") return d;
    const { name, more } = dimensionParts(d);
    const size = this.fixed[name];
    return size === undefined ? d : size + more;
  }
  /** Returns a size as an i32 scalar. */
  size(given: Dimension): string {
    const d = this.known(given);
    if (typeof d === "number") return this.graph.integer(d);
    const { graph } = this;
    const { name, more } = dimensionParts(d);
    if (more) return graph.node("AddV2", [this.size(name), graph.integer(more)], { T: { type: "i32" } });
    const source = this.sizes.get(name)!;
    const shape = source.variable
      ? graph.node("VariableShape", [source.tensor], { out_type: { type: "i32" } })
      : graph.node("Shape", [source.tensor], { T: { type: source.dtype }, out_type: { type: "i32" } });
    return graph.node(
      "StridedSlice",
      [shape, graph.integers([source.axis]), graph.integers([source.axis + 1]), graph.integers([1])],
      {
        T: { type: "i32" },
        Index: { type: "i32" },
        begin_mask: { int: 0 },
        end_mask: { int: 0 },
        ellipsis_mask: { int: 0 },
        new_axis_mask: { int: 0 },
        shrink_axis_mask: { int: 1 },
      },
    );
  }
  /** Product of all axes but the last, as an i32 scalar. */
  rows(type: Type): string {
    const sizes = type.shape.slice(0, -1);
    const count = sizes.reduce<number>((p, d) => (typeof d === "number" ? p * d : p), 1);
    const named = sizes.filter((d) => typeof d === "string").map((d) => this.size(d));
    const all = count === 1 && named.length ? named : [this.graph.integer(count), ...named];
    return all.reduce((a, b) => this.graph.node("Mul", [a, b], { T: { type: "i32" } }));
  }

  /** Makes a node with the single attribute T, by default the inputs' dtype; plain numbers adopt that dtype. */
  op(op: string, inputs: readonly string[], type = this.common(op, inputs)): string {
    const fitting = type === "bf16" ? inputs.map((x) => this.graph.brain(x)) : inputs;
    return this.graph.node(op, fitting, { T: { type } });
  }
  private common(op: string, inputs: readonly string[]): TensorflowTypeName {
    const values = op === "SelectV2" ? inputs.slice(1) : inputs;
    return this.graph.typeOf(values.find((x) => !this.graph.isNumber(x)) ?? values[0]!);
  }
  /** Casts a tensor to a dtype unless it already has it. */
  to(tensor: string, type: TensorflowTypeName): string {
    const from = this.graph.typeOf(tensor);
    return from === type ? tensor : this.cast(tensor, from, type);
  }
  cast(tensor: string, from: TensorflowTypeName, to: TensorflowTypeName): string {
    return this.graph.node("Cast", [tensor], { SrcT: { type: from }, DstT: { type: to }, Truncate: { bool: false } });
  }
  product(
    a: string,
    b: string,
    options: { readonly ta?: boolean; readonly tb?: boolean; readonly type?: TensorflowTypeName } = {},
  ): string {
    return this.graph.node("MatMul", [a, b], {
      T: { type: options.type ?? this.graph.typeOf(a) },
      transpose_a: { bool: options.ta ?? false },
      transpose_b: { bool: options.tb ?? false },
    });
  }
  batchProduct(
    a: string,
    b: string,
    options: { readonly ta?: boolean; readonly tb?: boolean; readonly type?: TensorflowTypeName } = {},
  ): string {
    return this.graph.node("BatchMatMulV2", [a, b], {
      T: { type: options.type ?? this.graph.typeOf(a) },
      adj_x: { bool: options.ta ?? false },
      adj_y: { bool: options.tb ?? false },
    });
  }
  reduce(op: string, x: string, axes: readonly number[], keep: boolean, type = this.graph.typeOf(x)): string {
    return this.graph.node(op, [x, this.graph.integers(axes)], {
      T: { type },
      Tidx: { type: "i32" },
      keep_dims: { bool: keep },
    });
  }
  transpose(x: string, order: readonly number[], type = this.graph.typeOf(x)): string {
    return this.graph.node("Transpose", [x, this.graph.integers(order)], { T: { type }, Tperm: { type: "i32" } });
  }
}
