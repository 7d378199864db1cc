/** LLaMA and its variants, the Qwen and Gemma families, in llama.cpp. */
import type { LlamaConfig } from "../../../models/llama.run.js";
import type { GgufArchitecture, ArchitectureInput, GgufTensor } from "./architecture.js";
import { boolsValue, f32Value, u32Value, type GgufMetadata, textValue } from "./header.js";
import {
  gemma2TensorNames,
  gemma3TensorNames,
  llamaTensorNames,
  qwen3TensorNames,
  type GgufTensorNameMapping,
} from "./names.js";
import { interleaveHalves } from "./element-order.js";
import { ropeFrequencies, type RopeConfig, type RotaryFrequencies } from "#dsl/tensor/numbers/rope.js";
import { ConfigReader, type JsonObject } from "../../../models/shared/config.js";
import { readRopeConfig } from "../../../models/shared/rope-config.js";

/**
 * RoPE metadata for llama.cpp: linear and YaRN scaling by name. In LLaMA's architecture, any other scaling is a tensor
 * of divisors per frequency, and a factor for cosines and sines.
 */
export interface GgufRope {
  readonly metadata: GgufMetadata;
  /** Divisors of the frequencies; null if the metadata is sufficient. */
  readonly divisors: Float32Array | null;
}

/**
 * `theta`: default if the config has none. Coded errors like `readRopeConfig`'s, which has already checked the config.
 */
export function ggufRopeOf(
  config: JsonObject,
  options: { readonly family: string; readonly size: number; readonly positions: number; readonly theta: number },
): GgufRope {
  const rope = readRopeConfig(new ConfigReader(options.family, config), config, options);
  const base: GgufMetadata = { "rope.freq_base": f32Value(rope.theta) };
  const named = byName(rope);
  if (named) return { metadata: { ...base, ...named }, divisors: null };
  return byFrequencies(base, rope, ropeFrequencies(rope));
}

/** Returns null if llama.cpp has no name for it. */
function byName(rope: RopeConfig): GgufMetadata | null {
  const { scaling = { type: "default" } } = rope;
  if (scaling.type === "default") return {};
  if (scaling.type === "linear")
    return { "rope.scaling.type": textValue("linear"), "rope.scaling.factor": f32Value(scaling.factor) };
  if (scaling.type !== "yarn" || scaling.truncate === false) return null;
  const usual = 1 + 0.1 * Math.log(scaling.factor);
  const { beta_fast, beta_slow } = scaling;
  return {
    "rope.scaling.type": textValue("yarn"),
    "rope.scaling.factor": f32Value(scaling.factor),
    "rope.scaling.original_context_length": u32Value(scaling.original_max_position_embeddings),
    // llama.cpp multiplies it by the factor of YaRN's paper, so it is divided out here.
    "rope.scaling.attn_factor": f32Value(ropeFrequencies(rope).factor / usual),
    ...(beta_fast !== undefined && { "rope.scaling.yarn_beta_fast": f32Value(beta_fast) }),
    ...(beta_slow !== undefined && { "rope.scaling.yarn_beta_slow": f32Value(beta_slow) }),
  };
}

function byFrequencies(
  base: GgufMetadata,
  { size, theta }: RopeConfig,
  { frequencies, factor }: RotaryFrequencies,
): GgufRope {
  return {
    metadata: { ...base, ...(factor !== 1 && { "rope.scaling.attn_factor": f32Value(factor) }) },
    divisors: Float32Array.from(frequencies, (f, i) => theta ** ((-2 * i) / size) / f),
  };
}

type Model = ArchitectureInput<LlamaConfig>;
interface Kin {
  readonly name: string;
  readonly names: GgufTensorNameMapping;
  readonly activation: "silu" | "gelu_pytorch_tanh";
  /** RoPE base if config.json has none. */
  readonly theta: number;
  refuses?(read: LlamaConfig): string | null;
  metadata?(model: Model): GgufMetadata;
  elements?: GgufArchitecture<LlamaConfig>["elements"];
  rope?(model: Model): GgufRope;
  /** Whether llama.cpp supports arbitrary RoPE frequencies for it. */
  readonly divides?: true;
  /** Whether llama.cpp supports its sliding windows. */
  readonly slides?: true;
}

