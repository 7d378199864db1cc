/**
 * What opens a deployed model: the target's own runtime, where there is one here. Graphs take and give arrays by the names
 * that programs use; runtimes that hold tokenizer and template take texts. A record per runtime in runtimes/, listed in
 * runtimes/table.ts under the name that targets give (capability `runtime`).
 */
import type { NDArray } from "#dsl/tensor/program.js";
import type { Message } from "#stdlib/conversations/kind.js";
import type { PredictionInput } from "../data/encoding/encoded.js";
import type { Engine, EngineSession } from "../engines/engine.js";
import type { GraphName, DeploymentResult } from "#stdlib/targets/kind.js";
import type { LogitPicks } from "./decoders/picks.js";

export interface RuntimeRecord {
  /** As it is shown: "ONNX Runtime". */
  readonly title: string;
  /** Runtimes whose files it reads as well as its own; absent: none. */
  readonly reads?: readonly string[];
  /** `written`: what it should open; absent: anything. Null: it is here. Else what brings it, for a sentence: "npm install node-llama-cpp brings it". */
  found(written?: DeploymentResult): Promise<string | null>;
  /** `place`: the folder, or the file of a target that writes one. Called only where it was found. */
  open(place: string, written: DeploymentResult, options?: RuntimeOpenOptions): Promise<OpenedModel>;
}
export interface RuntimeOpenOptions {
  /** Opens a folder of transformers in an engine of Tunebook's. */
  reopen(): Promise<{ readonly session: Pick<EngineSession, "run">; readonly engine: Engine; close(): Promise<void> }>;
  /** The folder of an adapter's base. Coded error `adapter-needs-base`. */
  base(): Promise<string>;
}
export interface OpenedModel {
  readonly version: string;
  /** It is asked by the notebook's own programs; absent: by `run` or `write`. */
  readonly session?: Pick<EngineSession, "run">;
  /** How it is fed, where what was written doesn't say it. */
  readonly graphs?: NonNullable<DeploymentResult["graphs"]>;
  /** Absent: it runs no graphs. Feeds and outputs by the program's names; i32 where the file has i64. */
  run?: RunGraph;
  /** Absent: it writes by graphs, or not at all. The likeliest tokens after a text or a conversation, `most` at most; those after each of `expected`, where the runtime can be told. */
  write?(prompt: RuntimePrompt, most: number, expected?: readonly number[]): Promise<GeneratedText>;
  /** It reads texts by itself where people ask it: what it makes of them. Absent: it is fed tokens alone. */
  reads?(texts: readonly PredictionInput[]): Promise<readonly TextTokens[]>;
  /** Settles when its process has ended, by itself too; absent: it has none of its own. */
  readonly ended?: Promise<void>;
  close(): Promise<void>;
}
export type RunGraph = (
  graph: GraphName,
  feeds: Readonly<Record<string, NDArray>>,
  wanted?: readonly string[],
  staying?: RuntimeCallOptions,
) => Promise<Record<string, NDArray>>;
/** A text as a runtime reads it. */
export interface TextTokens {
  readonly ids: readonly number[];
  /** Where tokens of its context stand: of each part its first token, where all begin and where all end. */
  readonly places: readonly number[];
}
/** What stays in the runtime's own process. */
export interface RuntimeCallOptions {
  /** Of the wanted output `logits` this alone is handed over. */
  readonly picks?: LogitPicks;
  /**
   * Outputs that are kept, by the inputs which they are: any graph of the file is fed what is kept where nothing else is
   * given. An output without an element leaves what was kept before. Only runtimes of files that have a graph `decoder`.
   */
  readonly keeps?: Readonly<Record<string, string>>;
}
/** A text, or a conversation whose last message is to be answered. */
export type RuntimePrompt = string | readonly Message[];
export interface GeneratedText {
  readonly text: string;
  /** Token ids, without the one that ended it. */
  readonly tokens: readonly number[];
  /** They are those that come after the expected ones before them. */
  readonly told?: true;
  /** Logits of the first, and of each how far it lies before the next likely one; absent: the runtime doesn't tell. */
  readonly first?: NDArray;
  readonly leads?: readonly number[];
}
