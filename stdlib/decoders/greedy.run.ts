/** The likeliest token each time. Without a penalty the engine finds it, and no scores leave it. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { DecoderImplementation } from "../kinds/decoding.js";
import { ByRow, rowOf } from "../lib/decoders/by-row.js";
import { penalise } from "../lib/decoders/warp.js";
import { word } from "./greedy.js";

export const greedy: DecoderImplementation = {
  begin(call, start) {
    const { repetition_penalty: penalty } = argumentsOf(word, call);
    if (penalty === 1) return new ByRow(start, "next", (said, row) => said[row]!);
    return new ByRow(start, "logits", (said, row, text) => {
      const scores = rowOf(said, row, start.vocabulary);
      penalise(scores, [...start.prompts[row]!, ...text], penalty);
      let best = 0;
      for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
      return best;
    });
  },
};
