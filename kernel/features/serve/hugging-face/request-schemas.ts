/** Requests of Hugging Face's inference: `{ inputs, parameters }`; each task reads its own parameters. */
import * as v from "valibot";
import { numberBetween, flag, nonEmptyList, modelName, stopTexts, integerBetween } from "../http/schema.js";

const pair = v.looseObject({ text: v.string(), text_pair: v.nullish(v.string()) });
const question = v.looseObject({ question: v.string(), context: v.string() });
const likened = v.looseObject({ source_sentence: v.string(), sentences: nonEmptyList(v.string()) });

const parameters = v.looseObject({
  top_k: integerBetween(1),
  function_to_apply: v.nullish(v.picklist(["softmax", "sigmoid", "none"])),
  aggregation_strategy: v.nullish(v.picklist(["none", "simple", "first", "average", "max"])),
  ignore_labels: v.nullish(v.array(v.string())),
  normalize: flag,
  truncate: v.nullish(v.union([v.boolean(), v.pipe(v.number(), v.integer(), v.minValue(1))])),
  max_new_tokens: integerBetween(1),
  temperature: numberBetween(0, 100),
  top_p: numberBetween(0, 1),
  do_sample: flag,
  return_full_text: flag,
  details: flag,
  seed: integerBetween(Number.MIN_SAFE_INTEGER),
  repetition_penalty: numberBetween(0.01, 100),
  frequency_penalty: numberBetween(-2, 2),
  stop: v.nullish(stopTexts),
  stop_sequences: v.nullish(stopTexts),
});

export const requestBody = v.looseObject({
  model: modelName,
  inputs: v.union([
    v.string(),
    nonEmptyList(v.string()),
    question,
    nonEmptyList(question),
    likened,
    pair,
    nonEmptyList(pair),
  ]),
  parameters: v.nullish(parameters),
  truncate: flag,
  normalize: flag,
  stream: flag,
});
export type RequestBody = v.InferOutput<typeof requestBody>;
export type Parameters = NonNullable<RequestBody["parameters"]>;
export type QuestionInput = v.InferOutput<typeof question>;
export type PairInput = v.InferOutput<typeof pair>;
export type SimilarityInput = v.InferOutput<typeof likened>;
