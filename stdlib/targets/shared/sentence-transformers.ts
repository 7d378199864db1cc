/** Files that sentence-transformers reads next to the weights of an embedding model. */
import type { ModelToDeploy } from "../kind.js";

/** Returns the path and text of each file; none for other tasks. */
export function sentenceTransformersFiles({
  parts,
  maxLength,
  family,
}: ModelToDeploy): readonly (readonly [string, string])[] {
  const { call, implementation } = parts.task;
  if (!implementation.supervision.rowFormat.separateTexts) return [];
  const normalize = call.arguments["normalize"] !== false;
  const module = (idx: number, path: string, type: string) => ({
    idx,
    name: String(idx),
    path,
    type: `sentence_transformers.models.${type}`,
  });
  const modules = [
    module(0, "", "Transformer"),
    module(1, "1_Pooling", "Pooling"),
    ...(normalize ? [module(2, "2_Normalize", "Normalize")] : []),
  ];
  const pooling = call.arguments["pooling"] ?? "mean";
  const settings = {
    word_embedding_dimension: family.implementation.hidden(parts.config),
    pooling_mode_cls_token: pooling === "cls",
    pooling_mode_mean_tokens: pooling === "mean",
    pooling_mode_max_tokens: pooling === "max",
    pooling_mode_lasttoken: pooling === "last",
  };
  return [
    ["modules.json", json(modules)],
    ["1_Pooling/config.json", json(settings)],
    ["sentence_bert_config.json", json({ max_seq_length: maxLength, do_lower_case: false })],
    ...(normalize ? [["2_Normalize/.keep", ""] as const] : []),
  ];
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
