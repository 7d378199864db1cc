/**
 * A row is `text`, `text_pair` and, if the data has it, `negative`. Each text is encoded separately: text r of role k
 * of n rows is text k · n + r of the batch. `firsts` and `seconds` are indices of texts of the batch.
 */
import { countTruncatedEpochRows } from "#dsl/compiler/plan/epoch-rows.js";
import { javaScriptString } from "../text/quoting.js";
import { plainTextExamples, type RowFormat } from "./row-format.js";

export const pairEncoding: RowFormat = {
  name: "pair_encoding",
  generatesText: false,
  predictsNextToken: false,
  countEpoch: countTruncatedEpochRows,
  separateTexts: true,
  labelsWords: false,
  usesTokenTypes: () => false,
  supports: { batchedRowGradients: false, batchedRowFisher: false, pageTraining: false, litertCall: false },
  onnxExamples: {
    ...plainTextExamples,
    pipeline({ text }, { arguments: { pooling = "mean", normalize } }) {
      const options = `, { pooling: ${javaScriptString(String(pooling))}, normalize: ${String(normalize !== false)} }`;
      return { task: "feature-extraction", input: text, options, property: ".tolist()[0]" };
    },
    encoded: ({ text }) => text,
    printed: () => ["print(answer[0][0])"],
  },
};
