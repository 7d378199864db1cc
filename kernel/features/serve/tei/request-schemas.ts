/** Requests of Text Embeddings Inference. `model` is our extension: selects one of several. */
import * as v from "valibot";
import { anyObject, flag, nonEmptyList, modelName, oneOrMoreTexts, integerBetween } from "../http/schema.js";

const pair = v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(2));
const common = { model: modelName, truncate: flag };
const ids = nonEmptyList(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)));

export const embed = v.looseObject({
  ...common,
  inputs: oneOrMoreTexts,
  normalize: flag,
  dimensions: integerBetween(1),
});
export const embedAll = v.looseObject({ ...common, inputs: oneOrMoreTexts });
export const predict = v.looseObject({
  ...common,
  inputs: v.union([v.string(), nonEmptyList(v.string()), nonEmptyList(pair)]),
  raw_scores: flag,
});
export const rerank = v.looseObject({
  ...common,
  query: v.string(),
  texts: nonEmptyList(v.string()),
  raw_scores: flag,
  return_text: flag,
});
export const similarity = v.looseObject({
  model: modelName,
  inputs: v.looseObject({ source_sentence: v.string(), sentences: nonEmptyList(v.string()) }),
  parameters: v.nullish(v.looseObject({ truncate: flag })),
});
export const tokenize = v.looseObject({ model: modelName, inputs: oneOrMoreTexts, add_special_tokens: flag });
export const info = v.looseObject({ model: v.optional(v.string()) });
export const decode = v.looseObject({
  model: modelName,
  ids: v.union([ids, nonEmptyList(ids)]),
  skip_special_tokens: flag,
});

export type Embed = v.InferOutput<typeof embed>;
export type EmbedAll = v.InferOutput<typeof embedAll>;
export type Predict = v.InferOutput<typeof predict>;
export type Rerank = v.InferOutput<typeof rerank>;
export type Similarity = v.InferOutput<typeof similarity>;
export type Tokenize = v.InferOutput<typeof tokenize>;
export type Decode = v.InferOutput<typeof decode>;

const scored = v.object({ label: v.string(), score: v.number() });
export const replySchemas = {
  vectors: v.array(v.array(v.number())),
  vectorsOfTokens: v.array(v.array(v.array(v.number()))),
  numbers: v.array(v.number()),
  ranks: v.array(v.object({ index: v.number(), score: v.number(), text: v.optional(v.string()) })),
  /** One list for a single text, a list of lists for several. */
  classes: v.union([v.array(scored), v.array(v.array(scored))]),
  tokens: v.array(
    v.array(
      v.object({
        id: v.number(),
        text: v.string(),
        special: v.boolean(),
        start: v.nullable(v.number()),
        stop: v.nullable(v.number()),
      }),
    ),
  ),
  decoded: v.array(v.string()),
  info: v.object({
    model_id: v.string(),
    model_sha: v.null(),
    model_dtype: v.string(),
    model_type: anyObject,
    max_concurrent_requests: v.number(),
    max_input_length: v.number(),
    max_client_batch_size: v.number(),
    max_batch_requests: v.null(),
    max_batch_tokens: v.null(),
    auto_truncate: v.boolean(),
    tokenization_workers: v.number(),
    version: v.string(),
    sort: v.string(),
  }),
};
