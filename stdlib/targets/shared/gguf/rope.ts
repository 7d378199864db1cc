/**
 * Rotary positions as llama.cpp is told of them: linear and YaRN scaling by name; in LLaMA's architecture any other by what
 * each frequency is divided by, a tensor of its own, and what cosines and sines are multiplied by.
 */
import { ropeFrequencies, type RopeConfig, type Rotation } from "#dsl/tensor/numbers/rope.js";
import { ConfigReader, type Json } from "../../../models/shared/config.js";
import { ropeConfig } from "../../../models/shared/rope-config.js";
import { f32, text, u32, type Metadata } from "./header.js";

export interface ToldRope {
  readonly metadata: Metadata;
  /** What frequencies are divided by; null: nothing but what the metadata say. */
  readonly divisors: Float32Array | null;
}

/** `theta`: where the config says none. Coded errors as of `ropeConfig`, which the config has passed before. */
export function ropeOf(
  config: Json,
  o: { readonly family: string; readonly size: number; readonly positions: number; readonly theta: number },
): ToldRope {
  const rope = ropeConfig(new ConfigReader(o.family, config), config, o);
  const base: Metadata = { "rope.freq_base": f32(rope.theta) };
  const named = byName(rope);
  if (named) return { metadata: { ...base, ...named }, divisors: null };
  return byFrequencies(base, rope, ropeFrequencies(rope));
}

/** Null: llama.cpp has no name for it. */
function byName(rope: RopeConfig): Metadata | null {
  const { scaling = { type: "default" } } = rope;
  if (scaling.type === "default") return {};
  if (scaling.type === "linear")
    return { "rope.scaling.type": text("linear"), "rope.scaling.factor": f32(scaling.factor) };
  if (scaling.type !== "yarn" || scaling.truncate === false) return null;
  const usual = 1 + 0.1 * Math.log(scaling.factor);
  const { beta_fast, beta_slow } = scaling;
  return {
    "rope.scaling.type": text("yarn"),
    "rope.scaling.factor": f32(scaling.factor),
    "rope.scaling.original_context_length": u32(scaling.original_max_position_embeddings),
    // llama.cpp multiplies it by what YaRN's paper says.
    "rope.scaling.attn_factor": f32(ropeFrequencies(rope).factor / usual),
    ...(beta_fast !== undefined && { "rope.scaling.yarn_beta_fast": f32(beta_fast) }),
    ...(beta_slow !== undefined && { "rope.scaling.yarn_beta_slow": f32(beta_slow) }),
  };
}

function byFrequencies(base: Metadata, { size, theta }: RopeConfig, { frequencies, factor }: Rotation): ToldRope {
  return {
    metadata: { ...base, ...(factor !== 1 && { "rope.scaling.attn_factor": f32(factor) }) },
    divisors: Float32Array.from(frequencies, (f, i) => theta ** ((-2 * i) / size) / f),
  };
}
