/**
 * Capabilities shared by variants of a family: their layer names, and checkpoint tensors that are not parameters. A
 * family spreads them into its own capabilities.
 */
import type { PrunableParts } from "./prunable-parts.js";
import { sizeFields } from "./size-fields.js";

/** Head and inner layers of BERT and RoBERTa. */
export const bertPrunableParts = {
  heads: {
    field: "num_attention_heads",
    into: ["attention.self.query", "attention.self.key", "attention.self.value"],
    out: "attention.output.dense",
  },
  inner: { field: "intermediate_size", into: ["intermediate.dense"], out: "output.dense" },
} satisfies PrunableParts;

export const llamaFamilyCapabilities = {
  targets: ["q_proj", "v_proj"],
  linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
  shape: "decoder" as const,
  sizeFields,
  gateLayer: /gate_proj/,
  prunes: {
    heads: {
      field: "num_attention_heads",
      into: ["self_attn.q_proj"],
      out: "self_attn.o_proj",
      shared: { field: "num_key_value_heads", into: ["self_attn.k_proj", "self_attn.v_proj"] },
      sized: { size: "head_dim", width: "hidden_size" },
    },
    inner: { field: "intermediate_size", into: ["mlp.gate_proj", "mlp.up_proj"], out: "mlp.down_proj" },
  } satisfies PrunableParts,
  /** Checkpoint tensors that are not parameters: rope frequencies in old files. */
  buffers: /\.rotary_emb\.inv_freq$/,
};

export const robertaFamilyCapabilities = {
  targets: ["query", "value"],
  linears: ["query", "key", "value", "dense"],
  shape: "encoder" as const,
  sizeFields,
  unmasks: true as const,
  prunes: bertPrunableParts,
  denseHead: true as const,
  buffers: /\.embeddings\.(position_ids|token_type_ids)$/,
};
