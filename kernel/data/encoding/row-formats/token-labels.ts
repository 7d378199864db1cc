/** Encodes words as joined, truncated pieces. Prediction texts are split at white space. */
import { whitespaceWords } from "#stdlib/tasks/shared/whitespace-words.js";
import { WordsInMemory } from "../../sequences/token-rows.js";
import { truncateWords } from "../prediction-rows.js";
import { sourceTextsOf, trainingTargetsOf } from "./columns.js";
import { encodeTextInputs, textPairInputs, singleTextInputs } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";
import { singleTextEncoder } from "./single-text.js";

export const tokenLabelsEncoder: RowEncoder = {
  ...singleTextEncoder,
  async encodeSplit(rows, e) {
    const encoded = truncateWords(await rows.words(), e);
    return { ...sourceTextsOf(rows, "text"), ...encoded, taught: trainingTargetsOf(rows, encoded.taskInputs, e) };
  },
  async encodeInputs(inputs, e) {
    if (textPairInputs(inputs).length > 0) return encodeTextInputs(inputs, e);
    return truncateWords(
      new WordsInMemory(await e.tokenizer.encodeWords(singleTextInputs(inputs).map(whitespaceWords))),
      e,
    );
  },
};
