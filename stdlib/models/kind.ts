/** A model family: its config, its body and its own heads. */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { KnownCheckpoint } from "./shared/known-checkpoints.js";
import type { LayerBuilder } from "../layers/contract.js";

export interface ModelInputs {
  /** Shape [batch, length], i32. */
  readonly input_ids: Tensor;
  /** Shape [batch, length], i32, 1 for real tokens. */
  readonly attention_mask: Tensor;
  /** Shape [batch, length], i32. Defaults to 0 everywhere. */
  readonly token_type_ids?: Tensor;
  /** [batch, length] i32: each token's position in its own text. Defaults to 0, 1, 2, … in each row. */
  readonly positions?: Tensor;
  /**
   * [batch, length] i32: tokens attend within their own segment (several texts packed in one row). Defaults to one text
   * per row.
   */
  readonly segments?: Tensor;
  /** Decoder input of encoder-decoders, [batch, targets_length] i32; `input_ids` is the encoder input. */
  readonly decoder_input_ids?: Tensor;
  /** [batch, decoder's keys] i32. Defaults to all real (padding comes after a text, so no token attends to it). */
  readonly decoder_attention_mask?: Tensor;
  /** i32 [targets_length]: positions of the decoder's tokens among its keys. Defaults to 0, 1, 2, … */
  readonly decoder_positions?: Tensor;
  /** Encoder output ([batch, sources, hidden]), or a part of it. By default it is computed from `input_ids`. */
  readonly encoded?: Tensor;
}
export interface ModelOutputs {
  /** [batch, length, hidden]; in encoder-decoders the decoder's, [batch, targets_length, hidden]. */
  readonly last_hidden_state: Tensor;
  /** Encoder output of an encoder-decoder, [batch, sources, hidden]. */
  readonly encoded?: Tensor;
  /** [batch, hidden]: input of a sentence-level head; undefined if the model has no pooler. */
  readonly pooled?: Tensor;
  /**
   * [batch, hidden]: state at the first position if a technique puts virtual tokens before the text. If undefined, the
   * text's first token is the first position.
   */
  readonly first?: Tensor;
  /** [batch, virtual tokens, hidden]: states of the virtual tokens before the text; undefined if there are none. */
  readonly virtual?: Tensor;
  /** Set if a technique routes each row through its own part of the model. */
  readonly routed?: {
    /** [batch, hidden]: the state that selects the part; undefined in training programs, which do not select. */
    readonly pooled?: Tensor;
    /** f32 [batch or 1, 1]: how many labels, counted from the head's first, the part of a row may predict. */
    readonly known: Tensor;
  };
  /** A decoder's output embedding [vocabulary, hidden], tied or separate (`lm_head.weight`). */
  readonly unembedding?: Tensor;
  /** Soft cap of the output embedding's logits: cap · tanh(logit / cap). Defaults to no cap. */
  readonly cap?: number;
  /**
   * Builds the family's own masked-language-model head from the layers of a head; undefined if the family has none.
   */
  readonly unmask?: (head: LayerBuilder) => UnmaskingHead;
}
/**
 * Masked-language-model head with logits transform(x) · weightᵀ + bias, for x [rows, hidden] or
 * [batch, length, hidden].
 */
