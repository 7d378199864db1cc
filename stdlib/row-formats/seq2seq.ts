/**
 * A row is an `input` and a `target`, both truncated. The decoder reads the target shifted by one
 * (`decoder_input_ids`); `targets` are positions in the flattened [batch × target length].
 */
import { countTruncatedEpochRows } from "#dsl/compiler/plan/epoch-rows.js";
import { plainTextExamples, type RowFormat } from "./row-format.js";

export const seq2seq: RowFormat = {
  name: "seq2seq",
  generatesText: true,
  predictsNextToken: false,
  countEpoch: countTruncatedEpochRows,
  separateTexts: false,
  labelsWords: false,
  usesTokenTypes: (pairs) => pairs,
  supports: { batchedRowGradients: true, batchedRowFisher: false, pageTraining: false, litertCall: false },
  onnxExamples: plainTextExamples,
};
