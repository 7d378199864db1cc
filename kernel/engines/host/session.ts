/**
 * Programs over one store, inside the host process: checks inputs, initialises state, and reads and writes checkpoints.
 * It is the same for every engine; engines differ in their `BackendSession`.
 */
import { CodedError, lastOf } from "#dsl/language/diagnostics/codes.js";
import type { NDArray, TensorState, Type } from "#dsl/tensor/program.js";
import { CheckpointReader, initialValueOf, isUnsetState, stateAndItsOrigins, stateShapeOf } from "../initial.js";
import { ELEMENT_BYTES } from "../../tensors/numbers.js";
import {
  readHeader,
  readTensor,
  verifySafetensors,
  writeSafetensors,
  type TensorToWrite,
} from "../../tensors/safetensors.js";
import type { EngineName } from "../engine.js";
import { UnsetStates } from "./unset.js";
import type { NamedArrays, Backend, BackendSession, PausePoint, NamedPrograms } from "./backend.js";
import { typeText } from "#dsl/tensor/shape.js";

/** Programs and states that long work changes; nothing else may use them while it pauses. */
interface Work {
  readonly programs: ReadonlySet<string>;
  readonly states: ReadonlySet<string>;
}
/** Milliseconds of work between two pauses. */
const TURN = 10;

export class HostSession {
  private readonly session: BackendSession;
  private readonly programs: Record<string, NamedPrograms[string]> = {};
  private readonly states: Record<string, TensorState> = {};
  private readonly unset = new UnsetStates();
  private checkpoints: readonly string[] = [];
  /** Copies of states, by their name. */
  private readonly aside = new Map<string, ReadonlyMap<string, NDArray>>();
  private work: Work | null = null;

  private constructor(private readonly backend: Backend) {
    this.session = backend.open();
  }

  static async open(
    backend: Backend,
    programs: NamedPrograms,
    from: readonly string[],
    pause: PausePoint,
  ): Promise<HostSession> {
    const session = new HostSession(backend);
    try {
      await session.add(programs, from, pause);
      return session;
    } catch (e) {
      await session.dispose();
      throw e;
    }
  }

  /** Returns whether a program may run while other work pauses: it exists, and the work doesn't change its state. */
  mayRun(program: string): boolean {
    const { work } = this;
    if (!Object.hasOwn(this.programs, program) || work?.programs.has(program)) return false;
    return !Object.keys(this.programs[program]!.state).some((name) => work?.states.has(name));
  }

  add(programs: NamedPrograms, checkpoints: readonly string[], pause: PausePoint): Promise<void> {
    const work = { programs: new Set(Object.keys(programs)), states: new Set<string>() };
    return this.working(work, () => this.addNow(programs, checkpoints, pause));
  }

  private async addNow(programs: NamedPrograms, checkpoints: readonly string[], pause: PausePoint): Promise<void> {
    const added: Record<string, TensorState> = {};
    for (const [name, program] of Object.entries(programs)) {
      const refusals = this.backend.can(program);
      await pause();
      if (refusals.length > 0)
        throw new CodedError("engine-refuses", {
          engine: this.engine,
          program: name,
          refusals: [...new Set(refusals.map((r) => `${r.op}: ${r.why}`))],
        });
      for (const [state, declared] of Object.entries(program.state)) {
        const known = this.states[state] ?? added[state];
        if (known && typeText(known.type) !== typeText(declared.type))
          throw new CodedError("state-type", {
            name: state,
            expected: typeText(known.type),
            got: typeText(declared.type),
          });
        if (!known) added[state] = declared;
      }
    }
    const sources = new CheckpointReader(checkpoints);
    // Finds all missing tensors before anything is created.
    for (const [name, state] of Object.entries(added))
      for (const { initial, type } of stateAndItsOrigins(state))
        if ("checkpoint" in initial) sources.find(initial.checkpoint, stateShapeOf(name, { type }));
    await this.session.add(programs, { ...this.states, ...added }, pause);
    try {
      await this.beginAll(added, sources, pause);
    } catch (e) {
      const replaced = Object.keys(programs).filter((name) => !Object.hasOwn(this.programs, name));
      await this.session.remove(replaced, Object.keys(added));
      throw e;
    }
    Object.assign(this.programs, programs);
    Object.assign(this.states, added);
    this.checkpoints = [...new Set([...this.checkpoints, ...checkpoints])];
    this.unset.declare(added);
  }

