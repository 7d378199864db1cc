/** A LLaMA in llama.cpp's layout: what config.json it comes to, and what each tensor is called in a checkpoint. */
import { CodedError } from "#dsl/check/codes.js";
import type { Gguf, GgufTensor, MetadataValue } from "./file.js";
import "./codes.js";

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

/** What transformers' LlamaConfig says of it. Coded errors: `gguf-malformed`, `gguf-unsupported`. */
export function llamaConfig(gguf: Gguf): Readonly<Record<string, unknown>> {
  const unsupported = (part: string, value: MetadataValue, supported: readonly string[]): Error =>
    new CodedError("gguf-unsupported", { file: gguf.file, part, value: String(value), supported });
  const architecture = gguf.metadata["general.architecture"] ?? "(none)";
  if (architecture !== "llama") throw unsupported("architecture", architecture, ["llama"]);
  if (gguf.metadata["llama.expert_count"])
    throw unsupported("llama.expert_count", gguf.metadata["llama.expert_count"], ["0"]);
  const number = (key: string, fallback?: number): number => {
    const value = gguf.metadata[key] ?? fallback;
    if (typeof value === "number") return value;
    throw new CodedError("gguf-malformed", { file: gguf.file, why: `it says no number for ${key}` });
  };
  const hidden = number("llama.embedding_length");
  const heads = number("llama.attention.head_count");
  const head = number("llama.attention.key_length", hidden / heads);
  const turned = number("llama.rope.dimension_count", head);
  if (turned !== head) throw unsupported("llama.rope.dimension_count", turned, [String(head)]);
  const names = new Set(gguf.tensors.map((t) => t.name));
  const embedding = gguf.tensors.find((t) => t.name === "token_embd.weight");
  const special = (key: string): Record<string, number> => {
    const id = gguf.metadata[`tokenizer.ggml.${key}_token_id`];
    return typeof id === "number" ? { [`${key === "padding" ? "pad" : key}_token_id`]: id } : {};
  };
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: embedding?.shape[0] ?? number("llama.vocab_size"),
    hidden_size: hidden,
    intermediate_size: number("llama.feed_forward_length"),
    num_hidden_layers: number("llama.block_count"),
    num_attention_heads: heads,
    num_key_value_heads: number("llama.attention.head_count_kv", heads),
    head_dim: head,
    hidden_act: "silu",
    max_position_embeddings: number("llama.context_length"),
    rms_norm_eps: number("llama.attention.layer_norm_rms_epsilon"),
    rope_parameters: { rope_theta: number("llama.rope.freq_base", 10000), ...ropeScaling(gguf, unsupported) },
    attention_bias: names.has("blk.0.attn_q.bias"),
    mlp_bias: names.has("blk.0.ffn_gate.bias"),
    tie_word_embeddings: !names.has("output.weight"),
    ...special("bos"),
    ...special("eos"),
    ...special("padding"),
    torch_dtype: "float32",
  };
}

function ropeScaling(
  { metadata }: Gguf,
  unsupported: (part: string, value: MetadataValue, supported: readonly string[]) => Error,
): Readonly<Record<string, unknown>> {
  const type = metadata["llama.rope.scaling.type"] ?? "none";
  if (type === "none") return { rope_type: "default" };
  if (type !== "linear") throw unsupported("llama.rope.scaling.type", type, ["none", "linear"]);
  return { rope_type: "linear", factor: metadata["llama.rope.scaling.factor"] };
}

/** Its name in a checkpoint, and how many heads' rows llama.cpp has interleaved (null: none). */
export function llamaTensor(
  gguf: Gguf,
  tensor: GgufTensor,
): { readonly name: string; readonly interleaved: number | null } {
  const outside = OUTSIDE[tensor.name];
  if (outside !== undefined) return { name: outside, interleaved: null };
  const [, layer, part, kind] = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(tensor.name) ?? [];
  const inside = INSIDE[part ?? ""];
  if (inside === undefined) {
    const supported = [...Object.keys(OUTSIDE), ...Object.keys(INSIDE).map((name) => `blk.*.${name}`)];
    throw new CodedError("gguf-unsupported", { file: gguf.file, part: "tensor", value: tensor.name, supported });
  }
  const heads = gguf.metadata["llama.attention.head_count"];
  const shared = gguf.metadata["llama.attention.head_count_kv"] ?? heads;
  const interleaved = part === "attn_q" ? heads : part === "attn_k" ? shared : null;
  return {
    name: `model.layers.${layer!}.${inside}.${kind!}`,
    interleaved: typeof interleaved === "number" ? interleaved : null,
  };
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
