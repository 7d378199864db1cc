/** State as tfjs tensors, and the interpreter: each node's outputs live until their last use. */
import { bind, bindState } from "#dsl/graph/evaluate.js";
import type { NDArray, Node, Program, Ref, State, Update } from "#dsl/graph/program.js";
import { concrete, type Sizes } from "#dsl/graph/shape.js";
import type { Arrays, BackendSession, Programs } from "../host/backend.js";
import { isUnset, shapeOfState, zeros } from "../initial.js";
import { asFloats, asIntegers, bytesOf } from "../numbers.js";
import { placed } from "./caches.js";
import { kernels } from "./kernels.js";
import { numbers, tf, type T } from "./library.js";

export class TfjsSession implements BackendSession {
  private readonly programs = new Map<string, Program>();
  private readonly last = new Map<string, readonly number[]>();
  private readonly state = new Map<string, T>();
  private readonly states: Record<string, State> = {};

  add(programs: Programs, states: Readonly<Record<string, State>>): void {
    for (const [name, program] of Object.entries(programs)) {
      this.programs.set(name, program);
      this.last.set(name, lastUses(program));
    }
    for (const [name, state] of Object.entries(states)) {
      this.states[name] = state;
      if (isUnset(state)) this.drop(name);
      else if (!this.state.has(name)) this.write(name, null);
    }
  }

  run(name: string, feeds: Arrays, wanted: readonly string[]): Record<string, NDArray> {
    const program = this.programs.get(name)!;
    const sizes = bindState(program, bind(program, feeds), (state) => this.state.get(state)?.shape);
    const last = this.last.get(name)!;
    const done: (readonly T[])[] = [];
    const at = (ref: Ref): T => done[ref.node]![ref.output]!;
    try {
      program.nodes.forEach((node, i) => {
        done.push(this.compute(node, feeds, sizes, at));
        for (const { node: used } of node.inputs) if (last[used] === i) release(done, used);
        if (last[i] === i) release(done, i);
      });
      const outputs = Object.fromEntries(
        wanted.map((output) => {
          const ref = program.outputs[output]!;
          return [output, arrayOf(at(ref), program.nodes[ref.node]!.types[ref.output]!.dtype)];
        }),
      );
      // All new values are held before any old one goes: an update may read what another writes.
      const updates = program.updates.map((u) => [u.state, this.updated(u, at)] as const);
      for (const [state, value] of updates) this.put(state, value);
      return outputs;
    } finally {
      for (let i = 0; i < done.length; i++) release(done, i);
    }
  }

  read(name: string): NDArray {
    return arrayOf(this.state.get(name)!, this.states[name]!.type.dtype);
  }

  write(name: string, value: NDArray | null): void {
    const state = this.states[name]!;
    this.put(name, tensorOf(value ?? zeros(state.type.dtype, shapeOfState(name, state))));
  }

  dispose(): void {
    for (const tensor of this.state.values()) tensor.dispose();
    this.state.clear();
    this.programs.clear();
  }

  private put(name: string, value: T): void {
    this.drop(name);
    this.state.set(name, value);
  }

  private drop(name: string): void {
    this.state.get(name)?.dispose();
    this.state.delete(name);
  }

  /** What a state holds after an update. tfjs has no tensors that change: a part costs a copy of the whole. */
  private updated({ state, value, at: part }: Update, at: (ref: Ref) => T): T {
    if (!part) return at(value).clone();
    return tf.tidy(() => placed(this.state.get(state)!, at(value), part.axis, numbers(at(part.start))[0]!));
  }

  private compute(node: Node, feeds: Arrays, sizes: Sizes, at: (ref: Ref) => T): readonly T[] {
    const name = node.attributes["name"] as string;
    if (node.op === "input") return [tensorOf(feeds[name]!)];
    if (node.op === "state") return [this.state.get(name)!.clone()];
    if (node.op === "constant") return [tensorOf(node.attributes["value"] as unknown as NDArray)];
    const shapes = node.types.map((type) => concrete(type.shape, sizes));
    return tf.tidy(() => [...kernels[node.op]!(node.inputs.map(at), node.attributes, shapes)]);
  }
}

function release(done: (readonly T[])[], i: number): void {
  for (const tensor of done[i]!) tensor.dispose();
  done[i] = [];
}

/** For each node the last node that reads it; one past the end for what is given out. */
function lastUses(program: Program): readonly number[] {
  const last = program.nodes.map((_, i) => i);
  program.nodes.forEach((node, i) => {
    for (const ref of node.inputs) last[ref.node] = i;
  });
  const updates = program.updates.flatMap((u) => (u.at ? [u.value, u.at.start] : [u.value]));
  for (const ref of [...Object.values(program.outputs), ...updates]) last[ref.node] = program.nodes.length;
  return last;
}

function tensorOf(array: NDArray): T {
  const shape = [...array.shape];
  switch (array.dtype) {
    case "f32":
      return tf.tensor(asFloats(array), shape, "float32");
    case "i32":
      return tf.tensor(asIntegers(array), shape, "int32");
    case "bool":
      return tf.tensor(array.bytes, shape, "bool");
    case "bf16":
    case "f64":
      throw new Error(`tfjs has no ${array.dtype}`);
  }
}

function arrayOf(tensor: T, dtype: NDArray["dtype"]): NDArray {
  return { dtype, shape: [...tensor.shape], bytes: bytesOf(numbers(tensor)) };
}