  async run(program: string, feeds: NamedArrays, wanted: readonly string[] | null): Promise<Record<string, NDArray>> {
    const compiled = this.programs[program];
    if (!compiled || !Object.hasOwn(this.programs, program))
      throw new CodedError("unknown-feed", { program: "the session", name: program, has: Object.keys(this.programs) });
    const sizes = new Map<string, number>();
    for (const [name, { type }] of Object.entries(compiled.inputs)) {
      const feed = feeds[name];
      if (!feed) throw new CodedError("feed-type", { program, name, expected: typeText(type), got: "nothing" });
      if (!fits(feed, type, sizes)) {
        const expected = `${typeText(type)}${sizes.size > 0 ? ` with ${[...sizes].map(([n, s]) => `${n} = ${String(s)}`).join(", ")}` : ""}`;
        throw new CodedError("feed-type", { program, name, expected, got: typeText(feed) });
      }
    }
    for (const name of Object.keys(feeds))
      if (!Object.hasOwn(compiled.inputs, name))
        throw new CodedError("unknown-feed", { program, name, has: Object.keys(compiled.inputs) });
    for (const name of wanted ?? [])
      if (!Object.hasOwn(compiled.outputs, name))
        throw new CodedError("unknown-feed", { program, name, has: Object.keys(compiled.outputs) });
    const written = this.unset.check(program, compiled, feeds, sizes);
    const outputs = await this.session.run(program, feeds, wanted ?? Object.keys(compiled.outputs));
    this.unset.wrote(written);
    return outputs;
  }

  read(name: string): NDArray {
    this.unset.wantSet(name, this.state(name));
    return this.session.read(name);
  }

  write(name: string, value: NDArray): void {
    const { type } = this.state(name);
    if (!fits(value, type, new Map()))
      throw new CodedError("state-type", { name, expected: typeText(type), got: typeText(value) });
    this.session.write(name, value);
    this.unset.wrote({ [name]: value.shape });
  }

  save(
    file: string,
    names: readonly string[] | null,
    metadata: Readonly<Record<string, string>>,
    rename: Readonly<Record<string, string>>,
  ): void {
    const tensors: Record<string, TensorToWrite> = {};
    for (const name of names ?? Object.keys(this.states).filter((n) => !isUnsetState(this.states[n]!))) {
      const state = this.state(name);
      this.unset.wantSet(name, state);
      tensors[rename[name] ?? name] = {
        dtype: state.type.dtype,
        shape: this.unset.shapeOf(name) ?? stateShapeOf(name, state),
        bytes: () => this.session.read(name).bytes,
      };
    }
    writeSafetensors(file, tensors, metadata);
  }

  /** Checks the complete file before any state changes. */
  load(file: string, only: Readonly<Record<string, string>> | null, pause: PausePoint): Promise<readonly string[]> {
    const work = { programs: new Set<string>(), states: new Set(Object.keys(only ?? this.states)) };
    return this.working(work, () => this.loadNow(file, only, pause));
  }

  private async loadNow(
    file: string,
    only: Readonly<Record<string, string>> | null,
    pause: PausePoint,
  ): Promise<readonly string[]> {
    verifySafetensors(file);
    await pause();
    const header = readHeader(file);
    for (const name of Object.keys(only ?? {})) this.state(name);
    const tensorOf = (name: string): string => only?.[name] ?? name;
    const names = Object.keys(only ?? this.states).filter(
      (name) => Object.hasOwn(header.tensors, tensorOf(name)) && !isUnsetState(this.states[name]!),
    );
    for (const name of names) {
      const expected = stateShapeOf(name, this.state(name));
      const got = header.tensors[tensorOf(name)]!.shape;
      if (got.length !== expected.length || got.some((d, i) => d !== expected[i]))
        throw new CodedError("tensor-shape", {
          name,
          file,
          expected: `[${expected.join(", ")}]`,
          got: `[${got.join(", ")}]`,
        });
    }
    const turn = turns(pause);
    for (const name of names) {
      this.session.write(name, readTensor(file, tensorOf(name), header, this.state(name).type.dtype));
      await turn();
    }
    return names;
  }