const SILU = ["silu", "swish"];
const GELU = ["gelu_pytorch_tanh", "gelu_new", "gelu_fast", "gelu_accurate", "gelu_python_tanh"];

function kin(variant: Kin): GgufArchitecture<LlamaConfig> {
  const rope = variant.rope ?? ((model: Model) => plainRope(variant, model));
  const context = ({ windows, max_position_embeddings: all }: LlamaConfig): number =>
    variant.slides ? all : windows.reduce<number>((least, window) => Math.min(least, window ?? least), all);
  return {
    name: variant.name,
    names: variant.names,
    prefix: "model.",
    sizes: (c) => ({ layers: c.num_hidden_layers, tied: c.tie_word_embeddings, vocabulary: c.vocab_size }),
    context,
    refuses(model) {
      const { read } = model;
      const known = variant.activation === "silu" ? SILU : GELU;
      if (!known.includes(read.hidden_act))
        return `its inner layers use ${read.hidden_act}, and llama.cpp's ${known[0]!}`;
      if (rope(model).divisors && !variant.divides)
        return `its rotary positions are stretched in a way that llama.cpp knows of LLaMA alone`;
      return variant.refuses?.(read) ?? null;
    },
    metadata(model) {
      const { read } = model;
      return {
        block_count: u32Value(read.num_hidden_layers),
        context_length: u32Value(context(read)),
        embedding_length: u32Value(read.hidden_size),
        feed_forward_length: u32Value(read.intermediate_size),
        "attention.head_count": u32Value(read.num_attention_heads),
        "attention.head_count_kv": u32Value(read.num_key_value_heads),
        "attention.key_length": u32Value(read.head_dim),
        "attention.value_length": u32Value(read.head_dim),
        "attention.layer_norm_rms_epsilon": f32Value(read.norm.epsilon),
        "rope.dimension_count": u32Value(read.head_dim),
        vocab_size: u32Value(read.vocab_size),
        ...rope(model).metadata,
        ...variant.metadata?.(model),
      };
    },
    more(model) {
      const { divisors } = rope(model);
      return divisors ? { "rope_freqs.weight": divisors } : {};
    },
    ...(variant.elements && { elements: variant.elements }),
  };
}

function plainRope({ theta }: Kin, { config, read }: Model): GgufRope {
  return ggufRopeOf(config, { family: "llama", size: read.head_dim, positions: read.max_position_embeddings, theta });
}

export const llamaArchitecture = kin({
  name: "llama",
  names: llamaTensorNames,
  activation: "silu",
  theta: 10000,
  divides: true,
  elements({ read }, { part, shape }, data) {
    const heads = part === "attn_q" ? read.num_attention_heads : part === "attn_k" ? read.num_key_value_heads : null;
    return heads === null ? data : interleaveHalves(data, heads, shape[0] ?? 0);
  },
});

export const qwen2Architecture = kin({
  name: "qwen2",
  names: llamaTensorNames,
  activation: "silu",
  theta: 10000,
  refuses: (c) =>
    c.head_dim * c.num_attention_heads === c.hidden_size
      ? null
      : "its heads together are not as wide as the model, as llama.cpp has Qwen2",
});

const noOutputBias = (c: LlamaConfig): string | null =>
  c.bias.output ? "its attention's output has a bias, which llama.cpp doesn't know of this family" : null;

export const qwen3Architecture = kin({
  name: "qwen3",
  names: qwen3TensorNames,
  activation: "silu",
  theta: 10000,
  refuses: noOutputBias,
});

