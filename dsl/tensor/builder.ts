/**
 * Builds programs with a `Graph`: each call appends a node and infers its types at once, so that a mismatch is reported
 * where it is written, with the path of the layer. Equal nodes are made once (common sub-expressions).
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type {
  Attribute,
  Attributes,
  Dimension,
  DType,
  NDArray,
  Node,
  Program,
  Ref,
  TensorState,
  Type,
  StateUpdate,
} from "./program.js";
import { OPTIONAL_ATTENTION_INPUTS } from "./ops/shared/heads.js";
import type { RotaryFrequencies } from "./numbers/rope.js";
import { OpInputError, sameShape, typeText } from "./shape.js";
import { opNamed, type AttributesOf, type InputsOf, type OpName, type OutputsOf } from "./table.js";
import { NodeTensor } from "./node-tensor.js";
import type { GraphBuilder, AttributesArgument, OpSignature, Tensor, TensorPerType } from "./tensor.js";
import { scalarNDArray } from "./values.js";

export interface DropoutOptions {
  readonly rate: number;
  readonly seed: number;
  /**
   * i32, changes the mask each step: a scalar, or one number per element of the first axis, each with a mask of its
   * own.
   */
  readonly step: Tensor;
}

export interface RopeOptions {
  readonly heads: number;
  readonly frequencies: RotaryFrequencies["frequencies"];
  /** Defaults to 1. */
  readonly factor?: number;
  /** Rotates neighbouring elements as pairs; by default the halves, as in LLaMA. */
  readonly interleaved?: boolean;
}

/** Which keys a query sees and how scores are computed; see the op `attention`. */
export interface AttentionOptions {
  readonly heads: number;
  /** Number of k and v heads, each shared by neighbouring query heads; defaults to `heads`. */
  readonly keyValueHeads?: number;
  /** i32 [batch, keys]; 0 hides a key. */
  readonly mask?: Tensor;
  /** Hides later keys from each query. */
  readonly causal?: boolean;
  /** A query sees only keys less than this many positions away. */
  readonly window?: number;
  /** i32 [batch, length], with as many keys as queries: a query sees only keys of its own segment. */
  readonly segments?: Tensor;
  /** Added to the scores, [heads or 1, length, keys]. */
  readonly bias?: Tensor;
  /** i32 scalar: the first query's position among the keys; defaults to 0. */
  readonly offset?: Tensor;
  readonly scale: number;
  /** Caps scores to cap · tanh(score / cap); by default they are not capped. */
  readonly cap?: number;
  readonly dropout?: DropoutOptions;
}

export class Graph implements GraphBuilder {
  private readonly nodes: Node[] = [];
  private readonly inputs: Record<string, { type: Type; ref: Ref }> = {};
  private readonly outputs: Record<string, Ref> = {};
  private readonly states: Record<string, TensorState> = {};
  private readonly updated = new Map<string, StateUpdate>();
  private readonly known = new Map<string, readonly Tensor[]>();
  private path: readonly string[] = [];
  private sites = 0;

