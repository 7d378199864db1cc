/** Builder of a TensorFlow graph: nodes are named by number; equal stateless nodes are made once. */
import { toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { TensorflowAttributeValue, GraphNode, TensorflowTypeName } from "./saved-model.js";

export type Attributes = Readonly<Record<string, TensorflowAttributeValue>>;

/** Ops with an effect: each call is a separate node. */
const STATEFUL = /^(Assign|Resource|TunebookAdamW|VarHandleOp|ReadVariableOp|Placeholder)/;
const COMPARISON = /^(Equal|NotEqual|Less|LessEqual|Greater|GreaterEqual|Logical\w+)$/;
/** Attributes with the dtype of the first output, most specific first. */
const TYPE_ATTRIBUTES = ["DstT", "type", "out_type", "output_type", "dtype", "T", "Tparams", "Tidx"] as const;

export class TensorflowGraph {
  private readonly made: GraphNode[] = [];
  private readonly known = new Map<string, string>();
  private readonly types = new Map<string, TensorflowTypeName>();
  /** Bytes of the constant f32 scalars, by name. */
  private readonly numbers = new Map<string, Uint8Array>();
  private scope = "";
  private order: { readonly waits: readonly string[]; readonly added: Set<string> } | null = null;

  get nodes(): readonly GraphNode[] {
    return this.made;
  }
  /** Names of nodes made in `body` begin with `scope/`; nodes are shared only within a scope. */
  in<T>(scope: string, body: () => T): T {
    const before = this.scope;
    this.scope = `${scope}/`;
    try {
      return body();
    } finally {
      this.scope = before;
    }
  }
  /**
   * Nodes made in `body` start only after the nodes `waits` (names). Nodes with different waits are never shared, so a
   * computation can be repeated later.
   */
  after<T>(waits: readonly string[], body: () => T): T {
    const before = this.order;
    this.order = waits.length > 0 ? { waits: waits.map(producer), added: new Set() } : null;
    try {
      return body();
    } finally {
      this.order = before;
    }
  }
  /** Appends a node; returns its name, which stands for its first output. */
  node(op: string, given: readonly string[], attributes: Attributes = {}): string {
    const inputs = this.ordered(op, given);
    const key = STATEFUL.test(op) ? "" : this.scope + op + inputs.join() + JSON.stringify(attributes);
    const known = this.known.get(key);
    const name = known ?? `${this.scope}${op.replace(/^_/, "")}_${this.made.length}`;
    if (known === undefined) {
      this.made.push({ name, op, inputs, attributes });
      this.types.set(name, outputType(op, attributes));
      if (key) this.known.set(key, name);
    }
    if (op !== "Const") this.order?.added.add(name);
    return name;
  }
  /** Appends a node with a fixed name that a file's readers request. */
  named(name: string, op: string, inputs: readonly string[], attributes: Attributes): string {
    this.made.push({ name, op, inputs, attributes });
    this.types.set(name, outputType(op, attributes));
    return name;
  }
  /**
   * Adds control inputs; a node that reads one made in the same `after` already waits through it, and constants do not
   * wait.
   */
  private ordered(op: string, inputs: readonly string[]): readonly string[] {
    const { order } = this;
    if (!order || op === "Const" || inputs.some((input) => order.added.has(producer(input)))) return inputs;
    return [...inputs, ...order.waits.map((name) => `^${name}`)];
  }
  /** Whether it is a constant scalar. */
  isNumber(tensor: string): boolean {
    return this.numbers.has(tensor);
  }
  /** Returns a constant f32 scalar as bf16; other tensors unchanged. */
  brain(tensor: string): string {
    const value = this.numbers.get(tensor);
    return value
      ? this.constant("bf16", [], toNDArray("bf16", makeArrayValues([], new Float32Array(value.slice().buffer))).bytes)
      : tensor;
  }
  /** Returns the dtype of a tensor (of a node's first output; other outputs are not distinguished). */
  typeOf(tensor: string): TensorflowTypeName {
    return this.types.get(producer(tensor)) ?? "f32";
  }
  constant(type: TensorflowTypeName, shape: readonly number[], bytes: Uint8Array): string {
    const name = this.node("Const", [], { dtype: { type }, value: { tensor: { type, shape, bytes } } });
    if (type === "f32" && shape.length === 0) this.numbers.set(name, bytes);
    return name;
  }
  /** Adds a large constant without comparing its bytes with other constants. */
  weight(type: TensorflowTypeName, shape: readonly number[], bytes: Uint8Array): string {
    const name = `${this.scope}weight_${this.made.length}`;
    return this.named(name, "Const", [], { dtype: { type }, value: { tensor: { type, shape, bytes } } });
  }
  float(value: number): string {
    return this.constant("f32", [], new Uint8Array(Float32Array.of(value).buffer));
  }
  double(value: number): string {
    return this.constant("f64", [], new Uint8Array(Float64Array.of(value).buffer));
  }
  integer(value: number): string {
    return this.constant("i32", [], new Uint8Array(Int32Array.of(value).buffer));
  }
  integers(list: readonly number[]): string {
    return this.constant("i32", [list.length], new Uint8Array(Int32Array.from(list).buffer));
  }
}

/** Returns the node that produces a tensor. */
function producer(tensor: string): string {
  return tensor.replace(/^\^|:\d+$/g, "");
}
function outputType(op: string, attributes: Attributes): TensorflowTypeName {
  if (COMPARISON.test(op)) return "bool";
  for (const name of TYPE_ATTRIBUTES) {
    const value = attributes[name];
    if (value && "type" in value) return value.type;
  }
  return "f32";
}
