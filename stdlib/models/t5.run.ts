/**
 * The body of T5ForConditionalGeneration as in transformers, with the parameter names of its checkpoints. An encoder
 * and a decoder share one embedding; both have an RMS norm before each sub-layer, unscaled attention and no biases. The
 * first layer of each stack has the relative position bias for all its layers. v1.1 and Flan have a gated inner layer
 * and a separate output embedding; with a tied one, the decoder's states are scaled by d_model^-½ before it.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelImplementation, ModelInputs } from "./kind.js";
import { ACTIVATIONS, ConfigReader, readConfig, type Activation, type JsonObject } from "./shared/config.js";
import { relativeBucketTable } from "./shared/relative-buckets.js";

export interface T5Config {
  readonly vocab_size: number;
  readonly d_model: number;
  /** Head size, independent of d_model. */
  readonly d_kv: number;
  readonly d_ff: number;
  readonly num_layers: number;
  readonly num_decoder_layers: number;
  readonly num_heads: number;
  readonly relative_attention_num_buckets: number;
  readonly relative_attention_max_distance: number;
  readonly dropout_rate: number;
  readonly layer_norm_epsilon: number;
  readonly initializer_factor: number;
  readonly dense_act_fn: Activation;
  readonly is_gated_act: boolean;
  readonly tie_word_embeddings: boolean;
  readonly scale_decoder_outputs: boolean;
}

export const t5: ModelImplementation<T5Config> = {
  shape: "encoder-decoder",
  prefix: "",
  config: (json) => readConfig("t5", json, IDLE, configOf),
  hidden: (config) => config.d_model,
  initializerRange: (config) => config.initializer_factor,
  dropout: (config) => config.dropout_rate,
  sizes: (c) => ({
    layers: c.num_layers + c.num_decoder_layers,
    decoderLayers: c.num_decoder_layers,
    headSize: c.d_kv,
    hidden: c.d_model,
    heads: c.num_heads,
    intermediate: c.d_ff,
    vocabulary: c.vocab_size,
    // Relative distances are unbounded, so texts may have any length.
    positions: 2 ** 20,
  }),
  fromWords: ({ words, vocabulary, special }) => ({
    model_type: "t5",
    vocab_size: vocabulary,
    d_model: words["hidden"],
    d_kv: words["head_size"],
    d_ff: words["intermediate"],
    num_layers: words["layers"],
    num_decoder_layers: words["decoder_layers"],
    num_heads: words["heads"],
    relative_attention_num_buckets: 32,
    relative_attention_max_distance: 128,
    dropout_rate: 0.1,
    layer_norm_epsilon: 1e-6,
    feed_forward_proj: words["gated"] === true ? "gated-gelu" : "relu",
    tie_word_embeddings: true,
    pad_token_id: special("pad"),
    eos_token_id: special("end"),
    decoder_start_token_id: special("pad"),
  }),
  build(layers, c, inputs, options) {
    const dropout = options.dropout ?? c.dropout_rate;
    const written = mustExist(inputs.decoder_input_ids, "the decoder's inputs");
    const encoded = inputs.encoded ?? stack(layers, "encoder", c, dropout, { ids: inputs.input_ids, inputs });
    const decoded = stack(layers, "decoder", c, dropout, { ids: written, inputs, encoded });
    const shape = [c.vocab_size, c.d_model];
    // Versions of transformers write different configs for a model with its own output embedding.
    const apart = layers.has("lm_head.weight") && !(c.tie_word_embeddings && c.scale_decoder_outputs);
    return {
      encoded,
      last_hidden_state: c.scale_decoder_outputs ? decoded.multiply(c.d_model ** -0.5) : decoded,
      unembedding: apart ? layers.parameter("lm_head.weight", shape) : layers.parameter("shared.weight", shape),
    };
  },
};

/**
 * Fields without effect: masks define the padding, no task uses the classification head, and lengths are unbounded.
 */
const IDLE = ["pad_token_id", "classifier_dropout", "n_positions"];

function configOf(json: JsonObject): T5Config {
  const read = new ConfigReader("t5", json);
  read.off("is_decoder");
  read.off("tie_encoder_decoder");
  read.on("is_encoder_decoder");
  const layers = read.count("num_layers");
  const buckets = read.count("relative_attention_num_buckets", 32);
  const furthest = read.count("relative_attention_max_distance", 128);
  if (buckets < 4) throw read.bad("relative_attention_num_buckets", "must be 4 or more");
  if (furthest <= buckets / 2)
    throw read.bad("relative_attention_max_distance", `must be more than half the buckets (${buckets})`);
  const inner = read.choice("feed_forward_proj", "relu", [
    ...ACTIVATIONS,
    ...ACTIVATIONS.map((name) => `gated-${name}` as const),
  ]);
  const gated = inner.startsWith("gated-");
  const named = inner.replace("gated-", "") as Activation;
  const tied = read.flag("tie_word_embeddings", true);
  return {
    vocab_size: read.count("vocab_size"),
    d_model: read.count("d_model"),
    d_kv: read.count("d_kv"),
    d_ff: read.count("d_ff"),
    num_layers: layers,
    num_decoder_layers: read.count("num_decoder_layers", layers),
    num_heads: read.count("num_heads"),
    relative_attention_num_buckets: buckets,
    relative_attention_max_distance: furthest,
    dropout_rate: read.number("dropout_rate", 0.1, 0, 1),
    layer_norm_epsilon: read.number("layer_norm_epsilon", 1e-6, 0, 1),
    initializer_factor: read.number("initializer_factor", 1, 0, 1000),
    // "gated-gelu" has always meant the tanh approximation.
    dense_act_fn: read.choice("dense_act_fn", inner === "gated-gelu" ? "gelu_new" : named, ACTIVATIONS),
    is_gated_act: read.flag("is_gated_act", gated),
    tie_word_embeddings: tied,
    scale_decoder_outputs: read.flag("scale_decoder_outputs", tied),
  };
}