export interface UnmaskingHead {
  transform(x: Tensor): Tensor;
  /** Shape [vocabulary, size]; usually the input embedding. */
  readonly weight: Tensor;
  /** Shape [vocabulary]. */
  readonly bias: Tensor;
}
/** Sequence classification head, as in the family's ...ForSequenceClassification in transformers. */
export interface SequenceClassificationHead<C = unknown> {
  /** Checkpoint paths of its layers; the last one has a row per label. */
  readonly paths: readonly [string, ...string[]];
  /** Dropout rate. Defaults to `ModelImplementation.headDropout`. */
  dropout?(config: C): number;
  /** Returns logits [batch, labels]. `layers` names parameters without the body's prefix. */
  logits(
    layers: LayerBuilder,
    body: ModelOutputs,
    options: { readonly hidden: number; readonly labels: number; readonly dropout: number },
  ): Tensor;
}
/** Inputs for the config.json of a model from scratch. */
export interface FromScratchInputs {
  /** Arguments of the call, with defaults filled in. */
  readonly words: Readonly<Record<string, unknown>>;
  readonly vocabulary: number;
  /** Maximum text length in tokens. */
  readonly positions: number;
  /** Returns the id of the special token for a role (`pad`, `begin`, `end`); null if there is none. */
  special(role: string): number | null;
}
export interface ModelImplementation<C = unknown> {
  /** Reads config.json; throws coded errors for unsupported settings. */
  config(json: Readonly<Record<string, unknown>>): C;
  /** Returns a config.json for a model from scratch; not defined if the family cannot be created from scratch. */
  fromWords?(options: FromScratchInputs): Readonly<Record<string, unknown>>;
  /** Builds the body. `dropout`: null keeps the rates of the config; `pooled: false` leaves out the pooler. */
  build(
    layers: LayerBuilder,
    config: C,
    inputs: ModelInputs,
    options: { readonly dropout: number | null; readonly pooled?: boolean },
  ): ModelOutputs;
  hidden(config: C): number;
  /** Standard deviation for weights that the checkpoint does not have. */
  initializerRange(config: C): number;
  /** Dropout of the config between layers; heads use it too unless the config has a rate for them. */
  dropout(config: C): number;
  /** Dropout of the config for heads. Defaults to `dropout`. */
  headDropout?(config: C): number;
  /** Dropout of the config for the extractive question-answering head. Defaults to none. */
  answerDropout?(config: C): number;
  /** Sequence classification head; undefined if the family has none. */
  readonly sentence?: SequenceClassificationHead<C>;
  /**
   * Checkpoint paths of the layers of its masked-language-model head (`ModelOutputs.unmask`); undefined if it has none.
   */
  readonly unmaskPaths?: readonly [string, ...string[]];
  /** Encoders read a complete text, decoders continue it. */
  readonly shape: "encoder" | "decoder" | "encoder-decoder";
  /**
   * Prefix of the body's parameters in a checkpoint with a head (`bert.`); a checkpoint of the body alone has none.
   */
  readonly prefix: string;
  /** Returns the sizes for the plan: layers, hidden, heads, vocabulary, positions. */
  sizes(config: C): ModelSizes;
}
export interface ModelSizes {
  readonly layers: number;
  /** Number of decoder layers in an encoder-decoder, included in `layers`. */
  readonly decoderLayers?: number;
  readonly hidden: number;
  readonly heads: number;
  /** Width of one head. Defaults to hidden / heads. */
  readonly headSize?: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Number of token types; undefined if the family has none. */
  readonly types?: number;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    model: ModelImplementation;
  }
}
declare module "#dsl/language/types/capabilities/model.js" {
  interface FamilyCapabilities {
    /** `model_type` of config.json. */
    readonly modelType: string;
    /** Prefix of its class names in transformers (`Bert`). */
    readonly className: string;
    /** Head classes with unusual names: usual suffix → the family's own. */
    readonly oddHeads?: Readonly<Record<string, string>>;
    readonly shape: ModelImplementation["shape"];
    /**
     * Linear layers by the last name of their path: `targets` are those that LoRA adapts, `linears` all of a block.
     */
    readonly targets: readonly string[];
    readonly linears: readonly string[];
    /** The family has a pooler layer for sentence-level heads. */
    readonly pools?: true;
    /** The family has a masked-language-model head. */
    readonly unmasks?: true;
    /** Its classification head has a second layer, as wide as the model. */
    readonly denseHead?: true;
    /** Checkpoint tensors that are not parameters. */
    readonly buffers?: RegExp;
    /** Popular base checkpoints, most popular first. */
    readonly checkpoints: readonly KnownCheckpoint[];
  }
}
