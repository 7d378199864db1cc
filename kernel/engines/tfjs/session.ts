/**
 * State as tfjs tensors, and the interpreter: each node's outputs live until their last use. GPU values are only
 * readable asynchronously: a copy of each updated state is fetched at the end of a run, so that it can be read at any
 * time.
 */
import { mustExist, mustGet } from "#dsl/language/diagnostics/codes.js";
import { bindSizesFromFeeds, bindStateSizes } from "#dsl/tensor/evaluate.js";
import { isConstant, isInput, isState } from "#dsl/tensor/leaves.js";
import type { NDArray, Node, Program, Ref, TensorState, StateUpdate } from "#dsl/tensor/program.js";
import { concreteShape, type Sizes } from "#dsl/tensor/shape.js";
import type { NamedArrays, BackendSession, NamedPrograms } from "../host/backend.js";
import { isUnsetState, stateShapeOf, zeroArray } from "../initial.js";
import { toFloat32Array, toInt32Array, bytesOfArray } from "../../tensors/numbers.js";
import { replaceAlongAxis } from "./caches.js";
import { booleansOnGpu, runGpuKernel } from "./card.js";
import { kernelOf, lowerForTfjs } from "./kernels.js";
import { copyNumbers, tf, type TfjsTensor, type TfjsBackendName } from "./library.js";

export class TfjsSession implements BackendSession {
  private readonly programs = new Map<string, Program>();
  private readonly last = new Map<string, readonly number[]>();
  private readonly state = new Map<string, TfjsTensor>();
  private readonly states: Record<string, TensorState> = {};
  /** Host copies of states on a GPU. */
  private readonly copies = new Map<string, NDArray>();

  constructor(private readonly backend: TfjsBackendName) {}

  add(programs: NamedPrograms, states: Readonly<Record<string, TensorState>>): void {
    for (const [name, program] of Object.entries(programs)) {
      const lowered = lowerForTfjs(program);
      this.programs.set(name, lowered);
      this.last.set(name, lastUses(lowered));
    }
    for (const [name, state] of Object.entries(states)) {
      this.states[name] = state;
      if (!isUnsetState(state) && !this.state.has(name)) this.write(name, null);
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

  async run(name: string, feeds: NamedArrays, wanted: readonly string[]): Promise<Record<string, NDArray>> {
    const program = mustGet(this.programs, name, "program");
    const sizes = bindStateSizes(program, bindSizesFromFeeds(program, feeds), (state) => this.state.get(state)?.shape);
    const last = mustGet(this.last, name, "program");
    const done: (readonly TfjsTensor[])[] = [];
    const tensorAt = (ref: Ref): TfjsTensor => done[ref.node]![ref.output]!;
    try {
      for (const [i, node] of program.nodes.entries()) {
        const made = this.compute(node, feeds, sizes, tensorAt);
        done.push(made instanceof Promise ? await made : made);
        for (const { node: used } of node.inputs) if (last[used] === i) release(done, used);
        if (last[i] === i) release(done, i);
      }
      const outputs: Record<string, NDArray> = {};
      for (const output of wanted) {
        const ref = program.outputs[output]!;
        outputs[output] = await this.fetch(tensorAt(ref), program.nodes[ref.node]!.types[ref.output]!.dtype);
      }
      // All new values are computed before any old one is disposed: an update may read a state that another writes.
      const updates: (readonly [string, TfjsTensor])[] = [];
      for (const u of program.updates) updates.push([u.state, await this.updated(u, tensorAt)]);
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
    const array = value ?? zeroArray(state.type.dtype, stateShapeOf(name, state));
    if (this.backend === "webgpu") this.copies.set(name, { ...array, bytes: array.bytes.slice() });
    this.put(name, tensorOf(array));
  }

  dispose(): void {
    for (const tensor of this.state.values()) tensor.dispose();
    this.state.clear();
    this.copies.clear();
    this.programs.clear();
  }

  private put(name: string, value: TfjsTensor): void {
    this.drop(name);
    this.state.set(name, value);
  }

  private drop(name: string): void {
    this.state.get(name)?.dispose();
    this.state.delete(name);
  }

  private async fetch(tensor: TfjsTensor, dtype: NDArray["dtype"]): Promise<NDArray> {
    if (this.backend !== "webgpu") return arrayOf(tensor, dtype);
    return packed((await tensor.data()).slice(), tensor.shape, dtype);
  }

  /** The value of a state after an update. tfjs tensors are immutable: updating a part copies the entire tensor. */
  private async updated(
    { state, value, at: part }: StateUpdate,
    tensorAt: (ref: Ref) => TfjsTensor,
  ): Promise<TfjsTensor> {
    if (!part) return tensorAt(value).clone();
    const old = mustGet(this.state, state, "state");
    if (tensorAt(part.start).rank > 0)
      return tf.tidy(() => tf.tensorScatterUpdate(old, tf.reshape(tensorAt(part.start), [-1, 1]), tensorAt(value)));
    const start = (await tensorAt(part.start).data())[0]!;
    return tf.tidy(() => replaceAlongAxis(old, tensorAt(value), part.axis, start));
  }

  private compute(
    node: Node,
    feeds: NamedArrays,
    sizes: Sizes,
    tensorAt: (ref: Ref) => TfjsTensor,
  ): readonly TfjsTensor[] | Promise<readonly TfjsTensor[]> {
    if (isInput(node)) return [tensorOf(feeds[node.attributes.name]!)];
    if (isState(node)) return [mustGet(this.state, node.attributes.name, "state").clone()];
    if (isConstant(node)) return [tensorOf(node.attributes.value)];
    const shapes = node.types.map((type) => concreteShape(type.shape, sizes));
    const kernel = mustExist(kernelOf(node.op), `the kernel of ${node.op}`);
    const inputs = node.inputs.map(tensorAt);
    if (this.backend === "webgpu") return runGpuKernel(node.op, kernel, inputs, node.attributes, shapes);
    return tf.tidy(() => [...kernel(inputs, node.attributes, shapes)]);
  }
}

function release(done: (readonly TfjsTensor[])[], i: number): void {
  for (const tensor of done[i]!) tensor.dispose();
  done[i] = [];
}

/** For each node, the last node that reads it; one past the end for outputs. */
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

function tensorOf(array: NDArray): TfjsTensor {
  const shape = [...array.shape];
  switch (array.dtype) {
    case "f32":
      return tf.tensor(toFloat32Array(array), shape, "float32");
    case "i32":
      return tf.tensor(toInt32Array(array), shape, "int32");
    case "bool":
      return onCard() ? booleansOnGpu(array.bytes, shape) : tf.tensor(array.bytes, shape, "bool");
    // tfjs has no byte type: this saves no memory, but the values are the same.
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

function arrayOf(tensor: TfjsTensor, dtype: NDArray["dtype"]): NDArray {
  return packed(copyNumbers(tensor), tensor.shape, dtype);
}

/** After a cast tfjs may still return an array of the previous type. */
function packed(values: ReturnType<typeof copyNumbers>, shape: readonly number[], dtype: NDArray["dtype"]): NDArray {
  const arrays = { f32: Float32Array, i32: Int32Array, i8: Int8Array } as const;
  const Wanted = arrays[dtype as keyof typeof arrays] ?? Uint8Array;
  return { dtype, shape: [...shape], bytes: bytesOfArray(values instanceof Wanted ? values : Wanted.from(values)) };
}
