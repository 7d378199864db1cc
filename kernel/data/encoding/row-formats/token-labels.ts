/** Words whose pieces are joined and cut. Texts to predict are split at white space. */
import { wordsIn } from "#stdlib/tasks/shared/whitespace-words.js";
import { WordsInMemory } from "../../sequences/token-rows.js";
import { wordsCut } from "../asked-rows.js";
import { sourceRows, targetsOf } from "./columns.js";
import { encodeTextInputs, pairsIn, textsIn } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";
import { singleText } from "./single-text.js";

export const tokenLabels: RowEncoder = {
  ...singleText,
  async encodeSplit(rows, e) {
    const encoded = wordsCut(await rows.words(), e);
    return { ...sourceRows(rows, "text"), ...encoded, taught: targetsOf(rows, encoded.asked, e) };
  },
  async encodeInputs(inputs, e) {
    if (pairsIn(inputs).length > 0) return encodeTextInputs(inputs, e);
    return wordsCut(new WordsInMemory(await e.tokenizer.encodeWords(textsIn(inputs).map(wordsIn))), e);
  },
};
