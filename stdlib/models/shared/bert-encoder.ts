/**
 * Shared parts of BERT and RoBERTa: the config.json settings, and the stack of blocks with a norm after each sub-layer.
 * They differ in the numbering of positions and in their heads.
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../../layers/contract.js";
import type { FromScratchInputs, ModelImplementation } from "../kind.js";
import { ACTIVATIONS, type Activation, type ConfigReader } from "./config.js";
import { remainingHeadCount } from "./pruned-heads.js";

export interface BertConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Number of heads per layer after pruning. */
  readonly heads_left: number;
  readonly intermediate_size: number;
  readonly hidden_act: Activation;
  readonly max_position_embeddings: number;
  readonly type_vocab_size: number;
  readonly layer_norm_eps: number;
  readonly initializer_range: number;
  readonly hidden_dropout_prob: number;
  readonly attention_probs_dropout_prob: number;
  readonly classifier_dropout: number | null;
  readonly pad_token_id: number | null;
  /** True if the masked-language-model head uses the word embeddings. */
  readonly tie_word_embeddings: boolean;
}

/** Reads the config. `padding`: the default padding token. Coded errors: `unsupported-config`, `bad-config`. */
export function readBertConfig(read: ConfigReader, padding: number): BertConfig {
  read.choice("position_embedding_type", "absolute", ["absolute"]);
  read.off("is_decoder");
  read.off("add_cross_attention");
  const vocab_size = read.count("vocab_size");
  const [layers, heads] = [read.count("num_hidden_layers"), read.count("num_attention_heads")];
  const config: BertConfig = {
    vocab_size,
    hidden_size: read.count("hidden_size"),
    num_hidden_layers: layers,
    num_attention_heads: heads,
    heads_left: remainingHeadCount(read, { layers, heads }),
    intermediate_size: read.count("intermediate_size"),
    hidden_act: read.choice("hidden_act", "gelu", ACTIVATIONS),
    max_position_embeddings: read.count("max_position_embeddings"),
    type_vocab_size: read.count("type_vocab_size", 2),
    layer_norm_eps: read.number("layer_norm_eps", 1e-12, 0, 1),
    initializer_range: read.number("initializer_range", 0.02, 0, 100),
    hidden_dropout_prob: read.number("hidden_dropout_prob", 0.1, 0, 1),
    attention_probs_dropout_prob: read.number("attention_probs_dropout_prob", 0.1, 0, 1),
    classifier_dropout: read.rate("classifier_dropout"),
    pad_token_id: read.token("pad_token_id", padding, vocab_size),
    tie_word_embeddings: read.flag("tie_word_embeddings", true),
  };
  if (config.hidden_size % config.num_attention_heads)
    throw read.bad("hidden_size", `must be a multiple of num_attention_heads (${config.num_attention_heads})`);
  return config;
}

/** Returns the config.json fields that BERT and RoBERTa share for a model from scratch. */
export function bertConfigFromScratch({
  words,
  vocabulary,
  positions,
  special,
}: FromScratchInputs): Readonly<Record<string, unknown>> {
  return {
    vocab_size: vocabulary,
    hidden_size: words["hidden"],
    num_hidden_layers: words["layers"],
    num_attention_heads: words["heads"],
    intermediate_size: words["intermediate"],
    hidden_act: "gelu",
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
    max_position_embeddings: positions,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    initializer_range: 0.02,
    pad_token_id: special("pad"),
  };
}

/** Config fields that the facts below need; MobileBERT's config has them too, but no pruned heads. */
type Sizes = Partial<Pick<BertConfig, "heads_left">> &
  Pick<
    BertConfig,
    | "vocab_size"
    | "hidden_size"
    | "num_hidden_layers"
    | "num_attention_heads"
    | "intermediate_size"
    | "max_position_embeddings"
    | "type_vocab_size"
    | "initializer_range"
    | "hidden_dropout_prob"
    | "classifier_dropout"
  >;
/** Model facts derived from a config of this shape. */
export const bertFacts = {
  hidden: (c) => c.hidden_size,
  initializerRange: (c) => c.initializer_range,
  dropout: (c) => c.hidden_dropout_prob,
  headDropout: (c) => c.classifier_dropout ?? c.hidden_dropout_prob,
  sizes: (c) => ({
    layers: c.num_hidden_layers,
    hidden: c.hidden_size,
    heads: c.heads_left ?? c.num_attention_heads,
    ...(c.heads_left !== undefined &&
      c.heads_left < c.num_attention_heads && { headSize: c.hidden_size / c.num_attention_heads }),
    intermediate: c.intermediate_size,
    vocabulary: c.vocab_size,
    positions: c.max_position_embeddings,
    types: c.type_vocab_size,
  }),
} satisfies Partial<ModelImplementation<Sizes>>;

/** Returns token type embeddings: [batch, length, size], or the row of type 0 [1, size] if no types are given. */
export function tokenTypeEmbeddings(layers: LayerBuilder, c: BertConfig, types: Tensor | undefined): Tensor {
  const [rows, size, path] = [c.type_vocab_size, c.hidden_size, "embeddings.token_type_embeddings"];
  return types
    ? layers.embedding(path, types, { rows, size })
    : layers.parameter(`${path}.weight`, [rows, size]).slice(0, 0, 1);
}

/** Applies the blocks to the embeddings x [batch, length, hidden]; `dropout` null uses the config's rates. */
export function bertEncoder(
  layers: LayerBuilder,
  c: BertConfig,
  x: Tensor,
  mask: Tensor,
  dropout: number | null,
): Tensor {
  const rates = {
    dropout: dropout ?? c.hidden_dropout_prob,
    attention: dropout ?? c.attention_probs_dropout_prob,
  };
  let y = x;
  for (let i = 0; i < c.num_hidden_layers; i++) y = block(layers, `encoder.layer.${i}`, c, y, mask, rates);
  return y;
}

interface Rates {
  readonly dropout: number;
  readonly attention: number;
}
function block(layers: LayerBuilder, path: string, config: BertConfig, x: Tensor, mask: Tensor, rates: Rates): Tensor {
  const { hidden_size: size, intermediate_size: wide, heads_left: heads, layer_norm_eps: epsilon } = config;
  const width = (size / config.num_attention_heads) * heads;
  const attended = layers.block(`${path}.attention`, x, (h) => {
    const project = (name: string): Tensor =>
      layers.linear(`${path}.attention.self.${name}`, h, { in: size, out: width });
    const [q, k, v] = [project("query"), project("key"), project("value")];
    const context = layers.attention(`${path}.attention.self`, q, k, v, { heads, mask, dropout: rates.attention });
    const out = layers.linear(`${path}.attention.output.dense`, context, { in: width, out: size });
    return layers.dropout(`${path}.attention.output.dropout`, out, rates.dropout);
  });
  const middle = layers.norm(`${path}.attention.output.LayerNorm`, attended, { size, epsilon });
  const fed = layers.block(`${path}.output`, middle, (h) => {
    const inner = layers.linear(`${path}.intermediate.dense`, h, {
      in: size,
      out: wide,
      activation: config.hidden_act,
    });
    const out = layers.linear(`${path}.output.dense`, inner, { in: wide, out: size });
    return layers.dropout(`${path}.output.dropout`, out, rates.dropout);
  });
  return layers.norm(`${path}.output.LayerNorm`, fed, { size, epsilon });
}
