/**
 * Programs over one store. Each set of requested outputs has its own model without the unneeded nodes, built at its
 * first run. State goes in without a copy; what can be written in place is. When serving requests, weights that only
 * one program reads and none changes are part of its model: the runtime packs them for its products once, in its own
 * copy.
 */
import { InferenceSession, type Tensor } from "onnxruntime-node";
import { onnxGraph } from "#dsl/tensor/backends/onnx/emit.js";
import type { OnnxModel } from "#dsl/tensor/backends/onnx/model.js";
import { writeModel, type OnnxConstant, type OnnxGraphContents } from "#dsl/tensor/backends/onnx/proto.js";
import type { NDArray, TensorState } from "#dsl/tensor/program.js";
import type { NamedArrays, BackendSession, NamedPrograms } from "../host/backend.js";
import { arrayOfTensor, OnnxStateStore, onnxTensorOf } from "./store.js";

interface Ready {
  readonly model: Omit<OnnxModel, "bytes">;
  readonly session: InferenceSession;
}
interface Making {
  readonly program: string;
  readonly made: Promise<Ready>;
  /** States that are constants of its model. */
  readonly baked: readonly string[];
}
/** Maximum bytes of constant weights in a model: the model is fully serialized before the runtime reads it. */
const MOST = 2 ** 29;

export class OnnxSession implements BackendSession {
  private readonly store = new OnnxStateStore();
  private readonly ready = new Map<string, Making>();
  private programs: NamedPrograms = {};

  constructor(
    private readonly options: InferenceSession.SessionOptions,
    private readonly bakes: boolean,
  ) {}

  add(programs: NamedPrograms, states: Readonly<Record<string, TensorState>>): void {
    for (const [key, { program, baked }] of this.ready)
      if (Object.hasOwn(programs, program) || baked.length > 0) void this.release(key);
    this.programs = { ...this.programs, ...programs };
    this.store.declare(states);
  }

  async remove(programs: readonly string[], states: readonly string[]): Promise<void> {
    const gone = [...this.ready].filter(([, { program }]) => programs.includes(program));
    await Promise.all(gone.map(([key]) => this.release(key)));
    this.programs = Object.fromEntries(Object.entries(this.programs).filter(([name]) => !programs.includes(name)));
    this.store.forget(states);
  }

  async run(name: string, feeds: NamedArrays, wanted: readonly string[]): Promise<Record<string, NDArray>> {
    const { model, session } = await this.readyFor(name, wanted);
    const fed: Record<string, Tensor> = {};
    for (const [input, { tensor }] of Object.entries(model.inputs)) fed[tensor] = onnxTensorOf(feeds[input]!);
    for (const [state, { tensor, as }] of Object.entries(model.state)) fed[tensor] = this.store.tensor(state, as);
    const fetched: Record<string, Tensor | null> = {};
    for (const { tensor } of Object.values(model.outputs)) fetched[tensor] = null;
    for (const u of model.updates) fetched[u.tensor] = u.inPlace ? this.store.tensor(u.state, u.as) : null;
    if (Object.keys(fetched).length === 0) return {};
    const got = await session.run(fed, fetched);
    for (const u of model.updates) if (!u.inPlace) this.store.put(u.state, got[u.tensor]!, u.as !== undefined);
    return Object.fromEntries(
      wanted.map((output) => {
        const { tensor, dtype } = model.outputs[output]!;
        return [output, arrayOfTensor(got[tensor]!, dtype)];
      }),
    );
  }

  read(name: string): NDArray {
    return this.store.read(name);
  }

  write(name: string, value: NDArray | null): void {
    for (const [key, { baked }] of this.ready) if (baked.includes(name)) void this.release(key);
    this.store.write(name, value);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.ready.keys()].map((key) => this.release(key)));
    this.store.clear();
    this.programs = {};
  }

  private readyFor(name: string, wanted: readonly string[]): Promise<Ready> {
    const key = JSON.stringify([name, ...[...wanted].sort()]);
    let ready = this.ready.get(key);
    if (!ready) this.ready.set(key, (ready = this.make(name, wanted)));
    return ready.made;
  }

  private make(program: string, wanted: readonly string[]): Making {
    const { text, ...model } = onnxGraph(this.programs[program]!, wanted);
    const constants = this.constantsFor(program, text, model);
    const tensors = new Set(constants.map(({ name }) => name));
    const isBaked = ([, { tensor }]: readonly [string, { readonly tensor: string }]): boolean => tensors.has(tensor);
    const states = Object.entries(model.state);
    const bytes = writeModel({
      ...text,
      inputs: text.inputs.filter(({ name }) => !tensors.has(name)),
      constants: [...text.constants, ...constants],
    });
    const fed = { ...model, state: Object.fromEntries(states.filter((one) => !isBaked(one))) };
    const made = InferenceSession.create(bytes, this.options).then((session) => ({ model: fed, session }));
    return { program, made, baked: states.filter(isBaked).map(([name]) => name) };
  }

  /**
   * Selects the weights that become constants of a program's model: none that a program changes or that another program
   * reads.
   */
  private constantsFor(
    program: string,
    text: OnnxGraphContents,
    model: Pick<Ready["model"], "state">,
  ): readonly OnnxConstant[] {
    const programs = Object.entries(this.programs);
    if (!this.bakes || programs.some(([, { updates }]) => updates.length > 0)) return [];
    if ([...this.ready.values()].some((other) => other.program === program && other.baked.length > 0)) return [];
    const others = new Set(programs.flatMap(([name, { state }]) => (name === program ? [] : Object.keys(state))));
    const ports = new Map(text.inputs.map((port) => [port.name, port]));
    const constants = Object.entries(model.state).flatMap(([state, { tensor }]) => {
      const port = ports.get(tensor);
      if (!port || others.has(state) || !this.store.has(state)) return [];
      const { shape, bytes } = this.store.lying(state);
      return [{ name: tensor, type: port.type, shape, bytes }];
    });
    return constants.reduce((sum, { bytes }) => sum + bytes.length, 0) > MOST ? [] : constants;
  }

  private async release(key: string): Promise<void> {
    const ready = this.ready.get(key);
    this.ready.delete(key);
    const { session } = (await ready?.made.catch(() => undefined)) ?? {};
    if (this.options.enableProfiling) session?.endProfiling();
    await session?.release();
  }
}
