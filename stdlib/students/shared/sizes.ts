/** Sizes of a model as its config.json says them. */
import type { BaseFacts } from "#dsl/language/types/facts.js";

export const HEAD_COUNT_FIELDS: readonly string[] = ["num_attention_heads", "n_heads", "n_head"];

export function numberFieldOf(config: BaseFacts["config"], names: readonly string[]): number | undefined {
  return names.map((name) => config[name]).find((value) => typeof value === "number");
}

/** Heads of each block, as a config says them. */
export const headCountOf = (config: BaseFacts["config"] = {}): number | undefined =>
  numberFieldOf(config, HEAD_COUNT_FIELDS);
