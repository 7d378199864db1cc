/** LLaMA and kin, the Qwens and the Gemmas as llama.cpp has them. */
import type { LlamaConfig } from "../../../models/llama.run.js";
import type { Architecture, Described, Tensor } from "./architecture.js";
import { bools, f32, u32, type Metadata } from "./header.js";
import { gemma2Names, gemma3Names, llamaNames, qwen3Names, type TensorNames } from "./names.js";
import { interleaved } from "./element-order.js";
import { ropeOf, type ToldRope } from "./rope.js";

type Model = Described<LlamaConfig>;
interface Kin {
  readonly name: string;
  readonly names: TensorNames;
  readonly activation: "silu" | "gelu_pytorch_tanh";
  /** Where config.json names none. */
  readonly theta: number;
  refuses?(read: LlamaConfig): string | null;
  metadata?(model: Model): Metadata;
  elements?: Architecture<LlamaConfig>["elements"];
  rope?(model: Model): ToldRope;
  /** Frequencies of any kind can be told. */
  readonly divides?: true;
  /** It has windows of its own. */
  readonly slides?: true;
}

const SILU = ["silu", "swish"];
const GELU = ["gelu_pytorch_tanh", "gelu_new", "gelu_fast", "gelu_accurate", "gelu_python_tanh"];

function kin(own: Kin): Architecture<LlamaConfig> {
  const rope = own.rope ?? ((model: Model) => plainRope(own, model));
  const context = ({ windows, max_position_embeddings: all }: LlamaConfig): number =>
    own.slides ? all : windows.reduce<number>((least, window) => Math.min(least, window ?? least), all);
  return {
    name: own.name,
    names: own.names,
    prefix: "model.",
    sizes: (c) => ({ layers: c.num_hidden_layers, tied: c.tie_word_embeddings, vocabulary: c.vocab_size }),
    context,
    refuses(model) {
      const { read } = model;
      const known = own.activation === "silu" ? SILU : GELU;
      if (!known.includes(read.hidden_act))
        return `its inner layers use ${read.hidden_act}, and llama.cpp's ${known[0]!}`;
      if (rope(model).divisors && !own.divides)
        return `its rotary positions are stretched in a way that llama.cpp knows of LLaMA alone`;
      return own.refuses?.(read) ?? null;
    },
    metadata(model) {
      const { read } = model;
      return {
        block_count: u32(read.num_hidden_layers),
        context_length: u32(context(read)),
        embedding_length: u32(read.hidden_size),
        feed_forward_length: u32(read.intermediate_size),
        "attention.head_count": u32(read.num_attention_heads),
        "attention.head_count_kv": u32(read.num_key_value_heads),
        "attention.key_length": u32(read.head_dim),
        "attention.value_length": u32(read.head_dim),
        "attention.layer_norm_rms_epsilon": f32(read.norm.epsilon),
        "rope.dimension_count": u32(read.head_dim),
        vocab_size: u32(read.vocab_size),
        ...rope(model).metadata,
        ...own.metadata?.(model),
      };
    },
    more(model) {
      const { divisors } = rope(model);
      return divisors ? { "rope_freqs.weight": divisors } : {};
    },
    ...(own.elements && { elements: own.elements }),
  };
}

function plainRope({ theta }: Kin, { config, read }: Model): ToldRope {
  return ropeOf(config, { family: "llama", size: read.head_dim, positions: read.max_position_embeddings, theta });
}

export const llama = kin({
  name: "llama",
  names: llamaNames,
  activation: "silu",
  theta: 10000,
  divides: true,
  elements({ read }, { part, shape }, data) {
    const heads = part === "attn_q" ? read.num_attention_heads : part === "attn_k" ? read.num_key_value_heads : null;
    return heads === null ? data : interleaved(data, heads, shape[0] ?? 0);
  },
});

export const qwen2 = kin({
  name: "qwen2",
  names: llamaNames,
  activation: "silu",
  theta: 10000,
  refuses: (c) =>
    c.head_dim * c.num_attention_heads === c.hidden_size
      ? null
      : "its heads together are not as wide as the model, as llama.cpp has Qwen2",
});

const noOutputBias = (c: LlamaConfig): string | null =>
  c.bias.output ? "its attention's output has a bias, which llama.cpp doesn't know of this family" : null;

export const qwen3 = kin({
  name: "qwen3",
  names: qwen3Names,
  activation: "silu",
  theta: 10000,
  refuses: noOutputBias,
});

/** Norms scale by 1 + weight in a checkpoint, and by the weight there. */
function norming(_model: Model, { name }: Tensor, data: Float32Array): Float32Array {
  return name.endsWith("norm.weight") ? data.map((x) => x + 1) : data;
}
/** This part makes good that scores are scaled by otherwise than llama.cpp scales them. */
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
  c.tie_word_embeddings ? null : "its head is its own, and llama.cpp's is the embedding in this family";

export const gemma = kin({
  name: "gemma",
  names: llamaNames,
  activation: "gelu_pytorch_tanh",
  theta: 10000,
  refuses: (c) => noOutputBias(c) ?? tiedAlone(c),
  elements: norming,
});

/** Which layers have a window, where that is not as llama.cpp takes it to be. */
function pattern({ windows }: LlamaConfig, usual: number): Metadata {
  const slides = windows.map((window) => window !== null);
  if (slides.every((own, i) => own === ((i + 1) % usual !== 0))) return {};
  return { "attention.sliding_window_pattern": bools(slides) };
}
const cap = (key: string, value: number | null): Metadata => (value === null ? {} : { [key]: f32(value) });
const windowOf = ({ windows }: LlamaConfig): number => windows.find((window) => window !== null) ?? 0;

export const gemma2 = kin({
  name: "gemma2",
  names: gemma2Names,
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
    "attention.sliding_window": u32(windowOf(read)),
    ...pattern(read, 2),
  }),
  elements: scaling(46, "attn_q"),
});

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

export const gemma3 = kin({
  name: "gemma3",
  names: gemma3Names,
  activation: "gelu_pytorch_tanh",
  theta: 1e6,
  slides: true,
  refuses: noOutputBias,
  rope({ config, read }) {
    const { full_attention: full } = record(config["rope_parameters"]);
    const own = {
      rope_parameters: { rope_theta: config["rope_theta"], ...record(config["rope_scaling"]), ...record(full) },
    };
    const o = { family: "gemma3_text", size: read.head_dim, positions: read.max_position_embeddings, theta: 1e6 };
    return ropeOf(own, o);
  },
  metadata: ({ config, read }) => ({
    ...cap("final_logit_softcapping", read.caps.logits),
    ...(windowOf(read) > 0 && {
      "attention.sliding_window": u32(windowOf(read)),
      "rope.freq_base_swa": f32(nearTheta(config)),
      ...pattern(read, 6),
    }),
  }),
  elements: scaling(62, "attn_q_norm"),
});

function nearTheta(config: Readonly<Record<string, unknown>>): number {
  const { sliding_attention: sliding } = record(config["rope_parameters"]);
  return Number(record(sliding)["rope_theta"] ?? config["rope_local_base_freq"] ?? 10000);
}
