/**
 * GPT2Model as in transformers, with the parameter names of its checkpoints: token and position embeddings, a stack of
 * blocks with a norm before each sub-layer, and a final norm. The head is tied to the token embedding unless the config
 * unties it. Its linear layers are Conv1D in the checkpoint: weights are stored as [in, out].
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder, LinearOptions } from "../layers/contract.js";
import type { ModelImplementation, ModelInputs } from "./kind.js";
import { ACTIVATIONS, ConfigReader, readConfig, type Activation, type JsonObject } from "./shared/config.js";

export interface Gpt2Config {
  readonly vocab_size: number;
  readonly n_positions: number;
  readonly n_embd: number;
  readonly n_layer: number;
  readonly n_head: number;
  readonly n_inner: number;
  readonly activation_function: Activation;
  readonly resid_pdrop: number;
  readonly embd_pdrop: number;
  readonly attn_pdrop: number;
  readonly layer_norm_epsilon: number;
  readonly initializer_range: number;
  readonly scale_attn_weights: boolean;
  readonly scale_attn_by_inverse_layer_idx: boolean;
  readonly tie_word_embeddings: boolean;
}

export const gpt2: ModelImplementation<Gpt2Config> = {
  shape: "decoder",
  prefix: "transformer.",
  config: (json) => readConfig("gpt2", json, IDLE, configOf),
  hidden: (config) => config.n_embd,
  initializerRange: (config) => config.initializer_range,
  dropout: (config) => config.resid_pdrop,
  sizes: (c) => ({
    layers: c.n_layer,
    hidden: c.n_embd,
    heads: c.n_head,
    intermediate: c.n_inner,
    vocabulary: c.vocab_size,
    positions: c.n_positions,
    types: c.vocab_size,
  }),
  fromWords: ({ words, vocabulary, positions, special }) => ({
    model_type: "gpt2",
    vocab_size: vocabulary,
    n_positions: positions,
    n_embd: words["hidden"],
    n_layer: words["layers"],
    n_head: words["heads"],
    n_inner: words["intermediate"],
    activation_function: "gelu_new",
    resid_pdrop: 0.1,
    embd_pdrop: 0.1,
    attn_pdrop: 0.1,
    layer_norm_epsilon: 1e-5,
    initializer_range: 0.02,
    tie_word_embeddings: true,
    bos_token_id: special("begin"),
    eos_token_id: special("end"),
    pad_token_id: special("pad"),
  }),
  build(layers, config, inputs, options) {
    const rate = (configured: number): number => options.dropout ?? configured;
    const rows = { rows: config.vocab_size, size: config.n_embd };
    const words = layers.embedding("wte", inputs.input_ids, rows);
    const place = inputs.positions ?? layers.graph.one("range_like", [inputs.input_ids], { axis: 1 });
    const places = layers.embedding("wpe", place, { rows: config.n_positions, size: config.n_embd });
    // Token types use the token embedding: GPT-2 has no separate table for them.
    const types = inputs.token_type_ids && layers.embedding("wte", inputs.token_type_ids, rows);
    const sum = words.add(places);
    let x = layers.dropout("drop", types ? sum.add(types) : sum, rate(config.embd_pdrop));
    const rates = { dropout: rate(config.resid_pdrop), attention: rate(config.attn_pdrop) };
    for (let i = 0; i < config.n_layer; i++) x = block(layers, i, config, x, inputs, rates);
    return {
      last_hidden_state: layers.norm("ln_f", x, { size: config.n_embd, epsilon: config.layer_norm_epsilon }),
      unembedding: config.tie_word_embeddings
        ? layers.parameter("wte.weight", [config.vocab_size, config.n_embd])
        : layers.outside.parameter("lm_head.weight", [config.vocab_size, config.n_embd]),
    };
  },
};

/**
 * `summary_…` belong to a head (GPT2DoubleHeadsModel) that no task uses; `n_ctx` is an old name of n_positions; masks
 * define the padding.
 */
