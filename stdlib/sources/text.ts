import { defineWord } from "#dsl/language/types/define.js";
import { sourceNames } from "../foreign-names/files.js";
import { encoding, filesOf, fetching, stream } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "text",
  doc: "Plain text files: one row each, or one per line or paragraph. Gives the columns `text` and `file`. Blank lines and paragraphs are passed over.",
  example: 'source: text("notes/*.txt", unit: paragraph)',
  elsewhere: { read_text: "text", txt: "text", filename: "path", file: "path", charset: "encoding", sample_by: "unit" },
  advice: { ...sourceNames.advice },
  parameters: [
    filesOf([".txt", ".md", ".gz", ".zst", ".zip"]),
    {
      name: "unit",
      type: {
        is: "choice",
        of: ["file", "line", "paragraph"],
        elsewhere: { document: "file", whole: "file", lines: "line", paragraphs: "paragraph" },
      },
      means: {
        file: "a row is a whole file",
        line: "a row is a line",
        paragraph: "a row is what stands between blank lines",
      },
      doc: "What a row is: a whole file, a line, or a paragraph (what stands between blank lines).",
      default: { value: "file" },
      why: "A note, a letter or a page is one text.",
      impact: "medium",
    },
    encoding,
    ...fetching,
    stream,
  ],
  load: async () => (await import("./text.run.js")).text,
});
