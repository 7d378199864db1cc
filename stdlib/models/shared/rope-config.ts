/** Reads the rotary position settings of config.json: the rotation frequencies, and their scaling to longer texts. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { RopeConfig, RopeScaling } from "#dsl/tensor/numbers/rope.js";
import type { ConfigReader, JsonObject } from "./config.js";

/** Fields of all rope types; each type uses only its own, as in transformers. */
const FIELDS = [
  ...["rope_type", "type", "rope_theta", "partial_rotary_factor", "factor", "original_max_position_embeddings"],
  ...["low_freq_factor", "high_freq_factor", "attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim"],
  ...["truncate", "finetuned"],
];
const TYPES = ["default", "linear", "dynamic", "llama3", "yarn"] as const;

/**
 * Reads `rope_parameters` as transformers 5 writes it; older versions write separate `rope_theta` and `rope_scaling`
 * fields, with `rope_type` named `type`. Coded errors: `unsupported-config`, `bad-config`.
 */
export function readRopeConfig(
  read: ConfigReader,
  json: JsonObject,
  /** `theta`: default if the config has none. */
  options: { readonly size: number; readonly positions: number; readonly theta: number },
): RopeConfig {
  const given = record(json["rope_parameters"]) ?? record(json["rope_scaling"]) ?? {};
  const all = { ...given, rope_theta: given["rope_theta"] ?? json["rope_theta"] };
  const inner = read.inside("rope_parameters", all);
  if ((given["partial_rotary_factor"] ?? json["partial_rotary_factor"] ?? 1) !== 1)
    throw read.unsupported("partial_rotary_factor", given["partial_rotary_factor"] ?? json["partial_rotary_factor"], [
      "1",
    ]);
  const type = given["rope_type"] ?? given["type"] ?? "default";
  const kind = TYPES.find((t) => t === type);
  if (!kind) throw read.unsupported("rope_type", type, TYPES);
  for (const key of Object.keys(given))
    if (!FIELDS.includes(key) && (given[key] ?? null) !== null)
      throw inner.bad(key, "is not known of rotary positions");
  return {
    ...options,
    theta: inner.positive("rope_theta", options.theta),
    scaling: scalingOf(kind, inner, given, options.positions),
  };
}

function scalingOf(
  type: (typeof TYPES)[number],
  read: ConfigReader,
  given: JsonObject,
  positions: number,
): RopeScaling {
  switch (type) {
    case "default":
      return { type };
    case "linear":
      return { type, factor: read.positive("factor") };
    case "dynamic":
      return { type, factor: read.positive("factor") };
    case "llama3":
      return {
        type,
        factor: read.positive("factor"),
        low_freq_factor: read.positive("low_freq_factor"),
        high_freq_factor: read.positive("high_freq_factor"),
        original_max_position_embeddings: read.count("original_max_position_embeddings"),
      };
    case "yarn": {
      const old = read.count("original_max_position_embeddings", positions);
      const optional = ["attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim"] as const;
      const numbers = optional.flatMap((key) =>
        given[key] === undefined || given[key] === null ? [] : [[key, read.positive(key)] as const],
      );
      return {
        type,
        factor: read.positive("factor", positions / old),
        original_max_position_embeddings: old,
        truncate: read.flag("truncate", true),
        ...Object.fromEntries(numbers),
      };
    }
  }
}

function record(value: unknown): JsonObject | null {
  return isRecord(value) ? value : null;
}
