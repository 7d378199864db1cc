/** A row is one text, or two joined texts (`text`, `text_pair`), truncated at `max_length`. */
import { countTruncatedEpochRows } from "#dsl/compiler/plan/epoch-rows.js";
import { plainTextExamples, type RowFormat } from "./row-format.js";

export const singleText: RowFormat = {
  name: "single_text",
  generatesText: false,
  predictsNextToken: false,
  countEpoch: countTruncatedEpochRows,
  separateTexts: false,
  labelsWords: false,
  usesTokenTypes: (pairs) => pairs,
  supports: { batchedRowGradients: true, batchedRowFisher: true, pageTraining: true, litertCall: true },
  onnxExamples: plainTextExamples,
};
