/** Interface of an engine inside the host process; everything that engines have in common is in `HostSession`. */
import type { NDArray, Program, TensorState } from "#dsl/tensor/program.js";
import type { EngineInfo, OpRefusal } from "../engine.js";

export type NamedPrograms = Readonly<Record<string, Program>>;
export type NamedArrays = Readonly<Record<string, NDArray>>;

export interface Backend {
  readonly info: Omit<EngineInfo, "pid" | "why">;
  can(program: Program): readonly OpRefusal[];
  open(): BackendSession;
}
/** Point at which long work may pause, so that other requests are answered. */
export type PausePoint = () => Promise<void>;
/**
 * All values were checked before: names exist, types and sizes fit. The work is done when a call returns, or its
 * promise settles.
 */
export interface BackendSession {
  /**
   * Adds programs; `states` is the union of all programs' state. New state is zero or unset, existing state keeps its
   * value. Existing programs may run during pauses.
   */
  add(programs: NamedPrograms, states: Readonly<Record<string, TensorState>>, pause: PausePoint): void | Promise<void>;
  run(
    program: string,
    feeds: NamedArrays,
    wanted: readonly string[],
  ): Record<string, NDArray> | Promise<Record<string, NDArray>>;
  remove(programs: readonly string[], states: readonly string[]): void | Promise<void>;
  read(state: string): NDArray;
  /** Null: fills with zeros. */
  write(state: string, value: NDArray | null): void;
  dispose(): void | Promise<void>;
}
