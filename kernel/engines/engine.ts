/**
 * One interface for all engines. State (a `Store`) is separate from the programs that use it. Engines run in a host
 * process (kernel/engines/host), and this is its client: feeds are sent, requested outputs come back, and the host
 * itself reads and writes checkpoints.
 */
import type { NDArray, Program } from "#dsl/tensor/program.js";
import type { EngineWork } from "./engine-work.js";

/** All engines; schemas and options derive from this list. */
export const ENGINE_NAMES = ["tensorflow", "onnx", "tfjs"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
/** `auto` and `gpu`: a GPU if the engine finds one. `wasm`: for tfjs, where `cpu` means plain JavaScript. */
export type DeviceName = "auto" | "cpu" | "gpu" | "wasm" | "webgpu";
export interface OpRefusal {
  readonly op: string;
  readonly why: string;
}
export interface EngineInfo {
  readonly name: EngineName;
  /** E.g. "TensorFlow 2.21.0 (CPU) through tfjs-node-gpu". */
  readonly title: string;
  readonly device: "cpu" | "gpu" | "wasm" | "webgpu";
  readonly threads: number;
  /** Set if `EngineOptions.deterministic` was requested. */
  readonly deterministic?: true;
  readonly pid: number;
  /** Reason for the choice of this engine, and its cost if it wasn't the first choice: a sentence to display. */
  readonly why: string;
}
/** How an engine's host spent its time since the last request for it (or since its first run). */
export interface EngineHostTimes {
  readonly computingSeconds: number;
  /**
   * Seconds between the end of one run and the start of the next: replies, reading the next request, waiting for it.
   */
  readonly waitingSeconds: number;
}
export interface Engine {
  readonly info: EngineInfo;
  clock(): Promise<EngineHostTimes>;
  can(program: Program): Promise<readonly OpRefusal[]>;
  /**
   * Creates the state of all `programs` (their union; equal names must have equal types) and compiles each over it.
   * `checkpoints`: safetensors files (or folders of them) searched in order for `{ checkpoint }` initials; a missing
   * tensor is the coded error `missing-tensor`, a wrong shape `tensor-shape`.
   */
  open(programs: Readonly<Record<string, Program>>, checkpoints: readonly string[]): Promise<EngineSession>;
  /** Ends the host process after the current request. */
  close(): Promise<void>;
  /** Rejects with the coded error `engine-died` if the host dies by itself; never settles otherwise. */
  readonly died: Promise<never>;
}
/**
 * Programs compiled over one store. Calls are queued in order; each may be awaited. Opening, adding and loading let
 * unrelated runs pass.
 */
export interface EngineSession {
  readonly programs: readonly string[];
  /** Runs a program: feeds by input name; `wanted` output names (default all). State updates are always applied. */
  run(
    program: string,
    feeds: Readonly<Record<string, NDArray>>,
    wanted?: readonly string[],
  ): Promise<Record<string, NDArray>>;
  /**
   * Adds programs over the same store; new state is initialised, existing state is unchanged. Existing programs may run
   * meanwhile.
   */
  add(programs: Readonly<Record<string, Program>>, checkpoints: readonly string[]): Promise<void>;
  /** Removes programs, and the state that no other program uses. */
  remove(programs: readonly string[]): Promise<void>;
  /**
   * Writes one safetensors file atomically (temporary name, fsync, rename). `names`: default all state; `rename` maps
   * state name to tensor name.
   */
  save(
    file: string,
    names?: readonly string[],
    metadata?: Readonly<Record<string, string>>,
    rename?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /**
   * Sets state from a safetensors file; names not in the file are unchanged. `only`: state → tensor, default all under
   * their own names. Returns the names set.
   */
  load(file: string, only?: Readonly<Record<string, string>>): Promise<readonly string[]>;
  /** Resets state to its initial values; `names`: default all. */
  reset(names?: readonly string[]): Promise<void>;
  /** Stores a copy of these states in the host's memory, and replaces an earlier copy of that name. */
  setAside(as: string, names: readonly string[]): Promise<void>;
  /** Restores the states from the copy of that name, and deletes the copy. */
  takeBack(as: string): Promise<void>;
  /** Deletes the copy of that name, if there is one. */
  letGo(as: string): Promise<void>;
  read(state: string): Promise<NDArray>;
  write(state: string, value: NDArray): Promise<void>;
  dispose(): Promise<void>;
}
export interface EngineOptions {
  /** `auto`: the fastest engine that works on this machine. */
  readonly engine: EngineName | "auto";
  /** Default `auto`. `webgpu`: GPU access of ONNX Runtime and of tfjs. */
  readonly device?: DeviceName;
  /** Work for which `auto` chooses; default: training few weights in f32. */
  readonly work?: EngineWork;
  /** Threads for one operation; default: one per core. */
  readonly threads?: number;
  /**
   * Sets TensorFlow's switch against ops that add in any order (on a GPU; those on a CPU never do). Absent: unchanged.
   */
  readonly deterministic?: true;
  /** Additional environment variables of the host process. */
  readonly env?: Readonly<Record<string, string>>;
}
