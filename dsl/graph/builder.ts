/**
 * Programs are written with a `Graph`: each call appends a node whose types are inferred at once, so that a misfit is
 * reported where it is written, with the path of the layer. Equal nodes are made once (common sub-expressions).
 */
import { CodedError } from "#dsl/check/codes.js";
import "./codes.js";
import type {
  Attribute,
  Attributes,
  Dimension,
  DType,
  NDArray,
  Node,
  Program,
  Ref,
  State,
  Type,
  Update,
} from "./program.js";
import type { Smooth } from "./gelu.js";
import { EXTRAS } from "./heads.js";
import { chunksFor } from "./head.js";
import { smoothingOfHead, weightedCrossEntropy } from "./losses.js";
import { takePosition } from "./position.js";
import type { Rotation } from "./rope.js";
import { Misfit, sameShape, typeText } from "./shape.js";
import { opNamed } from "./table.js";
import { scalar } from "./values.js";

/** A value in a graph: one output of one node. Numbers stand for scalars of the tensor's own dtype. */
export class Tensor {
  constructor(
    readonly graph: Graph,
    readonly ref: Ref,
    readonly type: Type,
  ) {}
  get shape(): readonly Dimension[] {
    return this.type.shape;
  }
  get dtype(): DType {
    return this.type.dtype;
  }
  get rank(): number {
    return this.type.shape.length;
  }
  private one(op: string, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
    return this.graph.one(op, inputs, attributes);
  }
  private with(op: string, other: Tensor | number): Tensor {
    return this.one(op, [this, this.like(other)]);
  }
  private like(x: Tensor | number): Tensor {
    return typeof x === "number" ? this.graph.constant(scalar(this.dtype, x)) : x;
  }
  add(x: Tensor | number): Tensor {
    return this.with("add", x);
  }
  subtract(x: Tensor | number): Tensor {
    return this.with("subtract", x);
  }
  multiply(x: Tensor | number): Tensor {
    return this.with("multiply", x);
  }
  divide(x: Tensor | number): Tensor {
    return this.with("divide", x);
  }
  maximum(x: Tensor | number): Tensor {
    return this.with("maximum", x);
  }
  minimum(x: Tensor | number): Tensor {
    return this.with("minimum", x);
  }
  equal(x: Tensor | number): Tensor {
    return this.with("equal", x);
  }
  less(x: Tensor | number): Tensor {
    return this.with("less", x);
  }
  greater(x: Tensor | number): Tensor {
    return this.with("greater", x);
  }
  notEqual(x: Tensor | number): Tensor {
    return this.with("not_equal", x);
  }
  lessEqual(x: Tensor | number): Tensor {
    return this.with("less_equal", x);
  }
  greaterEqual(x: Tensor | number): Tensor {
    return this.with("greater_equal", x);
  }
  power(x: Tensor | number): Tensor {
    return this.with("power", x);
  }
  /** `this` is bool, as for the next two. */
  and(x: Tensor): Tensor {
    return this.with("logical_and", x);
  }
  or(x: Tensor): Tensor {
    return this.with("logical_or", x);
  }
  not(): Tensor {
    return this.one("logical_not", [this]);
  }
  /** The same value; no gradient flows through it. */
  detach(): Tensor {
    return this.one("detach", [this]);
  }
  sign(): Tensor {
    return this.one("sign", [this]);
  }
  floor(): Tensor {
    return this.one("floor", [this]);
  }
  negate(): Tensor {
    return this.one("negate", [this]);
  }
  exp(): Tensor {
    return this.one("exp", [this]);
  }
  log(): Tensor {
    return this.one("log", [this]);
  }
  sqrt(): Tensor {
    return this.one("sqrt", [this]);
  }
  rsqrt(): Tensor {
    return this.one("rsqrt", [this]);
  }
  tanh(): Tensor {
    return this.one("tanh", [this]);
  }
  sigmoid(): Tensor {
    return this.one("sigmoid", [this]);
  }
  erf(): Tensor {
    return this.one("erf", [this]);
  }
  square(): Tensor {
    return this.one("square", [this]);
  }
  abs(): Tensor {
    return this.one("abs", [this]);
  }
  relu(): Tensor {
    return this.one("relu", [this]);
  }
  softplus(): Tensor {
    return this.one("softplus", [this]);
  }
  silu(): Tensor {
    return this.one("silu", [this]);
  }
  /** `approximate`: true by tanh, "quick" by a sigmoid. */
  gelu(o: { readonly approximate?: boolean | "quick" } = {}): Tensor {
    return this.one("gelu", [this], { approximate: o.approximate ?? false });
  }
  /** i32 [...]: the place of the greatest along the last axis, the first of equals. */
  argmax(): Tensor {
    return this.one("argmax", [this]);
  }
  /** activation(this) · b. */
  gated(b: Tensor, activation: Smooth): Tensor {
    return this.one("gated", [this, b], { activation });
  }
  softmax(): Tensor {
    return this.one("softmax", [this]);
  }
  logSoftmax(): Tensor {
    return this.one("log_softmax", [this]);
  }
  /** `this` is bool: elementwise `a` where true, `b` elsewhere. */
  select(a: Tensor, b: Tensor): Tensor {
    return this.one("select", [this, a, b]);
  }
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : this.one("cast", [this], { dtype });
  }
  reshape(shape: readonly Dimension[]): Tensor {
    return sameShape(shape, this.shape) ? this : this.one("reshape", [this], { shape });
  }
  /** Axis i of the result is axis `order[i]` of this; a transposition that undoes another gives what that one took. */
  transpose(order: readonly number[]): Tensor {
    const { op, inputs, attributes } = this.graph.nodeOf(this);
    const before = op === "transpose" ? (attributes["order"] as readonly number[]) : [];
    if (before.length && order.every((axis, i) => before[axis] === i)) return this.graph.tensor(inputs[0]!);
    return this.one("transpose", [this], { order });
  }
  /** From `start` on, `size` elements of one axis; see the op for axes of a named size. */
  slice(axis: number, start: number, size: Dimension): Tensor {
    return this.one("slice", [this], { axis, start, size });
  }
  /** Parts of the given sizes along one axis. */
  split(axis: number, sizes: readonly number[]): readonly Tensor[] {
    return this.graph.apply("split", [this], { axis, sizes });
  }
  /** Rows of `this` ([rows, ...]) at i32 `indices` of any shape. */
  gather(indices: Tensor): Tensor {
    return this.one("gather", [this, indices]);
  }
  /**
   * `this`: a cache [batch, capacity, ...]. Its first `size` rows with `rows` placed from `start` (i32 scalar) on. Where the
   * program also writes these rows there (`update(..., { axis: 1, start })`), engines do it in place.
   */
  extended(rows: Tensor, start: Tensor, size: Dimension): Tensor {
    return this.one("extend_cache", [this, rows, start], { size });
  }
  private reduce(op: string, over: readonly number[] | undefined, keep: boolean): Tensor {
    const all = over ?? Array.from({ length: this.rank }, (_, i) => i);
    const axes = all.map((axis) => (axis < 0 ? axis + this.rank : axis)).sort((a, b) => a - b);
    return this.one(op, [this], { axes, keep });
  }
  sum(axes?: readonly number[], keep = false): Tensor {
    return this.reduce("reduce_sum", axes, keep);
  }
  mean(axes?: readonly number[], keep = false): Tensor {
    return this.reduce("reduce_mean", axes, keep);
  }
  max(axes?: readonly number[], keep = false): Tensor {
    return this.reduce("reduce_max", axes, keep);
  }
  min(axes?: readonly number[], keep = false): Tensor {
    return this.reduce("reduce_min", axes, keep);
  }
  cumulativeSum(axis: number, o: { readonly exclusive?: boolean; readonly reverse?: boolean } = {}): Tensor {
    const attributes = { axis, exclusive: o.exclusive ?? false, reverse: o.reverse ?? false };
    return this.one("cumulative_sum", [this], attributes);
  }
  /** Rows of `more` [...indices, ...row] added to the rows of `this` at i32 `indices`. */
  scatterAdd(indices: Tensor, more: Tensor): Tensor {
    return this.one("scatter_add", [this, indices, more]);
  }
  /** this: i32 indices [...] → f32 [..., depth]; all 0 for an index outside. */
  oneHot(depth: number): Tensor {
    return this.one("one_hot", [this], { depth });
  }
  /** Batched product over the last two axes, either side transposed on the way. */
  matmul(x: Tensor, o: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {}): Tensor {
    return this.one("matmul", [this, x], { transpose_a: o.transposeA ?? false, transpose_b: o.transposeB ?? false });
  }
  /** this · weightᵀ + bias over the last axis; weight [out, in], bias [out]. */
  linear(weight: Tensor, bias?: Tensor): Tensor {
    return this.one("linear", bias ? [this, weight, bias] : [this, weight]);
  }
  /** [batch, length, n] → [batch, n] at one position. */
  takePosition(position: number): Tensor {
    return takePosition(this, position);
  }
  /** [batch, length, n] → [m, n]: rows of the flattened batch · length at i32 `rows` [m]. */
  takeRows(rows: Tensor): Tensor {
    return this.one("take_rows", [this, rows]);
  }
  /**
   * Cross-entropy of the logits this · weightᵀ (+ bias), which are made in chunks and never held whole. this [m, n];
   * weight [vocabulary, n]; labels i32 [m], −100 where a row doesn't count. `chunks`: absent, by the vocabulary's size.
   */
  headLoss(
    weight: Tensor,
    labels: Tensor,
    o: {
      readonly reduction: "mean" | "sum";
      readonly bias?: Tensor;
      readonly chunks?: number;
      /** Label smoothing: this share of each label is spread over the vocabulary. */
      readonly smoothing?: number;
    },
  ): Tensor {
    const chunks = o.chunks ?? chunksFor(weight.shape[0]!);
    const settings = { ignore: -100, reduction: o.reduction, chunks };
    const sharp = this.one("head_loss", [this, weight, labels, ...(o.bias ? [o.bias] : [])], settings);
    const { smoothing } = o;
    return smoothing ? sharp.add(smoothingOfHead(this, weight, labels, { ...o, smoothing })) : sharp;
  }
  /**
   * this: logits [..., classes]; labels i32 [...], −100 where a row doesn't count. Mean or sum over the rows that do.
   * `smoothing`: share of each label that is spread over all classes; `weights` [classes].
   */
  crossEntropy(
    labels: Tensor,
    o: { readonly reduction: "mean" | "sum"; readonly smoothing?: number; readonly weights?: Tensor },
  ): Tensor {
    if (o.smoothing || o.weights) return weightedCrossEntropy(this, labels, o);
    return this.one("cross_entropy", [this, labels], { ignore: -100, reduction: o.reduction });
  }
  layerNorm(scale: Tensor, bias: Tensor, epsilon: number): Tensor {
    return this.one("layer_norm", [this, scale, bias], { epsilon });
  }
  /** `offset` is added to the scale: 1 in Gemma, whose weights are kept less one. */
  rmsNorm(scale: Tensor, epsilon: number, offset = 0): Tensor {
    return this.one("rms_norm", [this, scale], { epsilon, offset });
  }
}

