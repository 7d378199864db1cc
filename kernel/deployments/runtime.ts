/**
 * Opens a deployed model in the target's own runtime, if it is available. Graphs use the array names of the programs;
 * runtimes with their own tokenizer and template take texts. Each runtime is a record in runtimes/, listed in
 * runtimes/table.ts under the name used by targets (capability `runtime`).
 */
import type { NDArray } from "#dsl/tensor/program.js";
import type { Message } from "#stdlib/conversations/kind.js";
import type { PredictionInput } from "../data/encoding/encoded.js";
import type { Engine, EngineSession } from "../engines/engine.js";
import type { GraphName, DeploymentResult } from "#stdlib/targets/kind.js";
import type { RequestedLogitPositions } from "./decoders/picks.js";

export interface RuntimeDefinition {
  /** Displayed name: "ONNX Runtime". */
  readonly title: string;
  /** Other runtimes whose files it can read. Defaults to none. */
  readonly reads?: readonly string[];
  /**
   * Returns null if the runtime is available, else advice for a sentence: "npm install node-llama-cpp brings it".
   * `written`: the deployment to open; absent: any.
   */
  found(written?: DeploymentResult): Promise<string | null>;
  /** `place`: the folder, or the file of a single-file target. Called only if `found` returned null. */
  open(place: string, written: DeploymentResult, options?: RuntimeOpenOptions): Promise<OpenedModel>;
}
export interface RuntimeOpenOptions {
  /** Opens a transformers folder in an engine of Tunebook. */
  reopen(): Promise<{ readonly session: Pick<EngineSession, "run">; readonly engine: Engine; close(): Promise<void> }>;
  /** Returns the folder of an adapter's base. Coded error `adapter-needs-base`. */
  base(): Promise<string>;
}
export interface OpenedModel {
  readonly version: string;
  /** Session for the notebook's own programs. Absent: use `run` or `write`. */
  readonly session?: Pick<EngineSession, "run">;
  /** Its graphs, if the deployment doesn't describe them. */
  readonly graphs?: NonNullable<DeploymentResult["graphs"]>;
  /** Absent if it runs no graphs. Feeds and outputs have the program's names, and are i32 where the file has i64. */
  run?: RunGraph;
  /**
   * Generates the most probable tokens after a text or conversation, at most `most`; with `expected`, those after each
   * expected token if the runtime supports it. Absent: it generates by graphs, or not at all.
   */
  write?(prompt: RuntimePrompt, most: number, expected?: readonly number[]): Promise<GeneratedText>;
  /** Returns the tokens that the runtime's own tokenizer makes of texts. Absent: it takes tokens only. */
  reads?(texts: readonly PredictionInput[]): Promise<readonly TextTokens[]>;
  /** Settles when its process ends for any reason; absent: it has no process. */
  readonly ended?: Promise<void>;
  close(): Promise<void>;
}
export type RunGraph = (
  graph: GraphName,
  feeds: Readonly<Record<string, NDArray>>,
  wanted?: readonly string[],
  staying?: RuntimeCallOptions,
) => Promise<Record<string, NDArray>>;
export interface TextTokens {
  readonly ids: readonly number[];
  /** Positions of context tokens: of each window its first token, then all starts and all ends. */
  readonly places: readonly number[];
}
/** Limits what leaves the runtime's process. */
export interface RuntimeCallOptions {
  /** Part of the output `logits` that is returned. */
  readonly picks?: RequestedLogitPositions;
  /**
   * Outputs to keep in the process, by the input they feed: any graph of the file uses them if its feeds lack that
   * input. An empty output leaves the earlier value. Only for runtimes of files with a graph `decoder`.
   */
  readonly keeps?: Readonly<Record<string, string>>;
}
/** A text, or a conversation that ends with the message to respond to. */
export type RuntimePrompt = string | readonly Message[];
export interface GeneratedText {
  readonly text: string;
  /** Token ids, without the end token. */
  readonly tokens: readonly number[];
  /** Set if each token was predicted after the expected tokens before it. */
  readonly told?: true;
  /**
   * Logits of the first token, and each token's lead over the next most probable one. Absent: the runtime doesn't
   * return them.
   */
  readonly first?: NDArray;
  readonly leads?: readonly number[];
}
