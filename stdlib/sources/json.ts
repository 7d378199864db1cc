import { defineWord } from "#dsl/language/types/define.js";
import { encodingParameter, textFilesParameter, fetchingParameters } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "json",
  doc: "Rows of a JSON file: an array of objects (also under one key), or an object of columns. Rows that lie deeper are named by `rows`; SQuAD's files are read as they are.",
  example: 'source: json("tickets.json")',
  elsewhere: { filename: "path", file: "path", charset: "encoding" },
  parameters: [
    textFilesParameter,
    {
      name: "rows",
      type: { is: "string" },
      doc: 'Keys that lead to the rows where they lie in lists within lists: `"data.paragraphs.qas"`. A row has the values that stand around it too: those of its paragraph, of the paragraph\'s text.',
      default: { derived: "the file's own rows; in a file as SQuAD's, `data.paragraphs.qas`", from: () => null },
      why: "One text often has many rows, which files write once.",
      impact: "low",
    },
    encodingParameter,
    ...fetchingParameters,
  ],
  load: async () => (await import("./json.run.js")).json,
});
