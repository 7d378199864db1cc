import { defineWord } from "#dsl/language/types/define.js";
import { sourceWordAdvice } from "../foreign-names/files.js";
import { encodingParameter, filesParameter, downloadParameters, streamParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "text",
  doc: "Plain text files: one row each, or one per line or paragraph. Gives the columns `text` and `file`. Blank lines and paragraphs are skipped.",
  example: 'source: text("notes/*.txt", unit: paragraph)',
  elsewhere: { read_text: "text", txt: "text", filename: "path", file: "path", charset: "encoding", sample_by: "unit" },
  advice: { ...sourceWordAdvice.advice },
  parameters: [
    filesParameter([".txt", ".md", ".gz", ".zst", ".zip"]),
    {
      name: "unit",
      type: {
        is: "choice",
        of: ["file", "line", "paragraph"],
        elsewhere: { document: "file", whole: "file", lines: "line", paragraphs: "paragraph" },
      },
      means: {
        file: "a row is a file",
        line: "a row is a line",
        paragraph: "a row is a paragraph, between blank lines",
      },
      doc: "The unit of a row: a file, a line, or a paragraph (between blank lines).",
      default: { value: "file" },
      why: "A note, a letter or a page is one text.",
      impact: "medium",
    },
    encodingParameter,
    ...downloadParameters,
    streamParameter,
  ],
  load: async () => (await import("./text.run.js")).text,
});
