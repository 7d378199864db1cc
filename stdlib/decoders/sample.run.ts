/** Draws each token by its probability, bent as `warp` says. The draw of a text's n-th token follows from the seed, the text's number and n alone. */
import { argumentsOf } from "#dsl/types/filled.js";
import { chance } from "../lib/chance.js";
import type { DecoderImplementation } from "../kinds/decoding.js";
import { ByRow, rowOf } from "../lib/decoders/by-row.js";
import { warp } from "../lib/decoders/warp.js";
import { word } from "./sample.js";

export const sample: DecoderImplementation = {
  begin(call, start) {
    const { seed, ...given } = argumentsOf(word, call);
    const bent = {
      repetitionPenalty: given.repetition_penalty,
      temperature: given.temperature,
      topK: given.top_k,
      topP: given.top_p,
    };
    return new ByRow(start, "logits", (said, row, text) => {
      const scores = rowOf(said, row, start.vocabulary);
      warp(scores, [...start.prompts[row]!, ...text], bent);
      const number = start.numbers?.[row] ?? row;
      return drawn(scores, (chance(seed, number, text.length).next() >>> 0) / 2 ** 32);
    });
  },
};

/** The token at which the probabilities, summed in order, pass `at` of the whole (0 ≤ at < 1). */
export function drawn(scores: Float32Array, at: number): number {
  let top = -Infinity;
  for (const s of scores) if (s > top) top = s;
  let sum = 0;
  for (const s of scores) sum += Math.exp(s - top);
  let left = at * sum;
  let last = 0;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] === -Infinity) continue;
    last = i;
    left -= Math.exp(scores[i]! - top);
    if (left < 0) return i;
  }
  return last;
}
