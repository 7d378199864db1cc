/** The record of an engine: each engine is a subfolder with a `record.ts`, found by `engines.ts`. */
import type { Program } from "#dsl/tensor/program.js";
import type { DeviceName, EngineName } from "./engine.js";
import type { Backend } from "./host/backend.js";
import type { TrainedShare } from "./engine-work.js";

export interface BackendOpenOptions {
  /** Path of the addon that `found` returned; null if it needs none. */
  readonly addon: string | null;
  readonly threads: number;
  readonly device: DeviceName;
  readonly answers: boolean;
}
export interface EngineRecord {
  readonly name: EngineName;
  /** The start of its title, on all devices; the locks of older runs identify the engine by it. */
  readonly titled: string;
  /** Packages whose versions affect its numerical results. */
  readonly packages: readonly string[];
  /** How to install it where it does not work. */
  readonly mend: string;
  /** Devices that only this engine supports: `auto` chooses it for them. */
  readonly alone?: readonly DeviceName[];
  /**
   * The reason why it does not support a requested device; undefined if it does, or if it reports that itself at start.
   */
  refuses(device: DeviceName): string | undefined;
  /**
   * Measured share of the machine's product speed that a training step, or a batch of requests, reaches. Without it,
   * `auto` tries the engine last.
   */
  readonly utilisation?: Readonly<Record<TrainedShare | "answers", number>>;
  /** True if it can store bf16 but not compute in it. */
  readonly lacksBf16?: true;
  /** Additional environment variables of its process; the user's environment takes precedence. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Environment variables of its process that override the user's environment. */
  readonly required?: Readonly<Record<string, string>>;
  /** The message of `auto` if its native part is missing. */
  readonly without?: string;
  /** Finds its native part on this machine; a string states why it is missing. */
  found(): Promise<{ readonly addon: string | null } | string>;
  /** Emits programs as text for the engine. Without it, the engine runs programs directly. */
  emitted?(programs: Readonly<Record<string, Program>>): Promise<string>;
  /** Creates the backend in the host process. */
  backend(opening: BackendOpenOptions): Promise<Backend>;
}
