/** Requests of Text Embeddings Inference. `model` is our extension: selects one of several. */
import * as v from "valibot";
import {
  anyObject,
  optionalBoolean,
  nonEmptyList,
  optionalModelName,
  oneOrMoreTexts,
  optionalIntegerBetween,
} from "../http/schema.js";

const pair = v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(2));
const common = { model: optionalModelName, truncate: optionalBoolean };
const ids = nonEmptyList(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)));

export const embed = v.looseObject({
  ...common,
  inputs: oneOrMoreTexts,
  normalize: optionalBoolean,
  dimensions: optionalIntegerBetween(1),
});
export const embedAll = v.looseObject({ ...common, inputs: oneOrMoreTexts });
export const predict = v.looseObject({
  ...common,
  inputs: v.union([v.string(), nonEmptyList(v.string()), nonEmptyList(pair)]),
  raw_scores: optionalBoolean,
});
export const rerank = v.looseObject({
  ...common,
  query: v.string(),
  texts: nonEmptyList(v.string()),
  raw_scores: optionalBoolean,
  return_text: optionalBoolean,
});
export const similarity = v.looseObject({
  model: optionalModelName,
  inputs: v.looseObject({ source_sentence: v.string(), sentences: nonEmptyList(v.string()) }),
  parameters: v.nullish(v.looseObject({ truncate: optionalBoolean })),
});
export const tokenize = v.looseObject({
  model: optionalModelName,
  inputs: oneOrMoreTexts,
  add_special_tokens: optionalBoolean,
});
export const info = v.looseObject({ model: v.optional(v.string()) });
export const decode = v.looseObject({
  model: optionalModelName,
  ids: v.union([ids, nonEmptyList(ids)]),
  skip_special_tokens: optionalBoolean,
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
