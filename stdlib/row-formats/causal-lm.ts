/**
 * A row is a window over a text. Longer texts become several rows, and every token but the first is a target: `targets`
 * and `labels` are i32 [targets], positions in the flattened [batch × length] and the tokens that follow them.
 */
import { countWindowedEpochRows } from "#dsl/compiler/plan/epoch-rows.js";
import { plainTextExamples, type RowFormat } from "./row-format.js";

export const causalLm: RowFormat = {
  name: "causal_lm",
  generatesText: true,
  predictsNextToken: true,
  countEpoch: countWindowedEpochRows,
  separateTexts: false,
  labelsWords: false,
  usesTokenTypes: (pairs) => pairs,
  supports: { batchedRowGradients: true, batchedRowFisher: false, pageTraining: false, litertCall: false },
  onnxExamples: plainTextExamples,
};
