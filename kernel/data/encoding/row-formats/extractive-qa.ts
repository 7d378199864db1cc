/** A question beside windows over its context, which overlap. */
import { contextsInMemory } from "../../sequences/token-rows.js";
import { contextCut, contextsCut } from "../asked-rows.js";
import { sourceRows, targetsOf } from "./columns.js";
import { columnsOf, pairsIn } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";
import { singleText } from "./single-text.js";

export const extractiveQa: RowEncoder = {
  ...singleText,
  async encodeSplit(rows, e) {
    const encoded = contextsCut(await rows.contexts(contextCut(e)), e);
    return { ...sourceRows(rows, "question"), ...encoded, taught: targetsOf(rows, encoded.asked, e) };
  },
  async encodeInputs(inputs, e) {
    const [questions, contexts] = columnsOf(pairsIn(inputs));
    const names = questions.map((_, i) => i + 1);
    const windows = await e.tokenizer.encodeContexts(questions, contexts, { ...contextCut(e), names });
    return contextsCut(contextsInMemory(windows), e);
  },
  hasMask: () => true,
  maskTitle: "the answer",
};
