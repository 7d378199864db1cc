/**
 * A row is a `question` with a window over its `context`. A longer context becomes several overlapping rows, each with
 * the complete question; the task merges the answers for them.
 */
import { countTruncatedEpochRows } from "#dsl/compiler/plan/epoch-rows.js";
import { plainTextExamples, type RowFormat } from "./row-format.js";

export const extractiveQa: RowFormat = {
  name: "extractive_qa",
  generatesText: false,
  predictsNextToken: false,
  countEpoch: countTruncatedEpochRows,
  separateTexts: false,
  labelsWords: false,
  usesTokenTypes: () => true,
  supports: { batchedRowGradients: false, batchedRowFisher: false, pageTraining: false, litertCall: false },
  onnxExamples: {
    ...plainTextExamples,
    pipeline: ({ text, question }) => ({ task: "question-answering", input: `${question}, ${text}` }),
    encoded: ({ text, question }) => `${question}, ${text}`,
    printed: () => [
      "start, end = answer[0][0].argmax(), answer[1][0].argmax()",
      "print(tokenizer.decode(text.ids[start : end + 1]))",
    ],
  },
};
