/** A technique: which parameters of a model's body train, and what it adds to the layers. */
import type { Call } from "#dsl/language/types/value.js";
import type { RecommendedLearningRate } from "./shared/rates.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelInputs, ModelOutputs, ModelSizes } from "../models/kind.js";

/**
 * Rewrites any family's body: which parameters train, and what wraps linear layers, blocks, attention or the complete
 * body.
 */
export interface TechniqueImplementation {
  /**
   * Whether the head is solved exactly from the features of all rows, instead of by gradient steps; false by default.
   */
  exact?(call: Call): boolean;
  /** Whether a parameter of the base or of the technique trains. The head trains under every technique. */
  trains(call: Call, path: string): boolean;
  /** Whether the technique adds this parameter, which no base has. By default it adds none. */
  adds?(call: Call, path: string): boolean;
  /** Wraps the layers: `linear` of target layers gets the technique's additions. Called once per program. */
  around(call: Call, layers: LayerBuilder): LayerBuilder;
  /**
   * Wraps the complete body (`build`, over layers and inputs), for techniques that lengthen sequences or change
   * attention. By default not wrapped.
   */
  body?(call: Call, options: TechniqueBodyOptions): ModelOutputs;
  /** Non-trainable states that are part of the result and that `body` creates; none by default. */
  readonly constants?: readonly string[];
  /** Virtual tokens that the technique adds, if any. */
  virtual?(call: Call): VirtualTokenCounts;
  /**
   * Replaces texts in the call by numbers: `encode` returns a text's tokens, including special tokens. By default the
   * call is unchanged.
   */
  resolve?(call: Call, world: { encode(text: string): Promise<readonly number[]> }): Promise<Call>;
  /** Saved weights: all, or only the trained ones (over an unchanged base). */
  readonly saved: "model" | "trained";
  /** For `trained`: the name of a state in the adapter's file; by default the same. */
  fileName?(name: string): string;
  /** Whether the trained model is also written as a plain folder, merged into the base's weights; false by default. */
  merges?(call: Call): boolean;
  /** For `trained`: additional fields of adapter_config.json; by default only the technique's own. */
  config?(call: Call, about: AdapterConfigFacts): Readonly<Record<string, unknown>>;
}
export interface TechniqueBodyOptions {
  readonly layers: LayerBuilder;
  readonly inputs: ModelInputs;
  readonly sizes: ModelSizes;
  /**
   * Whether a text is continued: the cache then contains all that came before, including virtual tokens, and the mask
   * covers it.
   */
  readonly continues: boolean;
  /** Whether the program is for training instead of inference. */
  readonly trains: boolean;
  build(layers: LayerBuilder, inputs: ModelInputs): ModelOutputs;
}
export interface VirtualTokenCounts {
  /** Number of positions that they take from the text. */
  readonly positions: number;
  /** Number of entries that they take in the key-value cache: of a decoder's own text, or of an encoder's output. */
  readonly cached: number;
}
/** Facts about its model for an adapter's configuration file. */
export interface AdapterConfigFacts {
  readonly base: string;
  /** Commit of the base on the Hub; null if unknown. */
  readonly revision: string | null;
  /** PEFT's name of the task (`SEQ_CLS`); null if it has none. */
  readonly task: string | null;
  /** Modules of the head, which is also saved. */
  readonly head: readonly string[];
  readonly sizes: ModelSizes;
  /** Shapes of the saved states, by their own names. */
  readonly states: Readonly<Record<string, readonly number[]>>;
  /** Whether the base stores linear layers as [in, out]. */
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
    /** Text for the reference that follows "Trains". */
    readonly trains?: string;
    /** Recommended learning rate for AdamW; by default the usual one for the type of model. */
    readonly learningRate?: RecommendedLearningRate;
  }
}
