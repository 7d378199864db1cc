/**
 * State as tfjs tensors, and the interpreter: each node's outputs live until their last use. On a graphics card numbers
 * come back later only: a copy of each updated state is fetched at the end of a run, so that it can be read at any time.
 */
import { must, mustGet } from "#dsl/language/diagnostics/must.js";
import { bind, bindState } from "#dsl/tensor/evaluate.js";
import { isConstant, isInput, isState } from "#dsl/tensor/leaves.js";
import type { NDArray, Node, Program, Ref, State, Update } from "#dsl/tensor/program.js";
import { concrete, type Sizes } from "#dsl/tensor/shape.js";
import type { Arrays, BackendSession, Programs } from "../host/backend.js";
import { isUnset, shapeOfState, zeros } from "../initial.js";
import { asFloats, asIntegers, bytesOf } from "../../tensors/numbers.js";
import { placed } from "./caches.js";
import { cardBooleans, cardKernel } from "./card.js";
import { kernelOf, loweredHere } from "./kernels.js";
import { numbers, tf, type T, type TfjsBackendName } from "./library.js";

export class TfjsSession implements BackendSession {
  private readonly programs = new Map<string, Program>();
  private readonly last = new Map<string, readonly number[]>();
  private readonly state = new Map<string, T>();
  private readonly states: Record<string, State> = {};
  /** States on a graphics card, as they are outside. */
  private readonly copies = new Map<string, NDArray>();

  constructor(private readonly backend: TfjsBackendName) {}

  add(programs: Programs, states: Readonly<Record<string, State>>): void {
    for (const [name, program] of Object.entries(programs)) {
      const own = loweredHere(program);
      this.programs.set(name, own);
      this.last.set(name, lastUses(own));
    }
    for (const [name, state] of Object.entries(states)) {
      this.states[name] = state;
      if (!isUnset(state) && !this.state.has(name)) this.write(name, null);
    }
  }

  remove(programs: readonly string[], states: readonly string[]): void {
    for (const name of programs) {
      this.programs.delete(name);
      this.last.delete(name);
    }
    for (const name of states) {
      this.drop(name);
      this.copies.delete(name);
      Reflect.deleteProperty(this.states, name);
    }
  }

  async run(name: string, feeds: Arrays, wanted: readonly string[]): Promise<Record<string, NDArray>> {
    const program = mustGet(this.programs, name, "program");
    const sizes = bindState(program, bind(program, feeds), (state) => this.state.get(state)?.shape);
    const last = mustGet(this.last, name, "program");
    const done: (readonly T[])[] = [];
    const at = (ref: Ref): T => done[ref.node]![ref.output]!;
    try {
      for (const [i, node] of program.nodes.entries()) {
        const made = this.compute(node, feeds, sizes, at);
        done.push(made instanceof Promise ? await made : made);
        for (const { node: used } of node.inputs) if (last[used] === i) release(done, used);
        if (last[i] === i) release(done, i);
      }
      const outputs: Record<string, NDArray> = {};
      for (const output of wanted) {
        const ref = program.outputs[output]!;
        outputs[output] = await this.fetch(at(ref), program.nodes[ref.node]!.types[ref.output]!.dtype);
      }
      // All new values are held before any old one goes: an update may read what another writes.
      const updates: (readonly [string, T])[] = [];
      for (const u of program.updates) updates.push([u.state, await this.updated(u, at)]);
      for (const [state, value] of updates) {
        if (this.backend === "webgpu") this.copies.set(state, await this.fetch(value, this.states[state]!.type.dtype));
        this.put(state, value);
      }
      return outputs;
    } finally {
      for (let i = 0; i < done.length; i++) release(done, i);
    }
  }

  read(name: string): NDArray {
    return this.copies.get(name) ?? arrayOf(mustGet(this.state, name, "state"), this.states[name]!.type.dtype);
  }

  write(name: string, value: NDArray | null): void {
    const state = this.states[name]!;
    const array = value ?? zeros(state.type.dtype, shapeOfState(name, state));
    if (this.backend === "webgpu") this.copies.set(name, { ...array, bytes: array.bytes.slice() });
    this.put(name, tensorOf(array));
  }

  dispose(): void {
    for (const tensor of this.state.values()) tensor.dispose();
    this.state.clear();
    this.copies.clear();
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

  private async fetch(tensor: T, dtype: NDArray["dtype"]): Promise<NDArray> {
    if (this.backend !== "webgpu") return arrayOf(tensor, dtype);
    return packed((await tensor.data()).slice(), tensor.shape, dtype);
  }

  /** What a state holds after an update. tfjs has no tensors that change: a part costs a copy of the whole. */
  private async updated({ state, value, at: part }: Update, at: (ref: Ref) => T): Promise<T> {
    if (!part) return at(value).clone();
    const old = mustGet(this.state, state, "state");
    if (at(part.start).rank > 0)
      return tf.tidy(() => tf.tensorScatterUpdate(old, tf.reshape(at(part.start), [-1, 1]), at(value)));
    const start = (await at(part.start).data())[0]!;
    return tf.tidy(() => placed(old, at(value), part.axis, start));
  }

  private compute(node: Node, feeds: Arrays, sizes: Sizes, at: (ref: Ref) => T): readonly T[] | Promise<readonly T[]> {
    if (isInput(node)) return [tensorOf(feeds[node.attributes.name]!)];
    if (isState(node)) return [mustGet(this.state, node.attributes.name, "state").clone()];
    if (isConstant(node)) return [tensorOf(node.attributes.value)];
    const shapes = node.types.map((type) => concrete(type.shape, sizes));
    const kernel = must(kernelOf(node.op), `the kernel of ${node.op}`);
    const inputs = node.inputs.map(at);
    if (this.backend === "webgpu") return cardKernel(node.op, kernel, inputs, node.attributes, shapes);
    return tf.tidy(() => [...kernel(inputs, node.attributes, shapes)]);
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

const onCard = (): boolean => tf.getBackend() === "webgpu";

function tensorOf(array: NDArray): T {
  const shape = [...array.shape];
  switch (array.dtype) {
    case "f32":
      return tf.tensor(asFloats(array), shape, "float32");
    case "i32":
      return tf.tensor(asIntegers(array), shape, "int32");
    case "bool":
      return onCard() ? cardBooleans(array.bytes, shape) : tf.tensor(array.bytes, shape, "bool");
    // tfjs has no bytes: nothing is saved here, but the numbers are the same.
    case "i8":
    case "u8":
      return tf.tensor(Int32Array.from(smallIntegers(array)), shape, "int32");
    case "bf16":
    case "f64":
      throw new Error(`tfjs has no ${array.dtype}`);
  }
}

function smallIntegers({ dtype, bytes }: NDArray): Int8Array | Uint8Array {
  return dtype === "i8" ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
}

function arrayOf(tensor: T, dtype: NDArray["dtype"]): NDArray {
  return packed(numbers(tensor), tensor.shape, dtype);
}

/** After a cast tfjs may still give the array of the type before. */
function packed(values: ReturnType<typeof numbers>, shape: readonly number[], dtype: NDArray["dtype"]): NDArray {
  const arrays = { f32: Float32Array, i32: Int32Array, i8: Int8Array } as const;
  const Wanted = arrays[dtype as keyof typeof arrays] ?? Uint8Array;
  return { dtype, shape: [...shape], bytes: bytesOf(values instanceof Wanted ? values : Wanted.from(values)) };
}
