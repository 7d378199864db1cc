/**
 * Programs as one graph and one TensorFlow session over resource variables: state stays in the session, only feeds go
 * in and requested outputs come out. State that no program changes is shared with other parts, without a copy.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustGet } from "#dsl/language/diagnostics/codes.js";
import type { EmittedState, TensorflowModel } from "#dsl/tensor/backends/tensorflow/model.js";
import type { DType, NDArray } from "#dsl/tensor/program.js";
import { diskError } from "#kernel/fetch/disk.js";
import type { NamedArrays, NamedPrograms } from "../host/backend.js";
import { zeroArray } from "../initial.js";
import type { TensorflowBinding, TensorHandle } from "../native/binding.js";
import { TensorExchange } from "./exchange.js";

/** Whether a state always has a value; a cache has none until it is fully written. */
function isFixed(state: EmittedState): boolean {
  return !state.shape.includes(-1);
}

export class TensorflowProgramPart {
  private readonly exchange: TensorExchange;
  private readonly session: number;
  /**
   * Values to be written to state. TensorFlow plans the entire graph for each set of fetches, so writes are batched.
   */
  private readonly pending = new Map<string, number>();
  /** States to be taken from another part before anything runs. */
  private readonly borrowed = new Map<string, TensorflowProgramPart>();
  /** All state, read once (views of the variables' own memory) and dropped before anything changes. */
  private snapshot: ReadonlyMap<string, TensorHandle> | null = null;
  /** Caches that have been fully written. */
  private readonly filled = new Set<string>();
  private readonly changed: ReadonlySet<string>;

  /** `model`: the emitted model of the programs. */
  constructor(
    private readonly binding: TensorflowBinding,
    readonly programs: NamedPrograms,
    private readonly model: Omit<TensorflowModel, "savedModel">,
    savedModel: Uint8Array,
  ) {
    this.exchange = new TensorExchange(binding);
    this.changed = statesChangedBy(programs);
    this.session = this.load(savedModel);
  }

  get states(): readonly string[] {
    return Object.keys(this.model.state);
  }
  has(state: string): boolean {
    return Object.hasOwn(this.model.state, state);
  }
  /** Whether one of its programs changes that state. */
  changes(state: string): boolean {
    return this.changed.has(state);
  }
  runs(program: string): boolean {
    return Object.hasOwn(this.programs, program);
  }

  run(name: string, feeds: NamedArrays, wanted: readonly string[]): Record<string, NDArray> {
    this.settle();
    const program = this.model.programs[name]!;
    const fed = Object.entries(program.inputs).map(([input, port]) => [port.tensor, feeds[input]!] as const);
    const outputs = wanted.map((output) => program.outputs[output]!);
    const fetches = outputs.map((port) => port.tensor);
    if (program.update !== undefined) fetches.push(program.update);
    if (fetches.length === 0) return {};
    const got = this.fetch(
      fed,
      fetches,
      outputs.map((port) => port.dtype),
    );
    for (const { state, at: place } of this.programs[name]!.updates) if (!place) this.filled.add(state);
    return Object.fromEntries(wanted.map((output, i) => [output, got[i]!]));
  }

  read(name: string): NDArray {
    this.flush();
    const state = this.model.state[name]!;
    if (!isFixed(state)) return this.fetch([], [state.read], [state.dtype])[0]!;
    this.snapshot ??= this.views(this.states.filter((one) => isFixed(this.model.state[one]!)));
    return this.exchange.read(mustGet(this.snapshot, name, "state"), state.dtype);
  }

  write(name: string, value: NDArray | null): void {
    const state = this.model.state[name]!;
    this.put(name, this.exchange.createTensor(value ?? zeroArray(state.dtype, state.shape)));
    this.filled.add(name);
  }

  /** Shares the state's memory with another part, without a copy. */
  borrow(name: string, from: TensorflowProgramPart): void {
    this.unput(name);
    this.borrowed.set(name, from);
  }
  /** Takes over the states that it borrows from a part that is about to be disposed. */
  takeFrom(from: TensorflowProgramPart): void {
    if ([...this.borrowed.values()].includes(from)) this.settle();
  }
  /** Takes over the states in common with a replaced part, without copying values or storing them twice. */
  follow(old: TensorflowProgramPart): void {
    const common = old.states.filter(
      (name) => this.has(name) && (isFixed(old.model.state[name]!) || old.filled.has(name)),
    );
    for (const [name, { id }] of old.views(common)) {
      this.put(name, id);
      if (old.filled.has(name)) this.filled.add(name);
    }
  }

  dispose(): void {
    this.forget();
    for (const id of this.pending.values()) this.binding.deleteTensor(id);
    this.pending.clear();
    this.borrowed.clear();
    this.binding.deleteSavedModel(this.session);
  }

  /**
   * Before a run: flushes pending writes and drops all views of the variables' memory, so that updates are in place.
   */
  private settle(): void {
    this.flush();
    this.forget();
  }

  /** A variable retains the memory it is assigned: it must get TensorFlow's own, not a JavaScript array's. */
  private flush(): void {
    for (const from of new Set(this.borrowed.values())) {
      const names = [...this.borrowed].flatMap(([name, lender]) => (lender === from ? [name] : []));
      for (const [name, { id }] of from.views(names)) this.pending.set(name, id);
    }
    this.borrowed.clear();
    if (this.pending.size === 0) return;
    const states = [...this.pending.keys()].map((name) => this.model.state[name]!);
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

  /** Views over the variables' own memory; the caller deletes them. */
  private views(names: readonly string[]): ReadonlyMap<string, TensorHandle> {
    if (names.length === 0) return new Map();
    this.flush();
    const reads = names.map((name) => this.model.state[name]!.read).join(",");
    const handles = this.binding.runSavedModel(this.session, [], "", reads);
    return new Map(names.map((name, i) => [name, handles[i]!]));
  }

  private put(name: string, id: number): void {
    this.forget();
    this.unput(name);
    this.pending.set(name, id);
  }
  private unput(name: string): void {
    const before = this.pending.get(name);
    if (before !== undefined) this.binding.deleteTensor(before);
    this.pending.delete(name);
    this.borrowed.delete(name);
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

  /** Feeds, runs, and reads as many outputs as `dtypes` names; the other fetches (updates) are only run. */
  private fetch(
    feeds: readonly (readonly [tensor: string, value: NDArray])[],
    fetches: readonly string[],
    dtypes: readonly DType[],
  ): NDArray[] {
    const ids: number[] = [];
    try {
      for (const [, value] of feeds) ids.push(this.exchange.lend(value));
      const names = feeds.map(([tensor]) => tensor).join(",");
      const handles = this.binding.runSavedModel(this.session, ids, names, fetches.join(","));
      try {
        return dtypes.map((dtype, i) => this.exchange.read(handles[i]!, dtype));
      } finally {
        this.exchange.drop(handles);
      }
    } finally {
      for (const id of ids) this.binding.deleteTensor(id);
    }
  }
}

/** Returns the states that programs change. */
export function statesChangedBy(programs: NamedPrograms): ReadonlySet<string> {
  return new Set(Object.values(programs).flatMap(({ updates }) => updates.map(({ state }) => state)));
}
