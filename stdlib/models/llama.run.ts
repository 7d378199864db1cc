/**
 * LlamaModel as in transformers, and its variants Mistral, Qwen2 and Qwen3, with other biases, windows and norms. Gemma
 * and Cohere, which differ more, have their own files. Parameter names are those of the checkpoints. Blocks have an RMS
 * norm before each sub-layer, rotary positions (rope), grouped key-value heads, and a gated inner layer. The head is
 * tied or separate.
 */
import type { Dimension } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelImplementation, ModelInputs } from "./kind.js";
import { ropeFrequencies, type RotaryFrequencies } from "#dsl/tensor/numbers/rope.js";
import { ACTIVATIONS, ConfigReader, readConfig, type Activation, type JsonObject } from "./shared/config.js";
import { readRopeConfig } from "./shared/rope-config.js";

export interface LlamaConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly hidden_act: Activation;
  readonly max_position_embeddings: number;
  readonly norm: {
    readonly kind: "layer" | "rms";
    readonly epsilon: number;
    readonly offset: 0 | 1;
    readonly bias: false;
  };
  readonly initializer_range: number;
  readonly attention_dropout: number;
  readonly tie_word_embeddings: boolean;
  /**
   * True if attention and the inner layer are parallel and read the same norm, as in PaLM; otherwise they are
   * sequential.
   */
  readonly parallel: boolean;
  readonly logit_scale: number;
  /** Biases of q, k and v (`projections`), of o (`output`), and of the inner layer (`inner`). */
  readonly bias: { readonly projections: boolean; readonly output: boolean; readonly inner: boolean };
  readonly ropes: readonly (RotaryFrequencies & { readonly interleaved: boolean })[];
  /** Factor of the attention scores. */
  readonly scale: number;
  /** Soft caps of scores and logits, cap · tanh(· / cap); null for no cap. */
  readonly caps: { readonly scores: number | null; readonly logits: number | null };
  /** True if sub-layers also have a norm after them, before the residual is added. */
  readonly sandwich: boolean;
  /** True if each head of q and k is normalized. */
  readonly headNorms: boolean;
  /** Per layer, the number of keys that a query sees, including its own; null for all previous keys. */
  readonly windows: readonly (number | null)[];
}

/** A variant of LLaMA: how it differs, and its defaults for missing config.json fields. */
export interface LlamaVariant {
  readonly name: string;
  /** Config fields without effect, or without effect when others are present. */
  readonly idle: readonly string[];
  readonly absent: {
    /** Default number of key-value heads; null for as many as heads. */
    readonly shared: number | null;
    /** Default head size; null for hidden_size / num_attention_heads. */
    readonly head: number | null;
    readonly tied: boolean;
    readonly theta: number;
  };
  activation(read: ConfigReader, json: JsonObject): Activation;
  bias(read: ConfigReader): LlamaConfig["bias"];
  windows(read: ConfigReader, json: JsonObject, layers: number): LlamaConfig["windows"];
  norm(read: ConfigReader): LlamaConfig["norm"];
  /** Returns the rotation frequencies of each layer. */
  ropes(read: ConfigReader, json: JsonObject, options: Turning): readonly RotaryFrequencies[];
  scale(read: ConfigReader, head: number): number;
  caps(read: ConfigReader, json: JsonObject): LlamaConfig["caps"];
  readonly sandwich: boolean;
  readonly headNorms: boolean;
  readonly parallel: boolean;
  /** True if rope rotates neighbouring pairs instead of halves. */
  readonly interleaved: boolean;
  logitScale(read: ConfigReader): number;
  /** True if scores have their own scale instead of the head size (usually both are equal). */
  readonly scalar: boolean;
  /** Config fields of a model from scratch in addition to its sizes. */
  readonly fixed: JsonObject;
  /** Returns the factor of the embeddings. */
  embeddingScale(hidden: number): number;
}

interface Turning {
  readonly size: number;
  readonly positions: number;
  readonly theta: number;
  readonly layers: number;
}

