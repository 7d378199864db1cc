/**
 * RoPE metadata for llama.cpp: linear and YaRN scaling by name. In LLaMA's architecture, any other scaling is a tensor
 * of divisors per frequency, and a factor for cosines and sines.
 */
import { ropeFrequencies, type RopeConfig, type Rotation } from "#dsl/tensor/numbers/rope.js";
import { ConfigReader, type JsonObject } from "../../../models/shared/config.js";
import { readRopeConfig } from "../../../models/shared/rope-config.js";
import { f32Value, textValue, u32Value, type GgufMetadata } from "./header.js";

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

function byFrequencies(base: GgufMetadata, { size, theta }: RopeConfig, { frequencies, factor }: Rotation): GgufRope {
  return {
    metadata: { ...base, ...(factor !== 1 && { "rope.scaling.attn_factor": f32Value(factor) }) },
    divisors: Float32Array.from(frequencies, (f, i) => theta ** ((-2 * i) / size) / f),
  };
}
