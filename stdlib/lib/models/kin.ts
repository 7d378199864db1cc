/**
 * What families of one shape have in common: the names of their layers, and what a checkpoint of theirs may hold besides
 * parameters. A family spreads it into its capabilities and says what is its own.
 */
import { sizeFields } from "./size-fields.js";

export const llamaKin = {
  targets: ["q_proj", "v_proj"],
  linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
  shape: "decoder" as const,
  sizes: sizeFields,
  gate: /gate_proj/,
  /** Tensors of a checkpoint that are no parameters: the frequencies of rope that old files carry. */
  buffers: /\.rotary_emb\.inv_freq$/,
};

export const robertaKin = {
  targets: ["query", "value"],
  linears: ["query", "key", "value", "dense"],
  shape: "encoder" as const,
  sizes: sizeFields,
  /** It has a head that names masked tokens. */
  unmasks: true as const,
  /** Its head over a whole text has a second layer, as wide as the model. */
  denseHead: true as const,
  /** Tensors of a checkpoint that are no parameters. */
  buffers: /\.embeddings\.(position_ids|token_type_ids)$/,
};