  /** A value fed on each run. */
  input(name: string, type: Type): Tensor {
    const [tensor] = this.append("input", [], { name }, [type]);
    this.inputs[name] = { type, ref: tensor!.ref };
    return tensor!;
  }
  /** A value stored in the engine between runs; reading it gives the value before the run's updates. */
  state(name: string, state: TensorState): Tensor {
    const old = this.states[name];
    if (old && (old.type.dtype !== state.type.dtype || !sameShape(old.type.shape, state.type.shape)))
      throw new CodedError("graph-invalid", {
        problem: `state "${name}" is ${typeText(old.type)} and ${typeText(state.type)}`,
      });
    this.states[name] ??= state;
    return this.append("state", [], { name }, [state.type])[0]!;
  }
  /** Returns the state that was declared under this name; it must exist. */
  stateNamed(name: string): TensorState {
    return this.states[name]!;
  }
  constant(value: NDArray): Tensor {
    return this.append("constant", [], { value }, [{ dtype: value.dtype, shape: value.shape }])[0]!;
  }
  number(value: number, dtype: DType = "f32"): Tensor {
    return this.constant(scalarNDArray(dtype, value));
  }
  output(name: string, tensor: Tensor): void {
    this.outputs[name] = tensor.ref;
  }
  /**
   * After the run, state `name` holds `value`. With `slice`, only the part along `axis` from `start` (an i32 scalar)
   * changes, or the rows listed in `start`.
   */
  update(name: string, value: Tensor, slice?: { readonly axis: number; readonly start: Tensor }): void {
    this.updated.set(name, {
      state: name,
      value: value.ref,
      ...(slice && { at: { axis: slice.axis, start: slice.start.ref } }),
    });
  }
  /** Returns the value of state `name` after the run, if updated in full; undefined if there is no full update. */
  after(name: string): Tensor | undefined {
    const update = this.updated.get(name);
    return update && !update.at ? this.tensor(update.value) : undefined;
  }
  /** Nodes made in `body` carry `path`; nested paths are joined with dots. */
  withPath<T>(path: string, body: () => T): T {
    const before = this.path;
    this.path = [...before, path];
    try {
      return body();
    } finally {
      this.path = before;
    }
  }
  /** Appends a node of an op, given by its table name or its record, and returns its outputs. */
  apply<N extends OpName>(
    name: N,
    inputs: InputsOf<N, Tensor>,
    ...given: AttributesArgument<AttributesOf<N>>
  ): OutputsOf<N, Tensor>;
  apply<I extends readonly Type[], O extends readonly Type[], A extends Attributes>(
    op: OpSignature<I, O, A>,
    inputs: TensorPerType<NoInfer<I>>,
    ...given: AttributesArgument<A>
  ): TensorPerType<O>;
  apply(
    op: string | OpSignature<readonly Type[], readonly Type[], Attributes>,
    inputs: readonly Tensor[],
    given?: Attributes,
  ) {
    return this.made(typeof op === "string" ? opNamed(op) : op, inputs, given);
  }
  /** Same as `apply`, for a name known only at run time. */
  applyNamed(name: string, inputs: readonly Tensor[], attributes?: Attributes): readonly Tensor[] {
    return this.made(opNamed(name), inputs, attributes);
  }
  /** Same as `apply`, but returns the first output alone. */
  one<N extends OpName>(name: N, inputs: InputsOf<N, Tensor>, ...given: AttributesArgument<AttributesOf<N>>): Tensor;
  one<I extends readonly Type[], A extends Attributes>(
    op: OpSignature<I, readonly Type[], A>,
    inputs: TensorPerType<NoInfer<I>>,
    ...given: AttributesArgument<A>
  ): Tensor;
  one(
    op: string | OpSignature<readonly Type[], readonly Type[], Attributes>,
    inputs: readonly Tensor[],
    given?: Attributes,
  ) {
    return this.made(typeof op === "string" ? opNamed(op) : op, inputs, given)[0]!;
  }
  again({ op, attributes }: Node, inputs: readonly Tensor[]): Tensor {
    return this.made(opNamed(op), inputs, attributes)[0]!;
  }
  private made(
    op: OpSignature<readonly Type[], readonly Type[], Attributes>,
    inputs: readonly Tensor[],
    attributes: Attributes = {},
  ): readonly Tensor[] {
    const types = inputs.map((t) => t.type);
    try {
      return this.append(op.name, inputs, attributes, op.type(types, attributes));
    } catch (e) {
      if (!(e instanceof OpInputError)) throw e;
      throw new CodedError("graph-type", {
        op: op.name,
        path: this.path.join("."),
        problem: e.message,
        inputs: types.map(typeText),
      });
    }
  }
  /**
   * Attention of q [batch, length, heads × size] over k, v [batch, keys, keyValueHeads × size]; the result has q's
   * shape.
   */
  attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
    const { heads, scale, dropout, keyValueHeads = heads, causal = false, window = 0 } = options;
    const extras = { segments: options.segments, bias: options.bias, offset: options.offset, step: dropout?.step };
    const given = OPTIONAL_ATTENTION_INPUTS.filter((name) => extras[name] !== undefined);
    const more = given.flatMap((name) => extras[name] ?? []);
    const drop = dropout
      ? { rate: dropout.rate, seed: dropout.seed, site: this.sites++ }
      : { rate: 0, seed: 0, site: 0 };
    const bend = options.cap ? { cap: options.cap } : {};
    const attributes = { heads, key_value_heads: keyValueHeads, causal, window, scale, ...bend, ...drop, given };
    return this.one("attention", [q, k, v, options.mask ?? this.number(1, "i32"), ...more], attributes);
  }
  /**
   * Rotates each head of x [batch, length, heads × size] by its position (i32 [batch, length] or [length]).
   * `frequencies` and `factor` are those that `ropeFrequencies` returns for the model.
   */
  rope(x: Tensor, positions: Tensor, options: RopeOptions): Tensor {
    const { heads, frequencies, factor = 1, interleaved = false } = options;
    return this.one("rope", [x, positions], { heads, frequencies, factor, interleaved });
  }
  /**
   * Zeroes a share `rate` of x and scales the rest by 1/(1 − rate). Each call is a site of its own, so no two masks are
   * equal.
   */
  dropout(x: Tensor, options: DropoutOptions): Tensor {
    if (options.rate === 0) return x;
    return this.one("dropout", [x, options.step], { rate: options.rate, seed: options.seed, site: this.sites++ });
  }
  /** Concatenates along `axis`. `size`: the total size along it, required where several sizes have names. */
  concat(tensors: readonly Tensor[], axis: number, size?: Dimension): Tensor {
    if (tensors.length === 1) return tensors[0]!;
    return this.one("concat", tensors, size === undefined ? { axis } : { axis, size });
  }
  nodeOf(tensor: Tensor): Node {
    return this.nodes[tensor.ref.node]!;
  }
  tensor(ref: Ref): Tensor {
    return new NodeTensor(this, ref, this.nodes[ref.node]!.types[ref.output]!);
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
    const outputs = types.map((type, output) => new NodeTensor(this, { node: index, output }, type));
    this.known.set(key, outputs);
    return outputs;
  }
}

function keyOf(op: string, inputs: readonly Tensor[], attributes: Attributes): string {
  return `${op}(${inputs.map((t) => `${t.ref.node}:${t.ref.output}`).join()})${written(attributes)}`;
}
/** Serializes attributes. Most have few, plain values, for which JSON is far faster without a replacer. */
function written(attributes: Attributes): string {
  const plain = Object.values(attributes).every((value) => typeof value !== "object");
  return plain ? JSON.stringify(attributes) : JSON.stringify(attributes, brief);
}
function brief(_: string, value: Attribute): unknown {
  if (value instanceof Uint8Array) return (value as Uint8Array).join();
  return value;
}
