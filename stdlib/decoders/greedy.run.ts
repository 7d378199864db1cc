/** Greedy decoding. Without a penalty, the engine computes the argmax and transfers no logits. */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { DecoderImplementation } from "./kind.js";
import { RowByRowDecoding, copyRowLogits } from "./shared/by-row.js";
import { TokenSampler } from "./shared/draw.js";
import { word } from "./greedy.js";

export const greedy: DecoderImplementation = {
  begin(call, start) {
    const { repetition_penalty: repetitionPenalty } = argumentsWithDefaults(word, call);
    if (repetitionPenalty === 1) return new RowByRowDecoding(start, "next", (scores, row) => scores[row]!);
    const drawers = start.prompts.map((prompt) => new TokenSampler(prompt, { repetitionPenalty, temperature: 0 }));
    return new RowByRowDecoding(start, "logits", (scores, row) =>
      drawers[row]!.next(copyRowLogits(scores, row, start.vocabulary)),
    );
  },
};
