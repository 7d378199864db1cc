/** What one engine must do inside the host process; everything that engines have in common is `HostSession`'s. */
import type { NDArray, Program, TensorState } from "#dsl/tensor/program.js";
import type { EngineInfo, OpRefusal } from "../engine.js";

export type NamedPrograms = Readonly<Record<string, Program>>;
export type NamedArrays = Readonly<Record<string, NDArray>>;

export interface Backend {
  readonly info: Omit<EngineInfo, "pid" | "why">;
  can(program: Program): readonly OpRefusal[];
  open(): BackendSession;
}
/** Where long work may stand still, so that others are answered. */
export type PausePoint = () => Promise<void>;
/** Values that reach it have been checked: names exist, types and sizes fit. Everything is done when a call returns, or its promise settles. */
export interface BackendSession {
  /**
   * Adds programs; `states` is the union of all programs' state. New state is zero or unset, old state keeps its value. While it
   * pauses, programs that are there may run.
   */
  add(programs: NamedPrograms, states: Readonly<Record<string, TensorState>>, pause: PausePoint): void | Promise<void>;
  run(
    program: string,
    feeds: NamedArrays,
    wanted: readonly string[],
  ): Record<string, NDArray> | Promise<Record<string, NDArray>>;
  /** `programs` are there; `states`: those that no other program has. */
  remove(programs: readonly string[], states: readonly string[]): void | Promise<void>;
  read(state: string): NDArray;
  /** Null: zeros. */
  write(state: string, value: NDArray | null): void;
  dispose(): void | Promise<void>;
}
