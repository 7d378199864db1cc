/** The likeliest token each time. Without a penalty the engine finds it, and no scores leave it. */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { DecoderImplementation } from "./kind.js";
import { ByRow, rowOf } from "./shared/by-row.js";
import { Drawer } from "./shared/draw.js";
import { word } from "./greedy.js";

export const greedy: DecoderImplementation = {
  begin(call, start) {
    const { repetition_penalty: repetitionPenalty } = argumentsOf(word, call);
    if (repetitionPenalty === 1) return new ByRow(start, "next", (said, row) => said[row]!);
    const drawers = start.prompts.map((prompt) => new Drawer(prompt, { repetitionPenalty, temperature: 0 }));
    return new ByRow(start, "logits", (said, row) => drawers[row]!.next(rowOf(said, row, start.vocabulary)));
  },
};