export const llamaVariantDefaults: Omit<LlamaVariant, "name" | "bias"> = {
  // `rope_parameters` replaces the rope fields if present; masks define the padding.
  idle: ["rope_scaling", "rope_theta", "pad_token_id"],
  absent: { shared: null, head: null, tied: false, theta: 10000 },
  activation: (read) => read.choice("hidden_act", "silu", ACTIVATIONS),
  windows: (_read, _json, layers) => new Array<null>(layers).fill(null),
  norm: (read) => readRmsNormConfig(read, 0),
  ropes: (read, json, { layers, ...options }) =>
    new Array<RotaryFrequencies>(layers).fill(ropeFrequencies(readRopeConfig(read, json, options))),
  scale: (_read, head) => 1 / Math.sqrt(head),
  caps: () => ({ scores: null, logits: null }),
  sandwich: false,
  headNorms: false,
  parallel: false,
  interleaved: false,
  logitScale: () => 1,
  scalar: false,
  fixed: { hidden_act: "silu", rms_norm_eps: 1e-6, rope_theta: 10000 },
  embeddingScale: () => 1,
};

export function readRmsNormConfig(read: ConfigReader, offset: 0 | 1): LlamaConfig["norm"] {
  return { kind: "rms", epsilon: read.number("rms_norm_eps", 1e-6, 0, 1), offset, bias: false };
}

export const llama = llamaFamily({
  ...llamaVariantDefaults,
  name: "llama",
  bias(read) {
    const attention = read.flag("attention_bias", false);
    return { projections: attention, output: attention, inner: read.flag("mlp_bias", false) };
  },
});

export const mistral = llamaFamily({
  ...llamaVariantDefaults,
  name: "mistral",
  absent: { ...llamaVariantDefaults.absent, shared: 8 },
  fixed: { ...llamaVariantDefaults.fixed, sliding_window: null },
  bias(read) {
    read.off("attention_bias");
    read.off("mlp_bias");
    return { projections: false, output: false, inner: false };
  },
  windows: (read, json, layers) =>
    new Array<number | null>(layers).fill(json["sliding_window"] === null ? null : read.count("sliding_window", 4096)),
});

/** Window fields without effect if no layer has a window. */
const UNSLID = ["sliding_window", "max_window_layers"];

const qwenWindows: LlamaVariant["windows"] = (read, json, layers) => {
  read.off("use_mrope");
  const kinds = readLayerTypes(read, json, layers);
  if (!read.flag("use_sliding_window", false) || json["sliding_window"] === null) {
    if (kinds?.includes("sliding_attention")) throw read.bad("layer_types", "slides, but there is no window to slide");
    return llamaVariantDefaults.windows(read, json, layers);
  }
  const [size, full] = [read.count("sliding_window", 4096), read.whole("max_window_layers", 28)];
  const slides = (i: number): boolean => (kinds ? kinds[i] === "sliding_attention" : i >= full);
  return Array.from({ length: layers }, (_, i) => (slides(i) ? size : null));
};

export const qwen2 = llamaFamily({
  ...llamaVariantDefaults,
  name: "qwen2",
  idle: [...llamaVariantDefaults.idle, ...UNSLID],
  absent: { ...llamaVariantDefaults.absent, shared: 32 },
  bias: () => ({ projections: true, output: false, inner: false }),
  windows: qwenWindows,
});

export const qwen3 = llamaFamily({
  ...llamaVariantDefaults,
  name: "qwen3",
  idle: [...llamaVariantDefaults.idle, ...UNSLID],
  absent: { ...llamaVariantDefaults.absent, shared: 32, head: 128 },
  bias(read) {
    const attention = read.flag("attention_bias", false);
    return { projections: attention, output: attention, inner: false };
  },
  headNorms: true,
  windows: qwenWindows,
});

const KINDS = ["full_attention", "sliding_attention"];

/** Returns the attention type of each layer; null if the config does not define it. */
export function readLayerTypes(read: ConfigReader, json: JsonObject, layers: number): readonly unknown[] | null {
  const kinds: unknown = json["layer_types"] ?? null;
  if (kinds === null) return null;
  if (!Array.isArray(kinds) || kinds.length !== layers) throw read.bad("layer_types", `must name ${layers} kinds`);
  const odd: unknown = kinds.find((kind) => !KINDS.includes(kind as string));
  if (odd !== undefined) throw read.unsupported("layer_types", odd, KINDS);
  return kinds;
}

