/**
 * Maps llama.cpp's tensor names of each architecture to checkpoint names, for reading and writing GGUF files. Tensors
 * outside the blocks have their full name, those inside the name of their part.
 */
export interface GgufTensorNameMapping {
  readonly outside: Readonly<Record<string, string>>;
  readonly inside: Readonly<Record<string, string>>;
  /** Prefix of a checkpoint's block names, before the block's number. */
  readonly blocks: string;
}

const around = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};
const attention = {
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
};
const inner = {
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};
const headNorms = { attn_q_norm: "self_attn.q_norm", attn_k_norm: "self_attn.k_norm" };
const before = { attn_norm: "input_layernorm", ffn_norm: "post_attention_layernorm" };
/** Sub-layers have a norm before and one after. */
const bothSides = {
  attn_norm: "input_layernorm",
  post_attention_norm: "post_attention_layernorm",
  ffn_norm: "pre_feedforward_layernorm",
  post_ffw_norm: "post_feedforward_layernorm",
};

const kin = (inside: Readonly<Record<string, string>>): GgufTensorNameMapping => ({
  outside: around,
  inside,
  blocks: "model.layers",
});

export const llamaTensorNames = kin({ ...before, ...attention, ...inner });
export const qwen3TensorNames = kin({ ...before, ...attention, ...headNorms, ...inner });
export const gemma2TensorNames = kin({ ...bothSides, ...attention, ...inner });
export const gemma3TensorNames = kin({ ...bothSides, ...attention, ...headNorms, ...inner });
/** Linear layers are stored as [out, in] in GGUF, and as [in, out] in a checkpoint. */
export const gpt2TensorNames: GgufTensorNameMapping = {
  outside: {
    "token_embd.weight": "transformer.wte.weight",
    "position_embd.weight": "transformer.wpe.weight",
    "output_norm.weight": "transformer.ln_f.weight",
    "output_norm.bias": "transformer.ln_f.bias",
    "output.weight": "lm_head.weight",
  },
  inside: {
    attn_norm: "ln_1",
    attn_qkv: "attn.c_attn",
    attn_output: "attn.c_proj",
    ffn_norm: "ln_2",
    ffn_up: "mlp.c_fc",
    ffn_down: "mlp.c_proj",
  },
  blocks: "transformer.h",
};

/** Returns llama.cpp's name for a checkpoint's tensor, and its part if it is in a block; null if it has none. */
export function ggufTensorName(
  tensor: string,
  { outside, inside, blocks }: GgufTensorNameMapping,
): { readonly name: string; readonly part: string | null } | null {
  const whole = Object.entries(outside).find(([, checkpointName]) => checkpointName === tensor);
  if (whole) return { name: whole[0], part: null };
  if (!tensor.startsWith(`${blocks}.`)) return null;
  const [, block, layerName, kind] = /^(\d+)\.(.+)\.(weight|bias)$/.exec(tensor.slice(blocks.length + 1)) ?? [];
  const part = Object.entries(inside).find(([, name]) => name === layerName);
  if (block === undefined || kind === undefined || !part) return null;
  return { name: `blk.${block}.${part[0]}.${kind}`, part: part[0] };
}
