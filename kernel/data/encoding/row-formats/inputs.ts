/** Encodes a prediction's inputs that are texts or pairs of texts. */
import { TextsInMemory } from "../../sequences/token-rows.js";
import { truncatePairs, truncateTexts } from "../prediction-rows.js";
import type { PredictionInput, EncodedInputs } from "../rows.js";
import type { InputEncodingOptions } from "./row-encoder.js";

/** Inputs must be all texts or all pairs. */
export async function encodeTextInputs(
  inputs: readonly PredictionInput[],
  e: InputEncodingOptions,
): Promise<EncodedInputs> {
  const tokens = async (texts: readonly string[]) =>
    new TextsInMemory(await e.tokenizer.encode(texts, Number.POSITIVE_INFINITY));
  const [firsts, seconds] = splitTextPairs(textPairInputs(inputs));
  if (firsts.length > 0) return truncatePairs(await tokens(firsts), await tokens(seconds), e);
  return truncateTexts(await tokens(singleTextInputs(inputs)), e);
}

export function singleTextInputs(inputs: readonly PredictionInput[]): readonly string[] {
  return inputs.filter((text) => typeof text === "string");
}
export function textPairInputs(inputs: readonly PredictionInput[]): readonly (readonly [string, string])[] {
  return inputs.filter((text) => typeof text !== "string");
}
export function splitTextPairs(
  pairs: readonly (readonly [string, string])[],
): readonly [firsts: readonly string[], seconds: readonly string[]] {
  return [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
}
