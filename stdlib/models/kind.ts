/** A model family: its config, its body, its own heads. */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { KnownCheckpoint } from "./shared/known-checkpoints.js";
import type { Layers } from "../layers/contract.js";

export interface ModelInputs {
  /** [batch, length] i32. */
  readonly input_ids: Tensor;
  /** [batch, length] i32, 1 for real tokens. */
  readonly attention_mask: Tensor;
  /** [batch, length] i32; absent: all 0. */
  readonly token_type_ids?: Tensor;
  /** [batch, length] i32: each token's position in its own text; absent: 0, 1, 2, … in each row. */
  readonly positions?: Tensor;
  /** [batch, length] i32: tokens attend within their own segment (several texts packed in one row); absent: one text a row. */
  readonly segments?: Tensor;
  /** Of encoder-decoders: what the decoder reads, [batch, targets_length] i32; `input_ids` are the encoder's. */
  readonly decoder_input_ids?: Tensor;
  /** [batch, decoder's keys] i32; absent: all are real (padding comes after a text, where no token looks). */
  readonly decoder_attention_mask?: Tensor;
  /** i32 [targets_length]: places of the decoder's tokens among its keys; absent: 0, 1, 2, … */
  readonly decoder_positions?: Tensor;
  /** What the encoder made of its text ([batch, sources, hidden]), or of a part of it; absent: it is made of `input_ids`. */
  readonly encoded?: Tensor;
}
export interface ModelOutputs {
  /** [batch, length, hidden]; of an encoder-decoder the decoder's, [batch, targets_length, hidden]. */
  readonly last_hidden_state: Tensor;
  /** Of an encoder-decoder: what its encoder made, [batch, sources, hidden]. */
  readonly encoded?: Tensor;
  /** [batch, hidden], what a sentence-level head reads; absent: the model has none. */
  readonly pooled?: Tensor;
  /** [batch, hidden], what stands first where a technique put virtual tokens before the text; absent: the text's first token does. */
  readonly first?: Tensor;
  /** [batch, virtual tokens, hidden]: what the body says of the virtual tokens before the text; absent: there are none. */
  readonly virtual?: Tensor;
  /** A technique sends each row through a part of its own; absent: all go through the same. */
  readonly routed?: {
    /** [batch, hidden], by which the part is chosen; absent: it was not, the program trains. */
    readonly pooled?: Tensor;
    /** f32 [batch or 1, 1]: so many labels, the first of the head's, a row's part may answer. */
    readonly known: Tensor;
  };
  /** A decoder's output embedding [vocabulary, hidden], tied or its own (`lm_head.weight`). */
  readonly unembedding?: Tensor;
  /** Logits by the output embedding are bent to cap · tanh(logit / cap); absent: they stay as they are. */
  readonly cap?: number;
  /** The family's own head that names masked tokens, made when asked for with the layers of a head; absent: it has none. */
  readonly unmask?: (head: Layers) => UnmaskingHead;
}
/** Logits of masked tokens are transform(x) · weightᵀ + bias, x [rows, hidden] or [batch, length, hidden]. */
export interface UnmaskingHead {
  transform(x: Tensor): Tensor;
  /** [vocabulary, size], as a rule the input embedding. */
  readonly weight: Tensor;
  /** [vocabulary]. */
  readonly bias: Tensor;
}
/** The head that reads a whole text, as the family's ...ForSequenceClassification in transformers has it. */
export interface SentenceHead<C = unknown> {
  /** Paths of its layers in a checkpoint; the last of them has a row for each label. */
  readonly paths: readonly [string, ...string[]];
  /** Rate of its dropout; absent: `ModelImplementation.headDropout`. */
  dropout?(config: C): number;
  /** [batch, labels]. `layers` name parameters without the body's prefix. */
  logits(
    layers: Layers,
    body: ModelOutputs,
    options: { readonly hidden: number; readonly labels: number; readonly dropout: number },
  ): Tensor;
}
/** What a config.json of a model from scratch is made of, beside the words of its call. */
export interface FromScratchInputs {
  /** Words of the call, defaults filled in. */
  readonly words: Readonly<Record<string, unknown>>;
  readonly vocabulary: number;
  /** Longest text. */
  readonly positions: number;
  /** Id of the token that is for that (`pad`, `begin`, `end`); null: there is none. */
  special(role: string): number | null;
}
export interface ModelImplementation<C = unknown> {
  /** Reads config.json; coded errors for what it does not support. */
  config(json: Readonly<Record<string, unknown>>): C;
  /** A config.json for a model from scratch; absent: the family is never made from scratch. */
  fromWords?(options: FromScratchInputs): Readonly<Record<string, unknown>>;
  /** `dropout`: null keeps the config's rates, whatever they are called there; `pooled: false` leaves the pooler out. */
  build(
    layers: Layers,
    config: C,
    inputs: ModelInputs,
    options: { readonly dropout: number | null; readonly pooled?: boolean },
  ): ModelOutputs;
  hidden(config: C): number;
  /** Standard deviation of weights that the checkpoint doesn't have. */
  initializerRange(config: C): number;
  /** Dropout of the config between layers, which a head uses too unless the config names its own. */
  dropout(config: C): number;
  /** Dropout that the config names for heads; absent: `dropout`. */
  headDropout?(config: C): number;
  /** Dropout that the config names for the head that finds answers; absent: it has none. */
  answerDropout?(config: C): number;
  /** Absent: the family labels no whole texts. */
  readonly sentence?: SentenceHead<C>;
  /** Paths of the layers of its head of masked tokens (`ModelOutputs.unmask`) in a checkpoint; absent: it has none. */
  readonly unmaskPaths?: readonly [string, ...string[]];
  /** Encoders read whole texts, decoders continue them. */
  readonly shape: "encoder" | "decoder" | "encoder-decoder";
  /** Prefix of the body's parameters in a checkpoint with a head (`bert.`); a body-only checkpoint has none. */
  readonly prefix: string;
  /** Size facts for the plan: layers, hidden, heads, vocabulary, positions. */
  sizes(config: C): ModelSizes;
}
export interface ModelSizes {
  readonly layers: number;
  /** Of an encoder-decoder: how many of the layers its decoder has. */
  readonly decoderLayers?: number;
  readonly hidden: number;
  readonly heads: number;
  /** Width of one head; absent: hidden / heads. */
  readonly headSize?: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Token types; absent: the family takes none. */
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
    /** How the names of its classes in transformers begin (`Bert`). */
    readonly className: string;
    /** Of heads whose classes are named otherwise than in other families: usual ending → its own. */
    readonly oddHeads?: Readonly<Record<string, string>>;
    readonly shape: ModelImplementation["shape"];
    /** Linear layers by the last name of their path: those that LoRA adapts in the family, and all of a block. */
    readonly targets: readonly string[];
    readonly linears: readonly string[];
    /** What a sentence-level head reads is pooled by a layer of its own. */
    readonly pools?: true;
    /** It has a head that names masked tokens. */
    readonly unmasks?: true;
    /** Its head over a whole text has a second layer, as wide as the model. */
    readonly denseHead?: true;
    /** Tensors of a checkpoint that are no parameters. */
    readonly buffers?: RegExp;
    /** Checkpoints that many start from, the most usual first. */
    readonly checkpoints: readonly KnownCheckpoint[];
  }
}
