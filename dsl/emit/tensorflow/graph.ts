/** A TensorFlow graph being written: nodes are named by number; equal stateless nodes are made once. */
import type { AttributeValue, GraphNode, TypeName } from "./saved-model.js";

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Ops with an effect: each call is a node of its own. */
const STATEFUL = /^(Assign|Resource|VarHandleOp|ReadVariableOp|Placeholder)/;

export class TensorflowGraph {
  private readonly made: GraphNode[] = [];
  private readonly known = new Map<string, string>();
  private scope = "";

  get nodes(): readonly GraphNode[] {
    return this.made;
  }
  /** Names of nodes made in `body` begin with `scope/`; nodes are shared within a scope only. */
  in<T>(scope: string, body: () => T): T {
    const before = this.scope;
    this.scope = `${scope}/`;
    try {
      return body();
    } finally {
      this.scope = before;
    }
  }
  /** Appends a node; gives its name, which stands for its first output. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const key = STATEFUL.test(op) ? "" : this.scope + op + inputs.join() + JSON.stringify(attributes);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const name = `${this.scope}${op.replace(/^_/, "")}_${this.made.length}`;
    this.made.push({ name, op, inputs, attributes });
    if (key) this.known.set(key, name);
    return name;
  }
  constant(type: TypeName, shape: readonly number[], bytes: Uint8Array): string {
    return this.node("Const", [], { dtype: { type }, value: { tensor: { type, shape, bytes } } });
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
