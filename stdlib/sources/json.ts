import { defineWord } from "#dsl/language/types/define.js";
import { encodingParameter, textFilesParameter, downloadParameters } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "json",
  doc: "Rows of a JSON file: an array of objects (also under one key), or an object of columns. `rows` names the path to rows that are nested deeper; SQuAD's files need no setting.",
  example: 'source: json("tickets.json")',
  elsewhere: { filename: "path", file: "path", charset: "encoding" },
  parameters: [
    textFilesParameter,
    {
      name: "rows",
      type: { is: "string" },
      doc: 'Keys that lead to rows in nested lists: `"data.paragraphs.qas"`. A row also has the values of the objects around it: the text of its paragraph, for example.',
      default: { derived: "the file's own rows; in a file as SQuAD's, `data.paragraphs.qas`", from: () => null },
      why: "One text often has many rows, which files write once.",
      impact: "low",
    },
    encodingParameter,
    ...downloadParameters,
  ],
  load: async () => (await import("./json.run.js")).json,
});
