/**
 * One interface over all engines. State (a `Store`) stands apart from the programs that use it. Engines live in a host
 * process (kernel/engines/host); what you hold here is a client: feeds go over, wanted outputs come back, checkpoints are
 * read and written by the host itself.
 */
import type { NDArray, Program } from "#dsl/tensor/program.js";
import type { EngineWork } from "./work.js";

/** All engines: what schemas and options take is read from here. */
export const ENGINE_NAMES = ["tensorflow", "onnx", "tfjs"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
/** `auto` and `gpu`: a graphics card where the engine finds one. `wasm`: tfjs's; to tfjs `cpu` is plain JavaScript. */
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
  /** Asked for by `EngineOptions.deterministic`; absent: it wasn't. */
  readonly deterministic?: true;
  readonly pid: number;
  /** Why this engine was taken, and what that costs if it wasn't the first choice: a sentence to show. */
  readonly why: string;
}
/** How an engine's host spent its time since it was asked last (or since its first run). */
export interface EngineClock {
  /** Running programs. */
  readonly computingSeconds: number;
  /** Between the end of one run and the beginning of the next: replies, reading the next request, waiting for it. */
  readonly waitingSeconds: number;
}
export interface Engine {
  readonly info: EngineInfo;
  clock(): Promise<EngineClock>;
  can(program: Program): Promise<readonly OpRefusal[]>;
  /**
   * Makes the state of all `programs` (their union; equal names must have equal types) and compiles each over it.
   * `checkpoints`: safetensors files (or folders of them) searched in order for `{ checkpoint }` initials; a missing
   * tensor is the coded error `missing-tensor`, a wrong shape `tensor-shape`.
   */
  open(programs: Readonly<Record<string, Program>>, checkpoints: readonly string[]): Promise<EngineSession>;
  /** Ends the host process after what is under way. */
  close(): Promise<void>;
  /** Settles when the host dies by itself (coded error `engine-died`); never otherwise. */
  readonly died: Promise<never>;
}
/**
 * Programs compiled over one store. Calls are queued in order; each may be awaited. What opens, adds or loads lets runs pass that it
 * doesn't concern.
 */
export interface EngineSession {
  readonly programs: readonly string[];
  /** Runs a program: feeds by input name; `wanted` output names (default all). Updates happen always. */
  run(
    program: string,
    feeds: Readonly<Record<string, NDArray>>,
    wanted?: readonly string[],
  ): Promise<Record<string, NDArray>>;
  /** Adds programs over the same store; new state is initialised, old state kept. Others that are there may run meanwhile. */
  add(programs: Readonly<Record<string, Program>>, checkpoints: readonly string[]): Promise<void>;
  /** Takes programs away, and with them the state that no other program has. */
  remove(programs: readonly string[]): Promise<void>;
  /** Writes one safetensors file, atomically (temporary name, fsync, rename). `names`: default all state; `rename` maps state name to tensor name. */
  save(
    file: string,
    names?: readonly string[],
    metadata?: Readonly<Record<string, string>>,
    rename?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Sets state from a safetensors file; names not in the file stay as they are. `only`: state → tensor, default all under their own names. Returns the names set. */
  load(file: string, only?: Readonly<Record<string, string>>): Promise<readonly string[]>;
  /** Sets state back to its initial values; `names`: default all. */
  reset(names?: readonly string[]): Promise<void>;
  /** Keeps a copy of these states in the host's memory, in place of what was kept under that name before. */
  setAside(as: string, names: readonly string[]): Promise<void>;
  /** Sets the states back to what was kept under that name, which is no longer kept then. */
  takeBack(as: string): Promise<void>;
  /** Lets go of what was kept under that name, if anything was. */
  letGo(as: string): Promise<void>;
  read(state: string): Promise<NDArray>;
  write(state: string, value: NDArray): Promise<void>;
  dispose(): Promise<void>;
}
export interface EngineOptions {
  /** `auto`: the fastest that works here. */
  readonly engine: EngineName | "auto";
  /** Default `auto`. `webgpu`: the way to a graphics card of ONNX Runtime and of tfjs. */
  readonly device?: DeviceName;
  /** What `auto` chooses for; default: training few weights in f32. */
  readonly work?: EngineWork;
  /** Threads for one operation; default: one per core. */
  readonly threads?: number;
  /** TensorFlow's own switch for ops that add in any order (on a graphics card: the processor's never do). Absent: it is left as it is. */
  readonly deterministic?: true;
  /** Further environment of the host process. */
  readonly env?: Readonly<Record<string, string>>;
}
