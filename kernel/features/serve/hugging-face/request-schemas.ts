/** Requests of Hugging Face's inference: `{ inputs, parameters }`, of which each task reads its own. */
import * as v from "valibot";
import { between, flag, list, named, stops, wholeBetween } from "../http/schema.js";

const pair = v.looseObject({ text: v.string(), text_pair: v.nullish(v.string()) });
const question = v.looseObject({ question: v.string(), context: v.string() });
const likened = v.looseObject({ source_sentence: v.string(), sentences: list(v.string()) });

const parameters = v.looseObject({
  top_k: wholeBetween(1),
  function_to_apply: v.nullish(v.picklist(["softmax", "sigmoid", "none"])),
  aggregation_strategy: v.nullish(v.picklist(["none", "simple", "first", "average", "max"])),
  ignore_labels: v.nullish(v.array(v.string())),
  normalize: flag,
  truncate: v.nullish(v.union([v.boolean(), v.pipe(v.number(), v.integer(), v.minValue(1))])),
  max_new_tokens: wholeBetween(1),
  temperature: between(0, 100),
  top_p: between(0, 1),
  do_sample: flag,
  return_full_text: flag,
  details: flag,
  seed: wholeBetween(Number.MIN_SAFE_INTEGER),
  repetition_penalty: between(0.01, 100),
  frequency_penalty: between(-2, 2),
  stop: v.nullish(stops),
  stop_sequences: v.nullish(stops),
});

export const asks = v.looseObject({
  model: named,
  inputs: v.union([v.string(), list(v.string()), question, list(question), likened, pair, list(pair)]),
  parameters: v.nullish(parameters),
  truncate: flag,
  normalize: flag,
  stream: flag,
});
export type Asks = v.InferOutput<typeof asks>;
export type Parameters = NonNullable<Asks["parameters"]>;
export type Question = v.InferOutput<typeof question>;
export type Pair = v.InferOutput<typeof pair>;
export type Likened = v.InferOutput<typeof likened>;