  async reset(names: readonly string[] | null): Promise<void> {
    const sources = new CheckpointReader(this.checkpoints);
    const states = names ? Object.fromEntries(names.map((name) => [name, this.state(name)])) : this.states;
    this.unset.declare(states);
    await this.beginAll(states, sources, () => Promise.resolve());
  }

  /** Copies, because an engine returns its own memory, which the next run changes. */
  setAside(as: string, names: readonly string[]): void {
    const values = names.map((name) => {
      const { bytes, ...tensor } = this.read(name);
      return [name, { ...tensor, bytes: new Uint8Array(bytes) }] as const;
    });
    this.aside.set(as, new Map(values));
  }

  takeBack(as: string): void {
    const values = this.aside.get(as);
    if (!values) throw new CodedError("internal", { what: `no state was stored as ${as}` });
    for (const [name, value] of values) this.write(name, value);
    this.aside.delete(as);
  }

  letGo(as: string): void {
    this.aside.delete(as);
  }

  async remove(programs: readonly string[]): Promise<void> {
    for (const name of programs) {
      if (!Object.hasOwn(this.programs, name))
        throw new CodedError("unknown-feed", { program: "the session", name, has: Object.keys(this.programs) });
    }
    for (const name of programs) Reflect.deleteProperty(this.programs, name);
    const used = new Set(Object.values(this.programs).flatMap(({ state }) => Object.keys(state)));
    const gone = Object.keys(this.states).filter((name) => !used.has(name));
    for (const name of gone) Reflect.deleteProperty(this.states, name);
    this.unset.forget(gone);
    await this.session.remove(programs, gone);
  }

  dispose(): void | Promise<void> {
    return this.session.dispose();
  }

  /** Initialises states one by one, so that only a few weights are in this process's memory at once. */
  private async beginAll(
    states: Readonly<Record<string, TensorState>>,
    sources: CheckpointReader,
    pause: PausePoint,
  ): Promise<void> {
    const turn = turns(pause);
    let read = 0;
    for (const [name, state] of Object.entries(states)) {
      if (isUnsetState(state)) continue;
      this.session.write(name, initialValueOf(name, state, sources));
      await turn();
      read += bytesReadFor(state);
      if (read < PLENTY) continue;
      read = 0;
      (globalThis as { gc?: () => void }).gc?.();
    }
  }

  private async working<T>(work: Work, does: () => Promise<T>): Promise<T> {
    this.work = work;
    try {
      return await does();
    } finally {
      this.work = null;
    }
  }

  private get engine(): EngineName {
    return this.backend.info.name;
  }

  private state(name: string): TensorState {
    if (!Object.hasOwn(this.states, name))
      throw new CodedError("unknown-state", { name, has: Object.keys(this.states) });
    return this.states[name]!;
  }
}

/** Pauses after some time of work. */
function turns(pause: PausePoint): PausePoint {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN) return;
    await pause();
    since = performance.now();
  };
}

/** Bytes read after which memory is freed. */
const PLENTY = 2 ** 26;
function bytesReadFor(state: TensorState): number {
  const { type } = lastOf(stateAndItsOrigins(state));
  return type.shape.reduce<number>((n, d) => n * Number(d), ELEMENT_BYTES[type.dtype]);
}

/** Returns whether a value has the type. Named sizes are bound, or must equal their binding. */
function fits(value: NDArray, type: Type, sizes: Map<string, number>): boolean {
  if (value.dtype !== type.dtype || value.shape.length !== type.shape.length) return false;
  if (value.bytes.length !== value.shape.reduce((n, d) => n * d, ELEMENT_BYTES[value.dtype])) return false;
  return type.shape.every((d, i) => {
    const got = value.shape[i]!;
    if (typeof d === "number") return d === got;
    const bound = sizes.get(d);
    if (bound === undefined) sizes.set(d, got);
    return bound === undefined || bound === got;
  });
}
