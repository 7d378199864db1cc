/** LLaMA, Qwen2 and Gemma in llama.cpp's layout: what config.json it comes to, and what each tensor is in a checkpoint. */
import type { Gguf } from "./file.js";
import { Metadata, named, specialTokens, type Layout } from "./layout.js";

const OUTSIDE: Readonly<Record<string, string>> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};
const INSIDE: Readonly<Record<string, string>> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

export const llama: Layout = {
  config: (gguf) => ({
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    ...shared(gguf, "llama"),
    attention_bias: has(gguf, "blk.0.attn_q.bias"),
    mlp_bias: has(gguf, "blk.0.ffn_gate.bias"),
  }),
  tensor(gguf, tensor) {
    const { name, part } = named(gguf, tensor, OUTSIDE, INSIDE, "model.layers");
    const heads = gguf.metadata["llama.attention.head_count"];
    const shared = gguf.metadata["llama.attention.head_count_kv"] ?? heads;
    const interleaved = part === "attn_q" ? heads : part === "attn_k" ? shared : null;
    const { shape } = tensor;
    if (typeof interleaved !== "number") return { name, shape };
    return { name, shape, restore: (data) => deinterleave(data, interleaved, shape[0]!) };
  },
};

export const qwen2: Layout = {
  config: (gguf) => ({
    architectures: ["Qwen2ForCausalLM"],
    model_type: "qwen2",
    ...shared(gguf, "qwen2"),
    use_sliding_window: false,
  }),
  tensor: (gguf, tensor) => ({
    name: named(gguf, tensor, OUTSIDE, INSIDE, "model.layers").name,
    shape: tensor.shape,
  }),
};

/** Its norms lie there as what they scale by, in a checkpoint as what is added to 1. */
export const gemma: Layout = {
  config: (gguf) => ({
    architectures: ["GemmaForCausalLM"],
    model_type: "gemma",
    ...shared(gguf, "gemma"),
    hidden_act: "gelu_pytorch_tanh",
    attention_bias: has(gguf, "blk.0.attn_q.bias"),
  }),
  tensor(gguf, tensor) {
    const { name } = named(gguf, tensor, OUTSIDE, INSIDE, "model.layers");
    const { shape } = tensor;
    return /norm\.weight$/.test(name) ? { name, shape, restore: (data) => data.map((x) => x - 1) } : { name, shape };
  },
};

/** What transformers' config says of them all. Coded errors: `gguf-malformed`, `gguf-unsupported`. */
function shared(gguf: Gguf, architecture: string): Readonly<Record<string, unknown>> {
  const read = new Metadata(gguf, architecture);
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
    ...specialTokens(gguf),
    torch_dtype: "float32",
  };
}

const has = (gguf: Gguf, tensor: string): boolean => gguf.tensors.some((t) => t.name === tensor);

function ropeScaling(read: Metadata): Readonly<Record<string, unknown>> {
  const type = read.choice("rope.scaling.type", "none", ["none", "linear"]);
  return type === "none" ? { rope_type: "default" } : { rope_type: type, factor: read.number("rope.scaling.factor") };
}

/**
 * Rows back in the checkpoint's order: llama.cpp turns neighbouring pairs (rope), so its converter puts row i of a head's
 * second half beside row i of the first. `data`: [heads × 2 × half, ...] with `row` elements each.
 */
export function deinterleave(data: Float32Array, heads: number, rows: number): Float32Array<ArrayBuffer> {
  const row = data.length / rows;
  const half = rows / heads / 2;
  const out = new Float32Array(data.length);
  for (let h = 0; h < heads; h++)
    for (let i = 0; i < half; i++)
      for (let side = 0; side < 2; side++) {
        const from = ((h * half + i) * 2 + side) * row;
        out.set(data.subarray(from, from + row), ((h * 2 + side) * half + i) * row);
      }
  return out;
}
