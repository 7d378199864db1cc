/**
 * Programs as one graph and one TensorFlow session over resource variables: state lives in it, only feeds go in and wanted outputs
 * come out. What no program changes it has in common with other parts: the same memory, not a copy.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustGet } from "#dsl/language/diagnostics/must.js";
import type { EmittedState, TensorflowModel } from "#dsl/tensor/backends/tensorflow/model.js";
import type { DType, NDArray } from "#dsl/tensor/program.js";
import { diskError } from "#kernel/fetch/disk.js";
import type { NamedArrays, NamedPrograms } from "../host/backend.js";
import { zeroArray } from "../initial.js";
import type { TensorflowBinding, TensorHandle } from "../native/binding.js";
import { TensorExchange } from "./exchange.js";

/** Whether a state always has a value; a cache has none until it is written whole. */
function isFixed(state: EmittedState): boolean {
  return !state.shape.includes(-1);
}

export class TensorflowProgramPart {
  private readonly exchange: TensorExchange;
  private readonly session: number;
  /** Values on their way into state. Each set of fetches costs TensorFlow a plan of the whole graph: so they go together. */
  private readonly pending = new Map<string, number>();
  /** States whose values another part has, which are taken from it before anything runs. */
  private readonly borrowed = new Map<string, TensorflowProgramPart>();
  /** All state, read once (views of the variables' own memory) and dropped before anything changes. */
  private snapshot: ReadonlyMap<string, TensorHandle> | null = null;
  /** Caches that were written whole. */
  private readonly filled = new Set<string>();
  private readonly changed: ReadonlySet<string>;

  /** `model`: that of the programs. */
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

  /** The state is what it is in that part, and takes no memory of its own. */
  borrow(name: string, from: TensorflowProgramPart): void {
    this.unput(name);
    this.borrowed.set(name, from);
  }
  /** Takes what it borrows of that part, which is about to end. */
  takeFrom(from: TensorflowProgramPart): void {
    if ([...this.borrowed.values()].includes(from)) this.settle();
  }
  /** What both have becomes what it is in that part, whose values go: no value is copied, nor is there twice. */
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

  /** Before a run: what was written is there, and nothing holds the variables' memory, so that updates are in place. */
  private settle(): void {
    this.flush();
    this.forget();
  }

  /** A variable keeps the memory it is assigned: it must get TensorFlow's own, not a JavaScript array's. */
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

  /** Over the variables' own memory; whoever gets them drops them. */
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

  /** Feeds, runs, and reads as many outputs as `dtypes` names; what else was fetched (updates) is only run. */
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

/** States that programs change. */
export function statesChangedBy(programs: NamedPrograms): ReadonlySet<string> {
  return new Set(Object.values(programs).flatMap(({ updates }) => updates.map(({ state }) => state)));
}
