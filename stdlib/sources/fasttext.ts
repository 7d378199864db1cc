import { defineWord } from "#dsl/language/types/define.js";
import { encodingParameter, textFilesParameter, fetchingParameters, streamParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "fasttext",
  doc: "Rows of a file as fastText's supervised training reads it: a text per line, its labels marked by a prefix. Gives the columns `text`, `labels` (all of a line, a list) and, where no line has several, `label`.",
  example: 'source: fasttext("cooking.train")',
  elsewhere: { filename: "path", file: "path", charset: "encoding", label_prefix: "prefix", fastText: "fasttext" },
  parameters: [
    textFilesParameter,
    {
      name: "prefix",
      type: { is: "string" },
      doc: "What a word begins with that is a label.",
      default: { value: "__label__" },
      why: "fastText's own default.",
      impact: "low",
    },
    encodingParameter,
    ...fetchingParameters,
    streamParameter,
  ],
  load: async () => (await import("./fasttext.run.js")).fasttext,
});
