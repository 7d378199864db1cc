/** Encodes a question with each of the overlapping windows of its context. */
import { contextWindowsInMemory } from "../../sequences/token-rows.js";
import { contextWindowSize, encodeContextWindows } from "../prediction-rows.js";
import { sourceTextsOf, trainingTargetsOf } from "./columns.js";
import { splitTextPairs, textPairInputs } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";
import { singleTextEncoder } from "./single-text.js";

export const extractiveQaEncoder: RowEncoder = {
  ...singleTextEncoder,
  async encodeSplit(rows, e) {
    const encoded = encodeContextWindows(await rows.contexts(contextWindowSize(e)), e);
    return { ...sourceTextsOf(rows, "question"), ...encoded, taught: trainingTargetsOf(rows, encoded.taskInputs, e) };
  },
  async encodeInputs(inputs, e) {
    const [questions, contexts] = splitTextPairs(textPairInputs(inputs));
    const names = questions.map((_, i) => i + 1);
    const windows = await e.tokenizer.encodeContexts(questions, contexts, { ...contextWindowSize(e), names });
    return encodeContextWindows(contextWindowsInMemory(windows), e);
  },
  hasMask: () => true,
  maskTitle: "the answer",
};
