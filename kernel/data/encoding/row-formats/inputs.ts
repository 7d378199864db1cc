/** Inputs of a prediction that are texts, or pairs of texts. */
import { TextsInMemory } from "../../sequences/token-rows.js";
import { pairsCut, textsCut } from "../asked-rows.js";
import type { Asked, Unseen } from "../rows.js";
import type { InputEncoding } from "./row-encoder.js";

/** All are texts, or all are pairs. */
export async function encodeTextInputs(inputs: readonly Asked[], e: InputEncoding): Promise<Unseen> {
  const tokens = async (texts: readonly string[]) =>
    new TextsInMemory(await e.tokenizer.encode(texts, Number.POSITIVE_INFINITY));
  const [firsts, seconds] = columnsOf(pairsIn(inputs));
  if (firsts.length > 0) return pairsCut(await tokens(firsts), await tokens(seconds), e);
  return textsCut(await tokens(textsIn(inputs)), e);
}

export function textsIn(inputs: readonly Asked[]): readonly string[] {
  return inputs.filter((text) => typeof text === "string");
}
export function pairsIn(inputs: readonly Asked[]): readonly (readonly [string, string])[] {
  return inputs.filter((text) => typeof text !== "string");
}
export function columnsOf(
  pairs: readonly (readonly [string, string])[],
): readonly [firsts: readonly string[], seconds: readonly string[]] {
  return [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
}
