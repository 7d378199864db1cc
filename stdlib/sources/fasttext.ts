import { defineWord } from "#dsl/language/types/define.js";
import { encodingParameter, textFilesParameter, downloadParameters, streamParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "fasttext",
  doc: "Rows of a file in fastText's format for supervised training: a text per line, its labels marked by a prefix. Gives the columns `text`, `labels` (all of a line, a list) and, if no line has several, `label`.",
  example: 'source: fasttext("cooking.train")',
  elsewhere: { filename: "path", file: "path", charset: "encoding", label_prefix: "prefix", fastText: "fasttext" },
  parameters: [
    textFilesParameter,
    {
      name: "prefix",
      type: { is: "string" },
      doc: "The prefix of words that are labels.",
      default: { value: "__label__" },
      why: "fastText's own default.",
      impact: "low",
    },
    encodingParameter,
    ...downloadParameters,
    streamParameter,
  ],
  load: async () => (await import("./fasttext.run.js")).fasttext,
});