export function llamaFamily(variant: LlamaVariant): ModelImplementation<LlamaConfig> {
  return {
    shape: "decoder",
    prefix: "model.",
    config: (json) => readConfig(variant.name, json, variant.idle, (of) => configOf(variant, of)),
    hidden: (config) => config.hidden_size,
    initializerRange: (config) => config.initializer_range,
    dropout: () => 0,
    sizes: (c) => ({
      layers: c.num_hidden_layers,
      hidden: c.hidden_size,
      heads: c.num_attention_heads,
      headSize: c.head_dim,
      intermediate: c.intermediate_size,
      vocabulary: c.vocab_size,
      positions: c.max_position_embeddings,
    }),
    fromWords: ({ words, vocabulary, positions, special }) => ({
      model_type: variant.name,
      vocab_size: vocabulary,
      hidden_size: words["hidden"],
      intermediate_size: words["intermediate"],
      num_hidden_layers: words["layers"],
      num_attention_heads: words["heads"],
      num_key_value_heads: words["key_value_heads"],
      ...(words["head_size"] !== undefined && { head_dim: words["head_size"] }),
      ...(words["window"] !== undefined && { sliding_window: words["window"] }),
      ...(variant.scalar && { query_pre_attn_scalar: words["head_size"] }),
      max_position_embeddings: positions,
      initializer_range: 0.02,
      tie_word_embeddings: words["tied"] ?? true,
      bos_token_id: special("begin"),
      eos_token_id: special("end"),
      pad_token_id: special("pad"),
      ...variant.fixed,
    }),
    build(layers, config, inputs, options) {
      const { vocab_size: rows, hidden_size: size } = config;
      const positions = inputs.positions ?? layers.graph.one("range_like", [inputs.input_ids], { axis: 1 });
      const dropout = options.dropout ?? config.attention_dropout;
      const words = layers.embedding("embed_tokens", inputs.input_ids, { rows, size });
      const scale = variant.embeddingScale(size);
      let x = scale === 1 ? words : words.multiply(Math.fround(scale));
      for (let i = 0; i < config.num_hidden_layers; i++)
        x = block(layers, i, config, x, { ...inputs, positions }, dropout);
      const unembedding = config.tie_word_embeddings
        ? layers.parameter("embed_tokens.weight", [rows, size])
        : layers.outside.parameter("lm_head.weight", [rows, size]);
      return {
        last_hidden_state: layers.norm("norm", x, normOf(config)),
        // Scaling the output embedding has the same effect as scaling the logits.
        unembedding: config.logit_scale === 1 ? unembedding : unembedding.multiply(config.logit_scale),
        ...(config.caps.logits !== null && { cap: config.caps.logits }),
      };
    },
  };
}

function configOf(variant: LlamaVariant, json: JsonObject): LlamaConfig {
  const read = new ConfigReader(variant.name, json);
  read.on("is_causal");
  if (!variant.interleaved) read.off("rope_interleaved");
  const size = read.count("hidden_size");
  const heads = read.count("num_attention_heads");
  const layers = read.count("num_hidden_layers");
  const { absent } = variant;
  const shared = read.count(
    "num_key_value_heads",
    json["num_key_value_heads"] === null ? heads : (absent.shared ?? heads),
  );
  if (heads % shared) throw read.bad("num_key_value_heads", `must divide num_attention_heads (${heads})`);
  if (absent.head === null && (json["head_dim"] ?? null) === null && size % heads)
    throw read.bad("hidden_size", `must be a multiple of num_attention_heads (${heads})`);
  const positions = read.count("max_position_embeddings");
  const head = read.count("head_dim", absent.head ?? size / heads);
  if (head % 2) throw read.bad("head_dim", "must be even: rope turns pairs");
  return {
    vocab_size: read.count("vocab_size"),
    hidden_size: size,
    intermediate_size: read.count("intermediate_size"),
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: shared,
    head_dim: head,
    hidden_act: variant.activation(read, json),
    max_position_embeddings: positions,
    norm: variant.norm(read),
    initializer_range: read.number("initializer_range", 0.02, 0, 100),
    attention_dropout: read.number("attention_dropout", 0, 0, 1),
    tie_word_embeddings: read.flag("tie_word_embeddings", absent.tied),
    parallel: variant.parallel,
    logit_scale: variant.logitScale(read),
    bias: variant.bias(read),
    ropes: variant
      .ropes(read, json, { size: head, positions, theta: absent.theta, layers })
      .map((rope) => ({ ...rope, interleaved: variant.interleaved })),
    scale: variant.scale(read, head),
    caps: variant.caps(read, json),
    sandwich: variant.sandwich,
    headNorms: variant.headNorms,
    windows: variant.windows(read, json, layers),
  };
}

