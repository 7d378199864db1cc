/**
 * A row is a list of words (`tokens`), each with a label (`tags`). The tokens of the words are joined and truncated.
 */
import { countTruncatedEpochRows } from "#dsl/compiler/plan/epoch-rows.js";
import { plainTextExamples, type RowFormat } from "./row-format.js";

export const tokenLabels: RowFormat = {
  name: "token_labels",
  generatesText: false,
  predictsNextToken: false,
  countEpoch: countTruncatedEpochRows,
  separateTexts: false,
  labelsWords: true,
  usesTokenTypes: (pairs) => pairs,
  supports: { batchedRowGradients: true, batchedRowFisher: false, pageTraining: false, litertCall: false },
  onnxExamples: {
    ...plainTextExamples,
    pipeline: ({ text }) => ({ task: "token-classification", input: text }),
    printed: (loadLabels) => [loadLabels, "print([labels[str(i)] for i in answer[0][0].argmax(-1)])"],
  },
};
