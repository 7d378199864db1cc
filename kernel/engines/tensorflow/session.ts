/**
 * Programs over one state, in as many graphs as possible. Programs that do not change each other's state are separate
 * parts, so adding or removing one rebuilds no other graph and interrupts no run. State that they only read shares one
 * memory. If a program changes another's state, both go into one graph and state is carried over, tensor by tensor.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { emitTensorflow } from "#dsl/tensor/backends/tensorflow/emit.js";
import type { NDArray, TensorState } from "#dsl/tensor/program.js";
import type { NamedArrays, BackendSession, PausePoint, NamedPrograms } from "../host/backend.js";
import type { TensorflowBinding } from "../native/binding.js";
import { statesChangedBy, TensorflowProgramPart } from "./part.js";

export interface TensorflowSessionOptions {
  readonly kernels: boolean;
  /** Whether all programs are one graph: on a GPU, each graph has its own copy of the state it reads. */
  readonly whole: boolean;
}

export class TensorflowSession implements BackendSession {
  private parts: readonly TensorflowProgramPart[] = [];

  constructor(
    private readonly binding: TensorflowBinding,
    private readonly options: TensorflowSessionOptions,
  ) {}

  async add(programs: NamedPrograms, _states: Readonly<Record<string, TensorState>>, pause: PausePoint): Promise<void> {
    const changed = statesChangedBy(programs);
    const used = new Set(Object.values(programs).flatMap(({ state }) => Object.keys(state)));
    const joined = this.parts.filter(
      (part) =>
        this.options.whole ||
        Object.keys(programs).some((name) => part.runs(name)) ||
        part.states.some((name) => used.has(name) && (changed.has(name) || part.changes(name))),
    );
    const all = Object.assign({}, ...joined.map((part) => part.programs), programs) as NamedPrograms;
    const { savedModel, ...model } = emitTensorflow(all, { kernels: this.options.kernels });
    await pause();
    this.put(new TensorflowProgramPart(this.binding, all, model, savedModel), joined);
  }

  remove(programs: readonly string[]): void {
    for (const part of this.parts) {
      const left = Object.entries(part.programs).filter(([name]) => !programs.includes(name));
      if (left.length === Object.keys(part.programs).length) continue;
      if (left.length === 0) this.end([part]);
      else {
        const remaining = Object.fromEntries(left);
        const { savedModel, ...model } = emitTensorflow(remaining, { kernels: this.options.kernels });
        this.put(new TensorflowProgramPart(this.binding, remaining, model, savedModel), [part]);
      }
    }
  }

  run(name: string, feeds: NamedArrays, wanted: readonly string[]): Record<string, NDArray> {
    const part = this.parts.find((one) => one.runs(name));
    return mustExist(part, `the graph of ${name}`).run(name, feeds, wanted);
  }

  read(name: string): NDArray {
    return mustExist(this.having(name)[0], `the graph that has ${name}`).read(name);
  }

  write(name: string, value: NDArray | null): void {
    const [one, ...others] = this.having(name);
    const first = mustExist(one, `the graph that has ${name}`);
    first.write(name, value);
    for (const part of others) part.borrow(name, first);
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
    this.parts = [];
  }

  private having(state: string): readonly TensorflowProgramPart[] {
    return this.parts.filter((part) => part.has(state));
  }

  /** Replaces old parts by a new one. */
  private put(part: TensorflowProgramPart, old: readonly TensorflowProgramPart[]): void {
    for (const one of old) part.follow(one);
    const keptStates = new Set(old.flatMap(({ states }) => states));
    for (const name of part.states) {
      const [from] = keptStates.has(name) ? [] : this.having(name);
      if (from) part.borrow(name, from);
    }
    this.end(old);
    this.parts = [...this.parts, part];
  }

  /** Other parts take over shared variables before the old parts are disposed. */
  private end(old: readonly TensorflowProgramPart[]): void {
    this.parts = this.parts.filter((part) => !old.includes(part));
    for (const part of this.parts) for (const one of old) part.takeFrom(one);
    for (const part of old) part.dispose();
  }
}