export interface DropoutOptions {
  readonly rate: number;
  readonly seed: number;
  /** i32 scalar: another mask each step. */
  readonly step: Tensor;
}

export interface RopeOptions {
  readonly heads: number;
  readonly frequencies: Rotation["frequencies"];
  /** Absent: 1. */
  readonly factor?: number;
  /** Pairs are neighbours; absent: halves, as in LLaMA. */
  readonly interleaved?: boolean;
}

/** What a query sees and how scores are made; see the op `attention`. */
export interface GraphAttention {
  readonly heads: number;
  /** Heads of k and v, each shared by neighbouring query heads; absent: as many as `heads`. */
  readonly keyValueHeads?: number;
  /** i32 [batch, keys], 0 hides a key. */
  readonly mask?: Tensor;
  /** A query sees no later key. */
  readonly causal?: boolean;
  /** A query sees keys less than this many positions away. */
  readonly window?: number;
  /** i32 [batch, length], as many keys as queries: a query sees keys of its own segment only. */
  readonly segments?: Tensor;
  /** Added to the scores, [heads or 1, length, keys]. */
  readonly bias?: Tensor;
  /** i32 scalar: the first query's position among the keys; absent: 0. */
  readonly offset?: Tensor;
  readonly scale: number;
  readonly dropout?: DropoutOptions;
}

