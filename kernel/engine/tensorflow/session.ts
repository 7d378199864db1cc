/**
 * One TensorFlow session over resource variables: state lives in it, only feeds go in and wanted outputs come out. More
 * programs make a new graph of all of them; state is carried over, tensor by tensor.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, mustGet } from "#dsl/diagnostics/must.js";
import type { EmittedState, TensorflowModel } from "#dsl/emit/tensorflow/model.js";
import { emitTensorflow } from "#dsl/emit/tensorflow/emit.js";
import type { DType, NDArray } from "#dsl/graph/program.js";
import { diskError } from "#kernel/fetch/disk.js";
import type { Arrays, BackendSession, Programs } from "../host/backend.js";
import { zeros } from "../initial.js";
import type { Binding, Held } from "../native/binding.js";
import { TensorExchange } from "./exchange.js";

/** Whether a state always has a value; a cache has none until it is written whole. */
function isFixed(state: EmittedState): boolean {
  return !state.shape.includes(-1);
}

export class TensorflowSession implements BackendSession {
  private readonly exchange: TensorExchange;
  private programs: Programs = {};
  private model: TensorflowModel | null = null;
  private session = -1;
  /** Values on their way into state. Each set of fetches costs TensorFlow a plan of the whole graph: so they go together. */
  private readonly pending = new Map<string, number>();
  /** All state, read once (views of the variables' own memory) and dropped before anything changes. */
  private snapshot: ReadonlyMap<string, Held> | null = null;

  constructor(
    private readonly binding: Binding,
    /** Whether our own kernels may be used. */
    private readonly kernels: boolean,
  ) {
    this.exchange = new TensorExchange(binding);
  }

  private get emitted(): TensorflowModel {
    return must(this.model, "the graph of a session without programs");
  }

  add(programs: Programs): void {
    this.rebuild({ ...this.programs, ...programs });
  }

  remove(programs: readonly string[]): void {
    this.rebuild(Object.fromEntries(Object.entries(this.programs).filter(([name]) => !programs.includes(name))));
  }

  /** A graph of these programs; state that both graphs have is carried over. */
  private rebuild(all: Programs): void {
    const model = emitTensorflow(all, { kernels: this.kernels });
    const session = this.load(model.savedModel);
    const [oldModel, oldSession] = [this.model, this.session];
    this.settle();
    const old = oldModel ? this.readAll() : [];
    [this.programs, this.model, this.session] = [all, model, session];
    // Views of the old variables become the new ones: no value is copied, nor is there twice.
    for (const [name, held] of old)
      if (Object.hasOwn(model.state, name)) this.pending.set(name, held.id);
      else this.exchange.drop([held]);
    if (oldModel) this.binding.deleteSavedModel(oldSession);
  }

  run(name: string, feeds: Arrays, wanted: readonly string[]): Record<string, NDArray> {
    this.settle();
    const program = this.emitted.programs[name]!;
    const fed = Object.entries(program.inputs).map(([input, port]) => [port.tensor, feeds[input]!] as const);
    const outputs = wanted.map((output) => program.outputs[output]!);
    const fetches = outputs.map((port) => port.tensor);
    if (program.update !== undefined) fetches.push(program.update);
    if (fetches.length === 0) return {};
    const got = this.fetch(
      this.session,
      fed,
      fetches,
      outputs.map((port) => port.dtype),
    );
    return Object.fromEntries(wanted.map((output, i) => [output, got[i]!]));
  }

  read(name: string): NDArray {
    this.flush();
    const state = this.emitted.state[name]!;
    if (!isFixed(state)) return this.fetch(this.session, [], [state.read], [state.dtype])[0]!;
    this.snapshot ??= this.readAll();
    return this.exchange.read(mustGet(this.snapshot, name, "state"), this.emitted.state[name]!.dtype);
  }

  write(name: string, value: NDArray | null): void {
    this.forget();
    const state = this.emitted.state[name]!;
    const before = this.pending.get(name);
    if (before !== undefined) this.binding.deleteTensor(before);
    this.pending.set(name, this.exchange.own(value ?? zeros(state.dtype, state.shape)));
  }

  dispose(): void {
    this.forget();
    for (const id of this.pending.values()) this.binding.deleteTensor(id);
    this.pending.clear();
    if (this.model) this.binding.deleteSavedModel(this.session);
    this.model = null;
    this.programs = {};
  }

  /** Before a run: what was written is there, and nothing holds the variables' memory, so that updates are in place. */
  private settle(): void {
    this.flush();
    this.forget();
  }

  /** A variable keeps the memory it is assigned: it must get TensorFlow's own, not a JavaScript array's. */
  private flush(): void {
    if (this.pending.size === 0) return;
    const states = [...this.pending.keys()].map((name) => this.emitted.state[name]!);
    const ids = [...this.pending.values()];
    try {
      const placeholders = states.map((s) => s.assign.placeholder).join(",");
      const fetches = states.map((s) => s.assign.fetch).join(",");
      this.exchange.drop(this.binding.runSavedModel(this.session, ids, placeholders, fetches));
    } finally {
      for (const id of ids) this.binding.deleteTensor(id);
      this.pending.clear();
    }
  }

  private readAll(): ReadonlyMap<string, Held> {
    const states = Object.entries(this.emitted.state).filter(([, s]) => isFixed(s));
    if (states.length === 0) return new Map();
    const held = this.binding.runSavedModel(this.session, [], "", states.map(([, s]) => s.read).join(","));
    return new Map(states.map(([name], i) => [name, held[i]!]));
  }

  private forget(): void {
    if (this.snapshot) this.exchange.drop([...this.snapshot.values()]);
    this.snapshot = null;
  }

  private load(savedModel: Uint8Array): number {
    const folder = mkdtempSync(join(tmpdir(), "tunebook-"));
    try {
      writeFileSync(join(folder, "saved_model.pb"), savedModel);
      return this.binding.loadSavedModel(folder, "serve");
    } catch (e) {
      throw diskError(e, folder, savedModel.length);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Feeds, runs, and reads as many outputs as `dtypes` names; what else was fetched (updates) is only run. */
  private fetch(
    session: number,
    feeds: readonly (readonly [tensor: string, value: NDArray])[],
    fetches: readonly string[],
    dtypes: readonly DType[],
  ): NDArray[] {
    const ids: number[] = [];
    try {
      for (const [, value] of feeds) ids.push(this.exchange.lend(value));
      const names = feeds.map(([tensor]) => tensor).join(",");
      const held = this.binding.runSavedModel(session, ids, names, fetches.join(","));
      try {
        return dtypes.map((dtype, i) => this.exchange.read(held[i]!, dtype));
      } finally {
        this.exchange.drop(held);
      }
    } finally {
      for (const id of ids) this.binding.deleteTensor(id);
    }
  }
}
