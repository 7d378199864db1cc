/** Error codes for several files named at once, and for binary table files. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

/** The data of each code. */
export interface TableCodeData {
  /** `there`: some file names of the searched folder. */
  "no-files": { readonly path: string; readonly folder: string; readonly there: readonly string[] };
  "too-many-files": { readonly path: string; readonly limit: number };
  /** Each file has columns that the other lacks, or one of them has. */
  "files-differ": {
    readonly file: string;
    readonly first: string;
    readonly lacks: readonly string[];
    readonly more: readonly string[];
  };
  /** `found`: the detected file type, or null if the first bytes don't show it. */
  "not-of-format": { readonly file: string; readonly format: string; readonly found: string | null };
  /** `where`: for example a column and a row group; null for the entire file. */
  "broken-table": {
    readonly file: string;
    readonly format: string;
    readonly where: string | null;
    readonly why: string;
  };
  "unpacks-too-large": {
    readonly file: string;
    readonly where: string;
    readonly size: number;
    readonly limit: number;
    readonly of: "bytes" | "values";
  };
  /** `line`: the first line of the row. */
  "giant-text": {
    readonly file: string;
    readonly line: number;
    readonly limit: number;
    readonly unit: "file" | "line" | "paragraph";
  };
  "zip-members": { readonly file: string; readonly members: readonly string[] };
  "weights-differ": { readonly sources: number; readonly weights: readonly number[] };
  "unlabelled-file": { readonly file: string };
  "not-on-page": { readonly word: string };
  "column-not-read": { readonly file: string; readonly column: string; readonly type: string };
}

export const tableCodes: CodeTable<TableCodeData> = {
  "not-on-page": {
    severity: "error",
    message: (d) => `\`${d.word}\` isn't part of this page`,
    help: () => "it is in JupyterLab and on the command line: take the program there",
    explain:
      "The page is one small file that works without a server. What needs large tables (languages, names) or reads binary files is left to Tunebook as it is installed.",
  },
  "no-files": {
    severity: "error",
    message: (d) => `no file fits ${d.path} in ${d.folder}`,
    help: () =>
      "`*` and `?` stand for letters of a name, `**` for any folders; names that begin with a dot are left out",
    notes: (d) => [d.there.length === 0 ? "nothing lies there" : `there lies: ${listNames(d.there)}`],
    explain:
      "A path with `*`, `?`, `[…]` or `{a,b}` names all files that fit it, in the order of their names. It starts from the folder of the notebook; links that lead out of the folder it names are not followed.",
  },
  "too-many-files": {
    severity: "error",
    message: (d) => `more than ${d.limit} files fit ${d.path}`,
    help: () => "name a folder below, or put the rows into fewer files",
    explain:
      "Each file is opened and its changes are watched for; beyond that many a pattern names more than was meant.",
  },
  "files-differ": {
    severity: "error",
    message: (d) => `${d.file} has other columns than ${d.first}`,
    help: () => "files that are read as one have the same columns; give others a source of their own",
    notes: (d) => [
      ...(d.lacks.length > 0 ? [`it lacks: ${listNames(d.lacks)}`] : []),
      ...(d.more.length > 0 ? [`it has besides: ${listNames(d.more)}`] : []),
    ],
    explain:
      "Files that fit one pattern are one table. A column that some of them lack would be empty in their rows without anybody having said so.",
  },
  "not-of-format": {
    severity: "error",
    message: (d) => `${d.file} is no ${d.format} file${d.found === null ? "" : `: it is ${d.found}`}`,
    help: (d) => `check the path, or fetch the file again; a ${d.format} file begins and ends with marks of its own`,
    explain:
      "Files of tables carry a mark at their ends. One without it is another kind of file, or was cut off while it was copied.",
  },
  "broken-table": {
    severity: "error",
    message: (d) => `${d.file} is broken${d.where === null ? "" : ` (${d.where})`}: ${d.why}`,
    help: () => "fetch or write the file again; nothing of it was used",
    explain:
      "The file says that something stands where something else stands, or ends too early. Rows of a file that is half there are never taken for the whole.",
  },
  "unpacks-too-large": {
    severity: "error",
    message: (d) =>
      `${d.file} (${d.where}) unpacks to ${d.size === Infinity ? `more than ${d.limit}` : d.size} ${d.of}, more than ${d.size === Infinity ? "is read at once" : `the ${d.limit} that are read at once`}`,
    help: (d) =>
      d.where.startsWith("packed in")
        ? "unpack it yourself and read the unpacked file, if you know who made it"
        : "write it in smaller pieces (pages, row groups, batches), if it is what you think it is",
    explain:
      "Packed data can be made that unpack to a thousand times their size and fill the memory. What is read at once is bounded, whatever a file says of itself.",
  },
  "giant-text": {
    severity: "error",
    message: (d) =>
      d.unit === "file"
        ? `${d.file} has more than ${d.limit} characters, and a row is a whole file`
        : `the ${d.unit} that begins on line ${d.line} of ${d.file} has more than ${d.limit} characters`,
    help: (d) =>
      d.unit === "line" ? "break it into lines" : "make it several rows: `unit: line`, or `unit: paragraph`",
    explain: "A row is a text that a model reads; one of such a size is nearly always a file of many.",
  },
  "zip-members": {
    severity: "error",
    message: (d) => `${d.file} ${d.members.length === 0 ? "holds no file" : "holds several files"}`,
    help: () => 'unpack it, and name its files by a pattern, as in `csv("part-*.csv")`',
    notes: (d) => (d.members.length === 0 ? [] : [`it holds: ${listNames(d.members)}`]),
    explain: "A ZIP archive is read where it is one file that was packed; which of several is meant is not known.",
  },
  "weights-differ": {
    severity: "error",
    message: (d) =>
      d.weights.length === d.sources
        ? `a weight of ${listNames(d.weights.map(String))} is not above 0`
        : `${d.sources} ${d.sources === 1 ? "source has" : "sources have"} ${d.weights.length} weights`,
    help: () => 'give each source a weight above 0, in their order: `mix(csv("a.csv"), csv("b.csv"), weights: [3, 1])`',
    paths: ["source.weights"],
    explain: "A weight says how often a row is drawn from a source, beside the other weights.",
  },
  "unlabelled-file": {
    severity: "error",
    message: (d) => `${d.file} lies in no folder that is a label`,
    help: () => "put it into one, or name the folder above those that are labels; `text(…)` reads files without labels",
    explain:
      "`folder` takes the first folder below the one that is named as the label, or the second where the first is a split (train, validation, test, dev). A file beside these has none.",
  },
  "column-not-read": {
    severity: "error",
    message: (d) => `column "${d.column}" of ${d.file} holds ${d.type}, which is not read`,
    help: () => "write that column as text or numbers, or leave it out of the file",
    explain: "Texts, numbers, truth values, dates, times, decimals, lists and structs of these are read.",
  },
};
