/** The likeliest token each time. Without a penalty the engine finds it, and no scores leave it. */
import type { DecoderImplementation } from "../kinds/decoding.js";
import { ByRow, rowOf } from "../lib/decoders/by-row.js";
import { numberIn } from "../lib/decoders/settings.js";
import { penalise } from "../lib/decoders/warp.js";

export const greedy: DecoderImplementation = {
  begin(call, start) {
    const penalty = numberIn(call, "repetition_penalty", 1);
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
