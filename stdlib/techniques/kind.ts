/** A rewrite of any family's body: what trains, and what is put around its layers. */
import type { Call } from "#dsl/language/types/value.js";
import type { RecommendedRate } from "./shared/rates.js";
import type { Layers } from "../layers/contract.js";
import type { ModelInputs, ModelOutputs, ModelSizes } from "../models/kind.js";

/** A rewrite of any family's body: what trains, and what is put around linear layers, blocks, attention or the whole. */
export interface TechniqueImplementation {
  /** Whether the head is found at once, from what it reads of all rows, instead of by steps; absent: by steps. */
  exact?(call: Call): boolean;
  /** Whether a parameter trains: one of the base, or one that the technique adds. The head trains under every technique. */
  trains(call: Call, path: string): boolean;
  /** Whether the technique adds a parameter: no base has it. Absent: it adds none. */
  adds?(call: Call, path: string): boolean;
  /** Wraps the layers: `linear` of the targets gets what the technique adds. Called once for each program. */
  around(call: Call, layers: Layers): Layers;
  /** Wraps the whole body (`build`, over layers and inputs): what lengthens sequences or feeds attention. Absent: nothing does. */
  body?(call: Call, options: BodyOptions): ModelOutputs;
  /** States ([…], they don't train) that are part of what it trained, and that `body` makes; absent: there are none. */
  readonly constants?: readonly string[];
  /** Virtual tokens, where it makes some. */
  virtual?(call: Call): VirtualTokens;
  /** What the call says in words, as numbers: `encode` gives a text's tokens, specials included. Absent: the call as it is. */
  resolve?(call: Call, world: { encode(text: string): Promise<readonly number[]> }): Promise<Call>;
  /** What makes up a trained model: every weight, or what trains (over a base that stays what it was). */
  readonly saved: "model" | "trained";
  /** Of `trained`: the name of a state in the adapter's file; absent: its own. */
  fileName?(name: string): string;
  /** Whether the trained model is also written as a plain folder, merged into the base's weights; absent: it isn't. */
  merges?(call: Call): boolean;
  /** Of `trained`: what adapter_config.json says beside the weights; absent: the technique's own words alone. */
  config?(call: Call, about: AdapterFacts): Readonly<Record<string, unknown>>;
}
export interface BodyOptions {
  readonly layers: Layers;
  readonly inputs: ModelInputs;
  readonly sizes: ModelSizes;
  /** A text is continued: the cache holds what came before, virtual tokens included, and the mask covers it. */
  readonly continues: boolean;
  /** The program trains; else it answers. */
  readonly trains: boolean;
  build(layers: Layers, inputs: ModelInputs): ModelOutputs;
}
export interface VirtualTokens {
  /** Positions that they take from the text. */
  readonly positions: number;
  /** Places that they take in the cache of what was read: of a decoder's own text, or of what an encoder made of its. */
  readonly cached: number;
}
/** What a configuration beside an adapter's weights may tell of the model that it belongs to. */
export interface AdapterFacts {
  readonly base: string;
  /** The hub's commit of the base; null: not known. */
  readonly revision: string | null;
  /** PEFT's name of the task (`SEQ_CLS`); null: it has none. */
  readonly task: string | null;
  /** Modules of the head, which is saved too. */
  readonly head: readonly string[];
  readonly sizes: ModelSizes;
  /** States that are saved, by their own names. */
  readonly states: Readonly<Record<string, readonly number[]>>;
  /** Whether linear layers lie as [in, out] in the base. */
  readonly inOut: boolean;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    technique: TechniqueImplementation;
  }
}
declare module "#dsl/language/types/capabilities/model.js" {
  // oxlint-disable-next-line no-unused-vars -- interfaces that merge have the same parameters
  interface TechniqueCapabilities<C extends Call = Call> {
    /** In words, for the reference: goes on after "Trains". */
    readonly trains?: string;
    /** What it recommends, for AdamW; absent: what is usual for models of its sort. */
    readonly learningRate?: RecommendedRate;
  }
}
