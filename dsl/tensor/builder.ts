/**
 * Programs are written with a `Graph`: each call appends a node whose types are inferred at once, so that a misfit is
 * reported where it is written, with the path of the layer. Equal nodes are made once (common sub-expressions).
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
import { EXTRA_INPUTS } from "./ops/shared/heads.js";
import type { Rotation } from "./numbers/rope.js";
import { OpInputError, sameShape, typeText } from "./shape.js";
import { opNamed, type AttributesOf, type InputsOf, type OpName, type OutputsOf } from "./table.js";
import { NodeTensor } from "./node-tensor.js";
import type { Builder, OptionalAttributes, OpSignature, Tensor, Tensors } from "./tensor.js";
import { scalar } from "./values.js";

export interface DropoutOptions {
  readonly rate: number;
  readonly seed: number;
  /** i32: another mask each step; a scalar, or a number for each of the first axis, of which each then has a mask of its own. */
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
export interface AttentionOptions {
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
  /** Scores are bent to cap · tanh(score / cap); absent: they stay as they are. */
  readonly cap?: number;
  readonly dropout?: DropoutOptions;
}

export class Graph implements Builder {
  private readonly nodes: Node[] = [];
  private readonly inputs: Record<string, { type: Type; ref: Ref }> = {};
  private readonly outputs: Record<string, Ref> = {};
  private readonly states: Record<string, TensorState> = {};
  private readonly updated = new Map<string, StateUpdate>();
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
  state(name: string, state: TensorState): Tensor {
    const old = this.states[name];
    if (old && (old.type.dtype !== state.type.dtype || !sameShape(old.type.shape, state.type.shape)))
      throw new CodedError("graph-invalid", {
        problem: `state "${name}" is ${typeText(old.type)} and ${typeText(state.type)}`,
      });
    this.states[name] ??= state;
    return this.append("state", [], { name }, [state.type])[0]!;
  }
  /** What was said of a state; it must have been asked for. */
  stateNamed(name: string): TensorState {
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
  /** After the run, state `name` holds `value`; `at`: only the part along `axis` from `start` (an i32 scalar) on, or the rows `start`. */
  update(name: string, value: Tensor, slice?: { readonly axis: number; readonly start: Tensor }): void {
    this.updated.set(name, {
      state: name,
      value: value.ref,
      ...(slice && { at: { axis: slice.axis, start: slice.start.ref } }),
    });
  }
  /** What state `name` holds after the run, as far as was written; undefined: nothing changes it as a whole. */
  after(name: string): Tensor | undefined {
    const update = this.updated.get(name);
    return update && !update.at ? this.tensor(update.value) : undefined;
  }
  /** Nodes made in `body` carry `path` (nested paths are joined by dots). */
  withPath<T>(path: string, body: () => T): T {
    const before = this.path;
    this.path = [...before, path];
    try {
      return body();
    } finally {
      this.path = before;
    }
  }
  /** Appends a node of an op, given by its name in the table or by its record, and gives its outputs. */
  apply<N extends OpName>(
    name: N,
    inputs: InputsOf<N, Tensor>,
    ...given: OptionalAttributes<AttributesOf<N>>
  ): OutputsOf<N, Tensor>;
  apply<I extends readonly Type[], O extends readonly Type[], A extends Attributes>(
    op: OpSignature<I, O, A>,
    inputs: Tensors<NoInfer<I>>,
    ...given: OptionalAttributes<A>
  ): Tensors<O>;
  apply(
    op: string | OpSignature<readonly Type[], readonly Type[], Attributes>,
    inputs: readonly Tensor[],
    given?: Attributes,
  ) {
    return this.made(typeof op === "string" ? opNamed(op) : op, inputs, given);
  }
  /** The same for a name that is known only when run. */
  applyNamed(name: string, inputs: readonly Tensor[], attributes?: Attributes): readonly Tensor[] {
    return this.made(opNamed(name), inputs, attributes);
  }
  /** The first output alone. */
  one<N extends OpName>(name: N, inputs: InputsOf<N, Tensor>, ...given: OptionalAttributes<AttributesOf<N>>): Tensor;
  one<I extends readonly Type[], A extends Attributes>(
    op: OpSignature<I, readonly Type[], A>,
    inputs: Tensors<NoInfer<I>>,
    ...given: OptionalAttributes<A>
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
  /** q [batch, length, heads × size]; k, v [batch, keys, keyValueHeads × size] → as q. */
  attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
    const { heads, scale, dropout, keyValueHeads = heads, causal = false, window = 0 } = options;
    const extras = { segments: options.segments, bias: options.bias, offset: options.offset, step: dropout?.step };
    const given = EXTRA_INPUTS.filter((name) => extras[name] !== undefined);
    const more = given.flatMap((name) => extras[name] ?? []);
    const drop = dropout
      ? { rate: dropout.rate, seed: dropout.seed, site: this.sites++ }
      : { rate: 0, seed: 0, site: 0 };
    const bend = options.cap ? { cap: options.cap } : {};
    const attributes = { heads, key_value_heads: keyValueHeads, causal, window, scale, ...bend, ...drop, given };
    return this.one("attention", [q, k, v, options.mask ?? this.number(1, "i32"), ...more], attributes);
  }
  /**
   * Turns each head of x [batch, length, heads × size] by its position (i32 [batch, length] or [length]). `frequencies` and
   * `factor`: what `ropeFrequencies` gives for the model.
   */
  rope(x: Tensor, positions: Tensor, options: RopeOptions): Tensor {
    const { heads, frequencies, factor = 1, interleaved = false } = options;
    return this.one("rope", [x, positions], { heads, frequencies, factor, interleaved });
  }
  /** Zeroes a share `rate` of x and scales the rest by 1/(1 − rate); a site of its own, so no two masks are alike. */
  dropout(x: Tensor, options: DropoutOptions): Tensor {
    if (options.rate === 0) return x;
    return this.one("dropout", [x, options.step], { rate: options.rate, seed: options.seed, site: this.sites++ });
  }
  /** `size`: what the sizes along `axis` are together, where several of them have names. */
  concat(tensors: readonly Tensor[], axis: number, size?: Dimension): Tensor {
    if (tensors.length === 1) return tensors[0]!;
    return this.one("concat", tensors, size === undefined ? { axis } : { axis, size });
  }
  /** The node a tensor comes from. */
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
/** Those of most nodes are few and plain: JSON goes through them far faster where it need not ask about each value. */
function written(attributes: Attributes): string {
  const plain = Object.values(attributes).every((value) => typeof value !== "object");
  return plain ? JSON.stringify(attributes) : JSON.stringify(attributes, brief);
}
function brief(_: string, value: Attribute): unknown {
  if (value instanceof Uint8Array) return (value as Uint8Array).join();
  return value;
}