/** Norms scale by 1 + weight in a checkpoint, and by the weight in llama.cpp. */
function norming(_model: Model, { name }: GgufTensor, data: Float32Array): Float32Array {
  return name.endsWith("norm.weight") ? data.map((x) => x + 1) : data;
}
/** Scales this part's weights to compensate for llama.cpp's different attention scale. */
const scaling =
  (layersOfWidest: number, part: string): NonNullable<Kin["elements"]> =>
  (model, tensor, data) => {
    const { read } = model;
    const normed = norming(model, tensor, data);
    const widest = read.num_hidden_layers === layersOfWidest;
    const ratio = read.scale * Math.sqrt(widest ? read.hidden_size / read.num_attention_heads : read.head_dim);
    return tensor.part === part && Math.abs(ratio - 1) > 1e-9 ? normed.map((x) => x * ratio) : normed;
  };

const tiedAlone = (c: LlamaConfig): string | null =>
  c.tie_word_embeddings ? null : "it has a separate head, but llama.cpp uses the embedding in this family";

export const gemmaArchitecture = kin({
  name: "gemma",
  names: llamaTensorNames,
  activation: "gelu_pytorch_tanh",
  theta: 10000,
  refuses: (c) => noOutputBias(c) ?? tiedAlone(c),
  elements: norming,
});

/** Returns which layers have a sliding window, if it differs from llama.cpp's default pattern. */
function pattern({ windows }: LlamaConfig, usual: number): GgufMetadata {
  const slides = windows.map((window) => window !== null);
  if (slides.every((isSliding, i) => isSliding === ((i + 1) % usual !== 0))) return {};
  return { "attention.sliding_window_pattern": boolsValue(slides) };
}
const cap = (key: string, value: number | null): GgufMetadata => (value === null ? {} : { [key]: f32Value(value) });
const windowOf = ({ windows }: LlamaConfig): number => windows.find((window) => window !== null) ?? 0;

export const gemma2Architecture = kin({
  name: "gemma2",
  names: gemma2TensorNames,
  activation: "gelu_pytorch_tanh",
  theta: 10000,
  slides: true,
  refuses(c) {
    if (c.caps.scores === null || c.caps.logits === null) return "llama.cpp caps scores and logits of Gemma 2 always";
    return noOutputBias(c) ?? tiedAlone(c);
  },
  metadata: ({ read }) => ({
    ...cap("attn_logit_softcapping", read.caps.scores),
    ...cap("final_logit_softcapping", read.caps.logits),
    "attention.sliding_window": u32Value(windowOf(read)),
    ...pattern(read, 2),
  }),
  elements: scaling(46, "attn_q"),
});

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

export const gemma3Architecture = kin({
  name: "gemma3",
  names: gemma3TensorNames,
  activation: "gelu_pytorch_tanh",
  theta: 1e6,
  slides: true,
  refuses: noOutputBias,
  rope({ config, read }) {
    const { full_attention: full } = record(config["rope_parameters"]);
    const ropeFields = {
      rope_parameters: { rope_theta: config["rope_theta"], ...record(config["rope_scaling"]), ...record(full) },
    };
    const options = { family: "gemma3_text", size: read.head_dim, positions: read.max_position_embeddings, theta: 1e6 };
    return ggufRopeOf(ropeFields, options);
  },
  metadata: ({ config, read }) => ({
    ...cap("final_logit_softcapping", read.caps.logits),
    ...(windowOf(read) > 0 && {
      "attention.sliding_window": u32Value(windowOf(read)),
      "rope.freq_base_swa": f32Value(nearTheta(config)),
      ...pattern(read, 6),
    }),
  }),
  elements: scaling(62, "attn_q_norm"),
});

function nearTheta(config: Readonly<Record<string, unknown>>): number {
  const { sliding_attention: sliding } = record(config["rope_parameters"]);
  return Number(record(sliding)["rope_theta"] ?? config["rope_local_base_freq"] ?? 10000);
}
