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
    message: (d) => `\`${d.word}\` is not available on this page`,
    help: () => "run the program in JupyterLab or on the command line",
    explain:
      "The page is one small file that works without a server. Features that need large tables (languages, names) or read binary files need an installed Tunebook.",
  },
  "no-files": {
    severity: "error",
    message: (d) => `no file matches ${d.path} in ${d.folder}`,
    help: () =>
      "write `*` and `?` for letters of a name, `**` for any folders; names that start with a dot are ignored",
    notes: (d) => [d.there.length === 0 ? "the folder is empty" : `the folder contains: ${listNames(d.there)}`],
    explain:
      "A path with `*`, `?`, `[…]` or `{a,b}` means all matching files, in the order of their names. It starts from the folder of the notebook. Links that lead out of the named folder are not followed.",
  },
  "too-many-files": {
    severity: "error",
    message: (d) => `more than ${d.limit} files match ${d.path}`,
    help: () => "name a subfolder, or put the rows into fewer files",
    explain: "Each file is opened and watched for changes. A pattern that matches so many files is usually too broad.",
  },
  "files-differ": {
    severity: "error",
    message: (d) => `${d.file} has different columns than ${d.first}`,
    help: () => "read only files with the same columns together; use another source for the rest",
    notes: (d) => [
      ...(d.lacks.length > 0 ? [`missing: ${listNames(d.lacks)}`] : []),
      ...(d.more.length > 0 ? [`additional: ${listNames(d.more)}`] : []),
    ],
    explain:
      "Files that match one pattern become one table. A column that is missing in some files would silently be empty in their rows.",
  },
  "not-of-format": {
    severity: "error",
    message: (d) => `${d.file} is not a ${d.format} file${d.found === null ? "" : `: it is ${d.found}`}`,
    help: (d) => `check the path, or download the file again; a ${d.format} file has marks at its start and end`,
    explain:
      "Table files have a mark at their start and end. A file without it has another format, or was truncated while it was copied.",
  },
  "broken-table": {
    severity: "error",
    message: (d) => `${d.file} is broken${d.where === null ? "" : ` (${d.where})`}: ${d.why}`,
    help: () => "download or write the file again; nothing of it was used",
    explain:
      "The structure of the file is inconsistent, or it ends too early. Tunebook never uses the rows of an incomplete file.",
  },
  "unpacks-too-large": {
    severity: "error",
    message: (d) =>
      `${d.file} (${d.where}) unpacks to ${d.size === Infinity ? `more than ${d.limit}` : d.size} ${d.of}, above the limit${d.size === Infinity ? "" : ` of ${d.limit}`}`,
    help: (d) =>
      d.where.startsWith("packed in")
        ? "if you trust the file, unpack it and read the unpacked file"
        : "if you trust the file, write it in smaller pieces (pages, row groups, batches)",
    explain:
      "A malicious file can unpack to a thousand times its size and fill the memory. The size of what is unpacked at once is therefore limited.",
  },
  "giant-text": {
    severity: "error",
    message: (d) =>
      d.unit === "file"
        ? `${d.file} has more than ${d.limit} characters, too many for a single row`
        : `the ${d.unit} that starts on line ${d.line} of ${d.file} has more than ${d.limit} characters`,
    help: (d) =>
      d.unit === "line" ? "split it into lines" : "make it several rows: `unit: line`, or `unit: paragraph`",
    explain: "A row is a text that a model reads. A row of such a size is nearly always a file with many texts.",
  },
  "zip-members": {
    severity: "error",
    message: (d) => `${d.file} ${d.members.length === 0 ? "contains no file" : "contains several files"}`,
    help: () => 'unpack it and name its files with a pattern, as in `csv("part-*.csv")`',
    notes: (d) => (d.members.length === 0 ? [] : [`it contains: ${listNames(d.members)}`]),
    explain: "A ZIP archive can be read if it contains one file; with several, the choice would be a guess.",
  },
  "weights-differ": {
    severity: "error",
    message: (d) =>
      d.weights.length === d.sources
        ? `weights must be above 0, but ${listNames(d.weights.map(String))} is not`
        : `${d.sources} ${d.sources === 1 ? "source has" : "sources have"} ${d.weights.length} weights`,
    help: () => 'give each source a weight above 0, in their order: `mix(csv("a.csv"), csv("b.csv"), weights: [3, 1])`',
    paths: ["source.weights"],
    explain: "A weight is how often rows are drawn from a source, relative to the other weights.",
  },
  "unlabelled-file": {
    severity: "error",
    message: (d) => `${d.file} is not in a folder whose name is a label`,
    help: () => "move it into one, or name the folder above the label folders; `text(…)` reads files without labels",
    explain:
      "`folder` uses the first folder below the named one as the label, or the second if the first is a split (train, validation, test, dev). A file outside them has no label.",
  },
  "column-not-read": {
    severity: "error",
    message: (d) => `column "${d.column}" of ${d.file} has the type ${d.type}, which is not supported`,
    help: () => "write that column as text or numbers, or remove it from the file",
    explain: "Supported are texts, numbers, booleans, dates, times, decimals, and lists and structs of these.",
  },
};
