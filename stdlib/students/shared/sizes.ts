/** Reads a model's sizes from its config.json. */
import type { BaseFacts } from "#dsl/language/types/facts.js";

export const HEAD_COUNT_FIELDS: readonly string[] = ["num_attention_heads", "n_heads", "n_head"];

export function numberFieldOf(config: BaseFacts["config"], names: readonly string[]): number | undefined {
  return names.map((name) => config[name]).find((value) => typeof value === "number");
}

export const headCountInConfig = (config: BaseFacts["config"] = {}): number | undefined =>
  numberFieldOf(config, HEAD_COUNT_FIELDS);
