/**
 * Encodes texts as token ids, truncated to the model's maximum length, and the targets of a split's rows. The encoding
 * of a split is cached with its prepared data.
 */
import { LRUCache } from "lru-cache";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { PreparedData } from "../prepare.js";
import { splitNamesOf } from "../prepared.js";
import { StreamedRows } from "../rows/streamed-rows.js";
import { encodeRows } from "./encode-rows.js";
import type { InputEncodingOptions } from "./row-formats/row-encoder.js";
import { rowEncoderOf } from "./row-formats/row-encoders.js";
import type { PredictionInput, EncodedRows, RowEncodingOptions, EncodedInputs } from "./rows.js";
import { encodableSplitOf } from "./split-rows.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import type { BaseModel } from "../../bases/base.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { chatEncodingOptionsOf } from "./chat.js";
import { usesTokenTypes, type ModelAndDataPlan } from "../../bases/token-types.js";
import { loadImplementation } from "../../host/load-implementation.js";

export type { PredictionInput, EncodedRows, RowEncodingOptions, EncodedInputs } from "./rows.js";

/** Encodes a prediction's inputs in the row format of the task (`row-formats`). */
export function encodePredictionInputs(
  inputs: readonly PredictionInput[],
  e: InputEncodingOptions,
): Promise<EncodedInputs> {
  return rowEncoderOf(e.task.implementation).encodeInputs(inputs, e);
}

/** Recently used encodings of each split. */
const encodedSplits = new WeakMap<object, LRUCache<string, Promise<EncodedRows>>>();
const MOST = 8;

/** Throws the coded errors `split-missing`, `no-rows`, and those of the task's targets (`label-not-trained`, ...). */
export function encodeSplit(
  prepared: PreparedData,
  name: { readonly data: string; readonly split: string },
  encoding: RowEncodingOptions,
): Promise<EncodedRows> {
  const split = prepared.streamed?.[name.split] ?? prepared.splits[name.split];
  if (!split) throw new CodedError("split-missing", { ...name, has: splitNamesOf(prepared) });
  const rows = split instanceof StreamedRows ? split.rows : split.numRows();
  if (rows === 0) throw new CodedError("no-rows", name);
  const { tokenizer, maxLength, task, labels, types, end, chat } = encoding;
  const dataLabels = prepared.labels;
  const key = JSON.stringify([
    tokenizer.hash,
    maxLength,
    task.call,
    labels,
    dataLabels,
    types,
    end,
    chat?.key,
    chat?.learn,
  ]);
  const byKey = encodedSplits.get(split) ?? new LRUCache<string, Promise<EncodedRows>>({ max: MOST });
  encodedSplits.set(split, byKey);
  const known = byKey.get(key);
  if (known) return known;
  // A model without trained labels takes the data's labels.
  const splitEncoding = { ...encoding, data: name.data, labels: labels.length > 0 ? labels : prepared.labels };
  const made = encodeRows(encodableSplitOf(split, tokenizer, prepared.labels), splitEncoding);
  const whole = made.then((encoded) => {
    if (encoded.lengths.length === 0) throw new CodedError("no-rows", name);
    return encoded;
  });
  byKey.set(key, whole);
  whole.catch(() => byKey.delete(key));
  return whole;
}

/** Options that determine how a plan's texts become rows: tokenizer, length, the task's targets and the end token. */
export async function rowEncodingOptionsOf(
  plan: ModelAndDataPlan,
  base: BaseModel,
  tokenizer: Tokenizer,
  labels: readonly string[],
  model: string,
): Promise<RowEncodingOptions> {
  const { task, max_length } = plan.recipe.model;
  const implementation = await loadImplementation(task, "task");
  const pairs = rowEncoderOf(implementation).decoderInput?.(task, base);
  return {
    tokenizer,
    maxLength: max_length,
    task: { call: task, implementation },
    labels,
    types: await usesTokenTypes(plan, base),
    end: endTokenId(base.facts.config),
    model,
    chat: await chatEncodingOptionsOf(dataReadingSettingsOf(plan.recipe.model), base, tokenizer),
    ...(pairs && { pairs }),
  };
}

/** config.json gives one id or a list; training ends texts with the first. */
export function endTokenId(config: Readonly<Record<string, unknown>>): number | null {
  const [first] = endTokenIds(config);
  return first ?? null;
}
/** Returns all tokens that end a generated text. */
export function endTokenIds(config: Readonly<Record<string, unknown>>): ReadonlySet<number> {
  const given = config["eos_token_id"];
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return new Set(all.filter((id): id is number => typeof id === "number"));
}
