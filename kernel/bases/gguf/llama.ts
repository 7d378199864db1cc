/**
 * LLaMA, the Qwens and the Gemmas in llama.cpp's layout: their config.json, and each tensor's form in a checkpoint.
 */
import {
  gemma2TensorNames,
  gemma3TensorNames,
  llamaTensorNames,
  qwen3TensorNames,
  type GgufTensorNameMapping,
} from "#stdlib/targets/shared/gguf/names.js";
import { deinterleaveHalves } from "#stdlib/targets/shared/gguf/element-order.js";
import type { GgufHeader } from "./file.js";
import { ArchitectureMetadata, checkpointNameOf, specialTokenIds, type GgufLayout } from "./layout.js";

export const llamaLayout: GgufLayout = {
  config: (gguf) => ({
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    ...shared(gguf, "llama"),
    attention_bias: has(gguf, "blk.0.attn_q.bias"),
    mlp_bias: has(gguf, "blk.0.ffn_gate.bias"),
  }),
  tensor(gguf, tensor) {
    const { name, part } = checkpointNameOf(gguf, tensor, llamaTensorNames);
    const heads = gguf.metadata["llama.attention.head_count"];
    const shared = gguf.metadata["llama.attention.head_count_kv"] ?? heads;
    const interleaved = part === "attn_q" ? heads : part === "attn_k" ? shared : null;
    const { shape } = tensor;
    if (typeof interleaved !== "number") return { name, shape };
    return { name, shape, restore: (data) => deinterleaveHalves(data, interleaved, shape[0]!) };
  },
};

export const qwen2Layout: GgufLayout = {
  config: (gguf) => ({
    architectures: ["Qwen2ForCausalLM"],
    model_type: "qwen2",
    ...shared(gguf, "qwen2"),
    use_sliding_window: false,
  }),
  tensor: asItIs(llamaTensorNames),
};

export const qwen3Layout: GgufLayout = {
  config: (gguf) => ({
    architectures: ["Qwen3ForCausalLM"],
    model_type: "qwen3",
    ...shared(gguf, "qwen3"),
    attention_bias: has(gguf, "blk.0.attn_q.bias"),
    use_sliding_window: false,
  }),
  tensor: asItIs(qwen3TensorNames),
};

/** GGUF stores Gemma's norm weights as factors, a checkpoint as values added to 1. */
export const gemmaLayout: GgufLayout = {
  config: (gguf) => ({
    architectures: ["GemmaForCausalLM"],
    model_type: "gemma",
    ...shared(gguf, "gemma"),
    hidden_act: "gelu_pytorch_tanh",
    attention_bias: has(gguf, "blk.0.attn_q.bias"),
  }),
  tensor: norming(llamaTensorNames),
};

export const gemma2Layout: GgufLayout = {
  config(gguf) {
    const read = new ArchitectureMetadata(gguf, "gemma2");
    return {
      architectures: ["Gemma2ForCausalLM"],
      model_type: "gemma2",
      ...shared(gguf, "gemma2"),
      hidden_activation: "gelu_pytorch_tanh",
      ...scaledByHead(read),
      attn_logit_softcapping: read.number("attn_logit_softcapping", 50),
      final_logit_softcapping: read.number("final_logit_softcapping", 30),
      sliding_window: read.number("attention.sliding_window", 4096),
    };
  },
  tensor: norming(gemma2TensorNames),
};

export const gemma3Layout: GgufLayout = {
  config(gguf) {
    const read = new ArchitectureMetadata(gguf, "gemma3");
    const { rope_parameters, ...all } = shared(gguf, "gemma3");
    const layers = read.number("block_count");
    const window = read.number("attention.sliding_window", 0);
    const wide = (i: number): boolean =>
      window === 0 || (i + 1) % read.number("attention.sliding_window_pattern", 6) === 0;
    return {
      architectures: ["Gemma3ForCausalLM"],
      model_type: "gemma3_text",
      ...all,
      hidden_activation: "gelu_pytorch_tanh",
      ...scaledByHead(read),
      sliding_window: window || 4096,
      layer_types: Array.from({ length: layers }, (_, i) => (wide(i) ? "full_attention" : "sliding_attention")),
      rope_parameters: {
        full_attention: rope_parameters,
        sliding_attention: { rope_type: "default", rope_theta: read.number("rope.freq_base_swa", 10000) },
      },
    };
  },
  tensor: norming(gemma3TensorNames),
};

/** Scores are divided by the root of a head's size, as in llama.cpp. */
function scaledByHead(read: ArchitectureMetadata): Readonly<Record<string, unknown>> {
  return { query_pre_attn_scalar: read.number("attention.key_length") };
}

function asItIs(names: GgufTensorNameMapping): GgufLayout["tensor"] {
  return (gguf, tensor) => ({ name: checkpointNameOf(gguf, tensor, names).name, shape: tensor.shape });
}

function norming(names: GgufTensorNameMapping): GgufLayout["tensor"] {
  return (gguf, tensor) => {
    const { name } = checkpointNameOf(gguf, tensor, names);
    const { shape } = tensor;
    return /norm\.weight$/.test(name) ? { name, shape, restore: (data) => data.map((x) => x - 1) } : { name, shape };
  };
}

/** Settings that transformers' config has for all of them. Coded errors: `gguf-malformed`, `gguf-unsupported`. */
function shared(gguf: GgufHeader, architecture: string): Readonly<Record<string, unknown>> {
  const read = new ArchitectureMetadata(gguf, architecture);
  read.absent("expert_count");
  const hidden = read.number("embedding_length");
  const heads = read.number("attention.head_count");
  const head = read.number("attention.key_length", hidden / heads);
  read.only("rope.dimension_count", head);
  return {
    vocab_size: read.vocabulary("token_embd.weight"),
    hidden_size: hidden,
    intermediate_size: read.number("feed_forward_length"),
    num_hidden_layers: read.number("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: read.number("attention.head_count_kv", heads),
    head_dim: head,
    hidden_act: "silu",
    max_position_embeddings: read.number("context_length"),
    rms_norm_eps: read.number("attention.layer_norm_rms_epsilon"),
    rope_parameters: { rope_theta: read.number("rope.freq_base", 10000), ...ropeScaling(read) },
    tie_word_embeddings: !has(gguf, "output.weight"),
    ...specialTokenIds(gguf),
    torch_dtype: "float32",
  };
}

const has = (gguf: GgufHeader, tensor: string): boolean => gguf.tensors.some((t) => t.name === tensor);

function ropeScaling(read: ArchitectureMetadata): Readonly<Record<string, unknown>> {
  const type = read.choice("rope.scaling.type", "none", ["none", "linear"]);
  return type === "none" ? { rope_type: "default" } : { rope_type: type, factor: read.number("rope.scaling.factor") };
}
