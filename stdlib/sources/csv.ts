import { defineWord } from "#dsl/types/define.js";
import { encoding, path, stream } from "../lib/sources/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "csv",
  doc: "Rows of a CSV file with a header; a name that ends in `.gz` is unpacked. Every value is text.",
  example: 'source: csv("tickets.csv", delimiter: ";")',
  since: "0.1.0",
  elsewhere: {
    read_csv: "csv",
    tsv: "csv",
    sep: "delimiter",
    separator: "delimiter",
    quotechar: "quote",
    filename: "path",
    file: "path",
    charset: "encoding",
  },
  advice: {
    xlsx: "save the sheet as CSV, or read it in a TypeScript cell and give `$rows`",
    load_dataset: 'download it once and name the file, as in `csv("reviews.csv")` or `jsonl("reviews.jsonl")`',
  },
  parameters: [
    path,
    {
      name: "delimiter",
      type: { is: "string" },
      doc: 'The character between fields, such as ";" or "\\t".',
      default: { value: "," },
      why: "What RFC 4180 has; a file split otherwise is an error that names its delimiter.",
      impact: "low",
    },
    {
      name: "quote",
      type: { is: "text" },
      doc: "The character around fields that hold a delimiter or a line break; `none`: quotes are ordinary characters.",
      default: { value: '"' },
      why: "What RFC 4180 has.",
      impact: "low",
    },
    encoding,
    stream,
  ],
  load: async () => (await import("./csv.run.js")).csv,
});