function normOf(c: LlamaConfig): Parameters<LayerBuilder["norm"]>[2] {
  return { size: c.hidden_size, ...c.norm };
}

type Inputs = ModelInputs & { readonly positions: Tensor };

function block(
  layers: LayerBuilder,
  index: number,
  c: LlamaConfig,
  x: Tensor,
  inputs: Inputs,
  dropout: number,
): Tensor {
  const normed = (name: string, y: Tensor): Tensor => layers.norm(`layers.${index}.${name}`, y, normOf(c));
  const after = (name: string, y: Tensor): Tensor => (c.sandwich ? normed(name, y) : y);
  const both = c.parallel ? normed("input_layernorm", x) : null;
  const attended = layers.block(`layers.${index}.self_attn`, x, (residual) => {
    const h = both ?? normed("input_layernorm", residual);
    return after("post_attention_layernorm", attention(layers, index, c, h, inputs, dropout));
  });
  const second = c.sandwich ? "pre_feedforward_layernorm" : "post_attention_layernorm";
  return layers.block(`layers.${index}.mlp`, attended, (residual) =>
    after("post_feedforward_layernorm", inner(layers, index, c, both ?? normed(second, residual))),
  );
}

function attention(
  layers: LayerBuilder,
  index: number,
  c: LlamaConfig,
  h: Tensor,
  inputs: Inputs,
  dropout: number,
): Tensor {
  const path = `layers.${index}.self_attn`;
  const { hidden_size: size, head_dim, num_attention_heads: heads, num_key_value_heads: shared, bias } = c;
  const project = (name: string, count: number): Tensor =>
    layers.linear(`${path}.${name}`, h, { in: size, out: count * head_dim, bias: bias.projections });
  const turned = (name: "q" | "k", count: number): Tensor => {
    const y = project(`${name}_proj`, count);
    const normed = c.headNorms ? headNorm(layers, `${path}.${name}_norm`, c, y) : y;
    return layers.rope(path, normed, inputs.positions, { heads: count, ...c.ropes[index]! });
  };
  const [q, k, v] = [turned("q", heads), turned("k", shared), project("v_proj", shared)];
  const window = c.windows[index];
  const context = layers.attention(path, q, k, v, {
    heads,
    keyValueHeads: shared,
    causal: true,
    mask: inputs.attention_mask,
    ...(inputs.segments && { segments: inputs.segments }),
    ...(typeof window === "number" && { window }),
    scale: c.scale,
    ...(c.caps.scores !== null && { cap: c.caps.scores }),
    dropout,
  });
  return layers.linear(`${path}.o_proj`, context, { in: heads * head_dim, out: size, bias: bias.output });
}

/** Normalizes each head of x [batch, length, heads × size] separately. */
function headNorm(layers: LayerBuilder, path: string, c: LlamaConfig, x: Tensor): Tensor {
  const { head_dim: size, norm } = c;
  const [batch, length, width] = x.shape as [Dimension, Dimension, number];
  const apart = x.reshape([batch, length, width / size, size]);
  return layers.norm(path, apart, { ...norm, size }).reshape(x.shape);
}

function inner(layers: LayerBuilder, index: number, c: LlamaConfig, h: Tensor): Tensor {
  const path = `layers.${index}.mlp`;
  const { hidden_size: size, intermediate_size: wide, bias } = c;
  const widened = (name: string): Tensor =>
    layers.linear(`${path}.${name}`, h, { in: size, out: wide, bias: bias.inner });
  const [gate, up] = [widened("gate_proj"), widened("up_proj")];
  const gated = layers.gated(gate, up, c.hidden_act);
  return layers.linear(`${path}.down_proj`, gated, { in: wide, out: size, bias: bias.inner });
}