export class Graph {
  private readonly nodes: Node[] = [];
  private readonly inputs: Record<string, { type: Type; ref: Ref }> = {};
  private readonly outputs: Record<string, Ref> = {};
  private readonly states: Record<string, State> = {};
  private readonly updated = new Map<string, Update>();
  private readonly known = new Map<string, readonly Tensor[]>();
  private path: readonly string[] = [];
  private sites = 0;

  /** A value fed at each run. */
  input(name: string, type: Type): Tensor {
    const [tensor] = this.append("input", [], { name }, [type]);
    this.inputs[name] = { type, ref: tensor!.ref };
    return tensor!;
  }
  /** A value that stays in the engine between runs; reading it gives the value before the run's updates. */
  state(name: string, state: State): Tensor {
    const old = this.states[name];
    if (old && (old.type.dtype !== state.type.dtype || !sameShape(old.type.shape, state.type.shape)))
      throw new CodedError("graph-invalid", {
        problem: `state "${name}" is ${typeText(old.type)} and ${typeText(state.type)}`,
      });
    this.states[name] ??= state;
    return this.append("state", [], { name }, [state.type])[0]!;
  }
  /** What was said of a state; it must have been asked for. */
  stateNamed(name: string): State {
    return this.states[name]!;
  }
  constant(value: NDArray): Tensor {
    return this.append("constant", [], { value }, [{ dtype: value.dtype, shape: value.shape }])[0]!;
  }
  number(value: number, dtype: DType = "f32"): Tensor {
    return this.constant(scalar(dtype, value));
  }
  output(name: string, tensor: Tensor): void {
    this.outputs[name] = tensor.ref;
  }
  /** After the run, state `name` holds `value`; `at`: only the part along `axis` from `start` (an i32 scalar) on. */
  update(name: string, value: Tensor, at?: { readonly axis: number; readonly start: Tensor }): void {
    this.updated.set(name, {
      state: name,
      value: value.ref,
      ...(at && { at: { axis: at.axis, start: at.start.ref } }),
    });
  }
  /** Nodes made in `body` carry `path` (nested paths are joined by dots). */
  at<T>(path: string, body: () => T): T {
    const before = this.path;
    this.path = [...before, path];
    try {
      return body();
    } finally {
      this.path = before;
    }
  }
  /** Appends a node of any op of the table and gives its outputs. */
  apply(name: string, inputs: readonly Tensor[], attributes: Attributes = {}): readonly Tensor[] {
    const op = opNamed(name);
    const types = inputs.map((t) => t.type);
    try {
      return this.append(name, inputs, attributes, op.type(types, attributes));
    } catch (e) {
      if (!(e instanceof Misfit)) throw e;
      throw new CodedError("graph-type", {
        op: name,
        path: this.path.join("."),
        problem: e.message,
        inputs: types.map(typeText),
      });
    }
  }
  one(name: string, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
    return this.apply(name, inputs, attributes)[0]!;
  }
  /** q [batch, length, heads × size]; k, v [batch, keys, keyValueHeads × size] → as q. */
  attention(q: Tensor, k: Tensor, v: Tensor, o: GraphAttention): Tensor {
    const { heads, scale, dropout, keyValueHeads = heads, causal = false, window = 0 } = o;
    const extras = { segments: o.segments, bias: o.bias, offset: o.offset, step: dropout?.step };
    const given = EXTRAS.filter((name) => extras[name] !== undefined);
    const inputs = [q, k, v, o.mask ?? this.number(1, "i32"), ...given.map((name) => extras[name]!)];
    const drop = dropout
      ? { rate: dropout.rate, seed: dropout.seed, site: this.sites++ }
      : { rate: 0, seed: 0, site: 0 };
    const attributes = { heads, key_value_heads: keyValueHeads, causal, window, scale, ...drop, given };
    return this.one("attention", inputs, attributes);
  }
  /**
   * Turns each head of x [batch, length, heads × size] by its position (i32 [batch, length] or [length]). `frequencies` and
   * `factor`: what `ropeFrequencies` gives for the model.
   */
  rope(x: Tensor, positions: Tensor, o: RopeOptions): Tensor {
    const { heads, frequencies, factor = 1, interleaved = false } = o;
    return this.one("rope", [x, positions], { heads, frequencies, factor, interleaved });
  }
  /** Zeroes a share `rate` of x and scales the rest by 1/(1 − rate); a site of its own, so no two masks are alike. */
  dropout(x: Tensor, o: DropoutOptions): Tensor {
    if (o.rate === 0) return x;
    return this.one("dropout", [x, o.step], { rate: o.rate, seed: o.seed, site: this.sites++ });
  }
  concat(tensors: readonly Tensor[], axis: number): Tensor {
    return tensors.length === 1 ? tensors[0]! : this.one("concat", tensors, { axis });
  }
  /** The node a tensor comes from. */
  nodeOf(tensor: Tensor): Node {
    return this.nodes[tensor.ref.node]!;
  }
  tensor(ref: Ref): Tensor {
    return new Tensor(this, ref, this.nodes[ref.node]!.types[ref.output]!);
  }
  /** All nodes so far, in order. */
  get table(): readonly Node[] {
    return this.nodes;
  }
  program(): Program {
    return {
      nodes: [...this.nodes],
      inputs: { ...this.inputs },
      outputs: { ...this.outputs },
      state: { ...this.states },
      updates: [...this.updated.values()],
    };
  }

  private append(
    op: string,
    inputs: readonly Tensor[],
    attributes: Attributes,
    types: readonly Type[],
  ): readonly Tensor[] {
    const key = keyOf(op, inputs, attributes);
    const known = this.known.get(key);
    if (known) return known;
    const path = this.path.join(".");
    const index = this.nodes.length;
    this.nodes.push({ op, inputs: inputs.map((t) => t.ref), attributes, types, ...(path ? { path } : {}) });
    const outputs = types.map((type, output) => new Tensor(this, { node: index, output }, type));
    this.known.set(key, outputs);
    return outputs;
  }
}

function keyOf(op: string, inputs: readonly Tensor[], attributes: Attributes): string {
  return `${op}(${inputs.map((t) => `${t.ref.node}:${t.ref.output}`).join()})${JSON.stringify(attributes, brief)}`;
}
function brief(_: string, value: Attribute): unknown {
  if (value instanceof Uint8Array) return (value as Uint8Array).join();
  return value;
}
