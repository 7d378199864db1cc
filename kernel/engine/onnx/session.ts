/**
 * Programs over one store, each a model of its own for the outputs that are asked of it (what only other outputs need is
 * not computed), made when it first runs. State goes in without a copy; what may be written in place comes out into it.
 */
import { InferenceSession, type Tensor } from "onnxruntime-node";
import { emitOnnx } from "#dsl/emit/onnx/emit.js";
import type { OnnxModel } from "#dsl/emit/onnx/model.js";
import type { NDArray, State } from "#dsl/graph/program.js";
import type { Arrays, BackendSession, Programs } from "../host/backend.js";
import { arrayOf, StateStore, tensorOf } from "./store.js";

interface Ready {
  readonly model: Omit<OnnxModel, "bytes">;
  readonly session: InferenceSession;
}

export class OnnxSession implements BackendSession {
  private readonly store = new StateStore();
  private readonly ready = new Map<string, { readonly of: string; readonly made: Promise<Ready> }>();
  private programs: Programs = {};

  constructor(private readonly options: InferenceSession.SessionOptions) {}

  add(programs: Programs, states: Readonly<Record<string, State>>): void {
    for (const [key, { of }] of this.ready) if (Object.hasOwn(programs, of)) void this.release(key);
    this.programs = { ...this.programs, ...programs };
    this.store.declare(states);
  }

  async remove(programs: readonly string[], states: readonly string[]): Promise<void> {
    const gone = [...this.ready].filter(([, { of }]) => programs.includes(of));
    await Promise.all(gone.map(([key]) => this.release(key)));
    this.programs = Object.fromEntries(Object.entries(this.programs).filter(([name]) => !programs.includes(name)));
    this.store.forget(states);
  }

  async run(name: string, feeds: Arrays, wanted: readonly string[]): Promise<Record<string, NDArray>> {
    const { model, session } = await this.readyFor(name, wanted);
    const fed: Record<string, Tensor> = {};
    for (const [input, { tensor }] of Object.entries(model.inputs)) fed[tensor] = tensorOf(feeds[input]!);
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
        return [output, arrayOf(got[tensor]!, dtype)];
      }),
    );
  }

  read(name: string): NDArray {
    return this.store.read(name);
  }

  write(name: string, value: NDArray | null): void {
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
    if (!ready) this.ready.set(key, (ready = { of: name, made: this.make(name, wanted) }));
    return ready.made;
  }

  private async make(name: string, wanted: readonly string[]): Promise<Ready> {
    const { bytes, ...model } = emitOnnx(this.programs[name]!, wanted);
    return { model, session: await InferenceSession.create(bytes, this.options) };
  }

  private async release(key: string): Promise<void> {
    const ready = this.ready.get(key);
    this.ready.delete(key);
    const { session } = (await ready?.made.catch(() => undefined)) ?? {};
    if (this.options.enableProfiling) session?.endProfiling();
    await session?.release();
  }
}
