/**
 * Draws each token by its probability after the changes in `warp`. The draw of a text's n-th token depends only on the
 * seed, the text's index and n.
 */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { DecoderImplementation } from "./kind.js";
import { RowByRowDecoding, copyRowLogits } from "./shared/by-row.js";
import { TokenSampler } from "./shared/draw.js";
import { word } from "./sample.js";

export const sample: DecoderImplementation = {
  begin(call, start) {
    const { seed, ...given } = argumentsWithDefaults(word, call);
    const bent = {
      repetitionPenalty: given.repetition_penalty,
      temperature: given.temperature,
      topK: given.top_k,
      topP: given.top_p,
    };
    const drawers = start.prompts.map(
      (prompt, row) => new TokenSampler(prompt, { ...bent, seed, number: start.numbers?.[row] ?? row }),
    );
    return new RowByRowDecoding(start, "logits", (scores, row) =>
      drawers[row]!.next(copyRowLogits(scores, row, start.vocabulary)),
    );
  },
};
