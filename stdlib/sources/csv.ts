import { defineWord } from "#dsl/types/define.js";
import { sourceNames } from "../lib/elsewhere/files.js";
import { encoding, path, stream } from "../lib/sources/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "csv",
  doc: "Rows of a CSV file; its first line has the names of the columns unless `header` says otherwise. A name that ends in `.gz`, `.zst` or `.zip` is unpacked. Every value is text.",
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
    skiprows: "skip",
    skip_rows: "skip",
    skip_lines: "skip",
    skip_header: "skip",
    column_names: "names",
    header_names: "names",
    fieldnames: "names",
    has_header: "header",
  },
  advice: {
    ...sourceNames.advice,
    usecols: "name the columns that are read in the data's `columns`",
    comment: "leave the lines at the beginning out with `skip`; others take out of the file",
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
    // What came later has no default: recipes that don't write it keep their hash.
    {
      name: "header",
      type: {
        is: "choice",
        of: ["first", "none"],
        elsewhere: { infer: "first", null: "none", None: "none", no: "none" },
      },
      means: { first: "the first line names the columns", none: "the first line is a row" },
      doc: "Whether the first line has the names of the columns (`first`, taken where there are no `names`) or is a row (`none`).",
      why: "Most files have such a line; names that look like a row are pointed out.",
      impact: "low",
    },
    {
      name: "names",
      type: { is: "list", of: { is: "text" } },
      doc: "What the columns are called, in their order. `header` says beside it whether the first line is a row (`none`), or makes room for them (`first`). Without names and header they are `column 1`, `column 2`, ...",
      why: "A file that names its columns is right about them.",
      impact: "low",
    },
    {
      name: "skip",
      type: { is: "number", integer: true },
      range: { min: 0 },
      doc: "Lines to leave out at the file's beginning: a title, a date, remarks.",
      why: "What stands before the table is no row.",
      impact: "low",
    },
    encoding,
    stream,
  ],
  load: async () => (await import("./csv.run.js")).csv,
});
