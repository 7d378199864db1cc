/** Requests of Hugging Face's inference: `{ inputs, parameters }`; each task reads its own parameters. */
import * as v from "valibot";
import {
  optionalNumberBetween,
  optionalBoolean,
  nonEmptyList,
  optionalModelName,
  stopTexts,
  optionalIntegerBetween,
} from "../http/schema.js";

const pair = v.looseObject({ text: v.string(), text_pair: v.nullish(v.string()) });
const question = v.looseObject({ question: v.string(), context: v.string() });
const likened = v.looseObject({ source_sentence: v.string(), sentences: nonEmptyList(v.string()) });

const parameters = v.looseObject({
  top_k: optionalIntegerBetween(1),
  function_to_apply: v.nullish(v.picklist(["softmax", "sigmoid", "none"])),
  aggregation_strategy: v.nullish(v.picklist(["none", "simple", "first", "average", "max"])),
  ignore_labels: v.nullish(v.array(v.string())),
  normalize: optionalBoolean,
  truncate: v.nullish(v.union([v.boolean(), v.pipe(v.number(), v.integer(), v.minValue(1))])),
  max_new_tokens: optionalIntegerBetween(1),
  temperature: optionalNumberBetween(0, 100),
  top_p: optionalNumberBetween(0, 1),
  do_sample: optionalBoolean,
  return_full_text: optionalBoolean,
  details: optionalBoolean,
  seed: optionalIntegerBetween(Number.MIN_SAFE_INTEGER),
  repetition_penalty: optionalNumberBetween(0.01, 100),
  frequency_penalty: optionalNumberBetween(-2, 2),
  stop: v.nullish(stopTexts),
  stop_sequences: v.nullish(stopTexts),
});

export const huggingFaceRequestSchema = v.looseObject({
  model: optionalModelName,
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
  truncate: optionalBoolean,
  normalize: optionalBoolean,
  stream: optionalBoolean,
});
export type RequestBody = v.InferOutput<typeof huggingFaceRequestSchema>;
export type Parameters = NonNullable<RequestBody["parameters"]>;
export type QuestionInput = v.InferOutput<typeof question>;
export type PairInput = v.InferOutput<typeof pair>;
export type SimilarityInput = v.InferOutput<typeof likened>;