const IDLE = [
  ...["summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels"],
  ...["summary_first_dropout", "n_ctx", "pad_token_id"],
];

function configOf(json: JsonObject): Gpt2Config {
  const read = new ConfigReader("gpt2", json);
  read.off("add_cross_attention");
  // This flag only reorders the scores' product and scaling for half precision: the function is the same.
  read.flag("reorder_and_upcast_attn", false);
  const width = read.count("n_embd");
  const config: Gpt2Config = {
    vocab_size: read.count("vocab_size"),
    n_positions: read.count("n_positions"),
    n_embd: width,
    n_layer: read.count("n_layer"),
    n_head: read.count("n_head"),
    n_inner: read.count("n_inner", 4 * width),
    activation_function: read.choice("activation_function", "gelu_new", ACTIVATIONS),
    resid_pdrop: read.number("resid_pdrop", 0.1, 0, 1),
    embd_pdrop: read.number("embd_pdrop", 0.1, 0, 1),
    attn_pdrop: read.number("attn_pdrop", 0.1, 0, 1),
    layer_norm_epsilon: read.number("layer_norm_epsilon", 1e-5, 0, 1),
    initializer_range: read.number("initializer_range", 0.02, 0, 100),
    scale_attn_weights: read.flag("scale_attn_weights", true),
    scale_attn_by_inverse_layer_idx: read.flag("scale_attn_by_inverse_layer_idx", false),
    tie_word_embeddings: read.flag("tie_word_embeddings", true),
  };
  if (width % config.n_head) throw read.bad("n_embd", `must be a multiple of n_head (${config.n_head})`);
  return config;
}

interface Rates {
  readonly dropout: number;
  readonly attention: number;
}
function block(
  layers: LayerBuilder,
  index: number,
  c: Gpt2Config,
  x: Tensor,
  inputs: ModelInputs,
  rates: Rates,
): Tensor {
  const path = `h.${index}`;
  const { n_embd: size, n_inner: wide, n_head: heads, layer_norm_epsilon: epsilon } = c;
  const scale =
    (c.scale_attn_weights ? 1 / Math.sqrt(size / heads) : 1) / (c.scale_attn_by_inverse_layer_idx ? index + 1 : 1);
  const conv = (
    name: string,
    h: Tensor,
    options: Pick<LinearOptions, "in" | "out" | "activation" | "initial">,
  ): Tensor => layers.linear(`${path}.${name}`, h, { ...options, layout: "in_out" });
  // Weights that feed the residual stream start smaller the deeper the model is.
  const initial = { normal: c.initializer_range / Math.sqrt(2 * c.n_layer) };
  const attended = layers.block(`${path}.attn`, x, (residual) => {
    const h = layers.norm(`${path}.ln_1`, residual, { size, epsilon });
    const qkv = conv("attn.c_attn", h, { in: size, out: 3 * size }).split(2, [size, size, size]);
    const context = layers.attention(`${path}.attn`, qkv[0]!, qkv[1]!, qkv[2]!, {
      heads,
      scale,
      causal: true,
      mask: inputs.attention_mask,
      ...(inputs.segments && { segments: inputs.segments }),
      dropout: rates.attention,
    });
    const out = conv("attn.c_proj", context, { in: size, out: size, initial });
    return layers.dropout(`${path}.attn.resid_dropout`, out, rates.dropout);
  });
  return layers.block(`${path}.mlp`, attended, (residual) => {
    const h = layers.norm(`${path}.ln_2`, residual, { size, epsilon });
    const inner = conv("mlp.c_fc", h, { in: size, out: wide, activation: c.activation_function });
    return layers.dropout(
      `${path}.mlp.dropout`,
      conv("mlp.c_proj", inner, { in: wide, out: size, initial }),
      rates.dropout,
    );
  });
}
