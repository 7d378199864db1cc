/** The message protocol between an engine's client and its host process: numbered requests, answered in order. */
import type { NDArray } from "#dsl/tensor/program.js";
import type { Program } from "#dsl/tensor/program.js";
import type { DeviceName, EngineHostTimes, EngineInfo, EngineName, OpRefusal } from "../engine.js";
import type { NamedArrays, NamedPrograms } from "./backend.js";

/** Request and reply of each call. */
export interface HostCalls {
  start: {
    ask: { engine: EngineName; addon: string | null; threads: number; device: DeviceName; answers: boolean };
    answer: Omit<EngineInfo, "why">;
  };
  can: { ask: { program: Program }; answer: readonly OpRefusal[] };
  open: { ask: { programs: NamedPrograms; checkpoints: readonly string[] }; answer: number };
  add: { ask: { session: number; programs: NamedPrograms; checkpoints: readonly string[] }; answer: null };
  remove: { ask: { session: number; programs: readonly string[] }; answer: null };
  run: {
    ask: { session: number; program: string; feeds: NamedArrays; wanted: readonly string[] | null };
    answer: Record<string, NDArray>;
  };
  save: {
    ask: {
      session: number;
      file: string;
      names: readonly string[] | null;
      metadata: Readonly<Record<string, string>>;
      rename: Readonly<Record<string, string>>;
    };
    answer: null;
  };
  load: {
    ask: { session: number; file: string; only: Readonly<Record<string, string>> | null };
    answer: readonly string[];
  };
  reset: { ask: { session: number; names: readonly string[] | null }; answer: null };
  setAside: { ask: { session: number; as: string; names: readonly string[] }; answer: null };
  takeBack: { ask: { session: number; as: string }; answer: null };
  letGo: { ask: { session: number; as: string }; answer: null };
  read: { ask: { session: number; state: string }; answer: NDArray };
  write: { ask: { session: number; state: string; value: NDArray }; answer: null };
  dispose: { ask: { session: number }; answer: null };
  clock: { ask: Record<string, never>; answer: EngineHostTimes };
  close: { ask: Record<string, never>; answer: null };
}
export type HostCallName = keyof HostCalls;

export type HostRequest = {
  [N in HostCallName]: { readonly id: number; readonly call: N; readonly ask: HostCalls[N]["ask"] };
}[HostCallName];
export type HostReply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failed: HostFailure };
/** A serialized error: a coded one keeps its code and data. */
export interface HostFailure {
  readonly code: string | null;
  readonly data: unknown;
  readonly message: string;
  readonly stack: string;
}