interface Reading {
  readonly ids: Tensor;
  readonly inputs: ModelInputs;
  /** Encoder output, which the decoder attends to. */
  readonly encoded?: Tensor;
}

function stack(layers: LayerBuilder, name: "encoder" | "decoder", c: T5Config, rate: number, r: Reading): Tensor {
  const drop = (path: string, x: Tensor): Tensor => layers.dropout(path, x, rate);
  const { encoded } = r;
  const [ownMask, readMask] = [
    encoded ? r.inputs.decoder_attention_mask : r.inputs.attention_mask,
    r.inputs.attention_mask,
  ];
  const bias = relativeBias(layers, name, c, r);
  const selfOptions = { heads: c.num_heads, scale: 1, dropout: rate, bias, ...(ownMask && { mask: ownMask }) };
  const crossed = { heads: c.num_heads, scale: 1, dropout: rate, mask: readMask, cross: true } as const;
  let x = drop(name, layers.embedding("shared", r.ids, { rows: c.vocab_size, size: c.d_model }));
  for (let i = 0; i < (encoded ? c.num_decoder_layers : c.num_layers); i++) {
    const block = `${name}.block.${i}`;
    const sublayer = (path: string, body: (h: Tensor) => Tensor): void => {
      x = layers.block(path, x, (residual) => drop(path, body(norm(layers, `${path}.layer_norm`, c, residual))));
    };
    sublayer(`${block}.layer.0`, (h) =>
      attend(layers, `${block}.layer.0.SelfAttention`, c, h, h, { ...selfOptions, ...(encoded && { causal: true }) }),
    );
    if (encoded)
      sublayer(`${block}.layer.1`, (h) => attend(layers, `${block}.layer.1.EncDecAttention`, c, h, encoded, crossed));
    const last = `${block}.layer.${encoded ? 2 : 1}`;
    sublayer(last, (h) => inner(layers, `${last}.DenseReluDense`, c, h, rate));
  }
  return drop(`${name}.final`, norm(layers, `${name}.final_layer_norm`, c, x));
}

function norm(layers: LayerBuilder, path: string, c: T5Config, x: Tensor): Tensor {
  return layers.norm(path, x, { size: c.d_model, epsilon: c.layer_norm_epsilon, kind: "rms" });
}

function attend(
  layers: LayerBuilder,
  path: string,
  c: T5Config,
  x: Tensor,
  seen: Tensor,
  options: Parameters<LayerBuilder["attention"]>[4],
): Tensor {
  const { d_model: size, d_kv } = c;
  const wide = c.num_heads * d_kv;
  const project = (name: string, y: Tensor, deviation: number): Tensor =>
    layers.linear(`${path}.${name}`, y, {
      in: size,
      out: wide,
      bias: false,
      initial: { normal: c.initializer_factor * deviation },
    });
  const q = project("q", x, (size * d_kv) ** -0.5);
  const [k, v] = [project("k", seen, size ** -0.5), project("v", seen, size ** -0.5)];
  const initial = { normal: c.initializer_factor * wide ** -0.5 };
  return layers.linear(`${path}.o`, layers.attention(path, q, k, v, options), {
    in: wide,
    out: size,
    bias: false,
    initial,
  });
}

function inner(layers: LayerBuilder, path: string, c: T5Config, x: Tensor, rate: number): Tensor {
  const { d_model: size, d_ff: wide, dense_act_fn: activation } = c;
  const grown = { in: size, out: wide, bias: false, initial: { normal: c.initializer_factor * size ** -0.5 } };
  const middle = c.is_gated_act
    ? layers.gated(layers.linear(`${path}.wi_0`, x, grown), layers.linear(`${path}.wi_1`, x, grown), activation)
    : layers.linear(`${path}.wi`, x, { ...grown, activation });
  return layers.linear(`${path}.wo`, layers.dropout(path, middle, rate), {
    in: wide,
    out: size,
    bias: false,
    initial: { normal: c.initializer_factor * wide ** -0.5 },
  });
}

/** Returns the bias [heads, length, keys] of the first layer, which is added to the scores of all layers. */
function relativeBias(layers: LayerBuilder, name: "encoder" | "decoder", c: T5Config, r: Reading): Tensor {
  const path = `${name}.block.0.layer.0.SelfAttention.relative_attention_bias`;
  const { graph } = layers;
  const decoder = name === "decoder";
  const { reach, buckets } = relativeBucketTable({
    buckets: c.relative_attention_num_buckets,
    furthest: c.relative_attention_max_distance,
    both: !decoder,
  });
  const table = layers.parameter(`${path}.weight`, [c.relative_attention_num_buckets, c.num_heads], {
    normal: c.initializer_factor * c.d_model ** -0.5,
  });
  return graph.withPath(path, () => {
    const places = (tokens: Tensor): Tensor => graph.one("range_like", [tokens], { axis: 1 });
    const keys = places((decoder && r.inputs.decoder_attention_mask) || r.ids);
    const queries = (decoder && r.inputs.decoder_positions) || places(r.ids);
    const [length, seen] = [queries.shape[0]!, keys.shape[0]!];
    const distance = keys.reshape([1, seen]).subtract(queries.reshape([length, 1]));
    const bytes = new Uint8Array(buckets.buffer);
    const byDistance = table.gather(graph.constant({ dtype: "i32", shape: [buckets.length], bytes }));
    return byDistance.gather(distance.maximum(-reach).minimum(reach).add(reach)).transpose([2, 0, 1]);
  });
}
