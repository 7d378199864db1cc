/** Error codes for reading rows from files and live values. Lines and rows count from 1; byte positions from 0. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

/** The data of each code. */
export interface SourcesCodeData {
  "missing-file": { readonly path: string; readonly folder: string; readonly near: string | null };
  "unreadable-file": { readonly file: string; readonly why: string };
  /** `skip`: lines skipped before the table. */
  "empty-file": { readonly file: string; readonly skip?: number };
  "header-unsaid": { readonly file: string; readonly names: readonly string[] };
  "wrong-encoding": {
    readonly file: string;
    readonly byte: number;
    readonly line: number | null;
    readonly encoding: string;
    readonly likely: string | null;
  };
  /** The file changes encoding at `line`: from `first` to the other of UTF-8 and windows-1252. */
  "two-encodings": {
    readonly file: string;
    readonly byte: number;
    readonly line: number;
    readonly first: "utf-8" | "windows-1252";
  };
  "unknown-encoding": { readonly encoding: string };
  "wrong-delimiter": {
    readonly file: string;
    readonly delimiter: string;
    readonly likely: string;
    readonly columns: readonly string[];
  };
  /** `skip`: lines at the beginning that look like a title. */
  "ragged-row": {
    readonly file: string;
    readonly line: number;
    readonly has: number;
    readonly columns: number;
    readonly skip?: number;
  };
  /** `first`: fields of the first line that is read; `line`: its number. */
  "column-names": {
    readonly file: string;
    readonly names: readonly string[];
    readonly first: readonly string[];
    readonly line: number;
  };
  "broken-quotes": { readonly file: string; readonly line: number; readonly what: "open" | "inside" | "after" };
  "giant-record": { readonly file: string; readonly line: number; readonly limit: number };
  "giant-line": { readonly file: string; readonly line: number; readonly limit: number };
  "giant-json": { readonly file: string; readonly limit: number };
  "deep-json": { readonly file: string; readonly row: number | null; readonly limit: number };
  /** `limit` null: the keys differ so much between rows that there would be a column for every few rows. */
  "too-many-columns": {
    readonly file: string;
    readonly columns: number;
    readonly limit: number | null;
    readonly row: number | null;
  };
  "too-many-rows": { readonly file: string; readonly limit: number };
  "not-a-text-file": { readonly file: string; readonly found: string; readonly mend: string };
  "changed-while-read": { readonly file: string };
  /** `given`: the duplicate is in the argument `names`, not in the file. */
  "duplicate-column": { readonly file: string; readonly column: string; readonly given?: true };
  "reserved-column": { readonly file: string; readonly column: string };
  /** `reads`: the source that can read this file. */
  "broken-json": {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly why: string;
    readonly reads?: "json" | "jsonl";
  };
  "json-shape": { readonly file: string; readonly found: string; readonly row: number | null };
  "no-rows-there": {
    readonly file: string;
    readonly path: string;
    readonly key: string;
    readonly has: readonly string[];
    readonly found: string | null;
  };
  "not-a-table": { readonly name: string; readonly found: string };
}

/** Maximum characters of one CSV record, and of one line of JSON. */
export const MAX_RECORD_CHARACTERS = 16 * 2 ** 20;
/** Maximum bytes of a JSON file, which is read as one value. */
export const MAX_JSON_BYTES = 256 * 2 ** 20;
/** Maximum nesting of lists and objects in a row. */
export const MAX_NESTING_DEPTH = 256;
/** Maximum columns of a table. */
export const MAX_COLUMNS = 2 ** 17;
/** Maximum rows of a table in memory. More would fill the heap, and then no error could be reported. */
export const MAX_ROWS = 10_000_000;

/** Returns a delimiter as a program writes it. */
export const delimiterText = (delimiter: string): string => (delimiter === "\t" ? '"\\t"' : JSON.stringify(delimiter));

export const sourcesCodes: CodeTable<SourcesCodeData> = {
  "missing-file": {
    severity: "error",
    message: (d) => `there is no file ${d.path} in ${d.folder}`,
    help: (d) =>
      d.near !== null
        ? `write "${d.near}"`
        : /^\w{2,}:\/\//.test(d.path)
          ? "download it once and write the path of the file: sources are local files"
          : "check the path, which starts there",
    explain: "Relative paths start from the folder of the notebook or `.tune` file.",
  },
  "unreadable-file": {
    severity: "error",
    message: (d) => `cannot read ${d.file}: ${d.why}`,
    help: (d) =>
      d.why === "it is a folder"
        ? "name one file in it, or several with a pattern such as `*.csv`"
        : "check the file and its permissions",
    explain: "The file exists, but reading it failed. It was not changed.",
  },
  "empty-file": {
    severity: "error",
    message: (d) => (d.skip === undefined ? `${d.file} is empty` : `${d.file} has no lines after the first ${d.skip}`),
    help: (d) => (d.skip === undefined ? "add column names and at least one row" : "use a smaller `skip`"),
    explain: "There is nothing to read in the file, not even column names.",
  },
  "wrong-encoding": {
    severity: "error",
    message: (d) =>
      `${d.file} is not ${d.encoding}: byte ${d.byte}${d.line === null ? "" : ` (line ${d.line})`} is invalid`,
    help: (d) =>
      d.likely === null
        ? 'write its encoding, for example `encoding: "windows-1252"`, or save it as UTF-8'
        : `it looks like ${d.likely}: write \`encoding: "${d.likely}"\``,
    mend: (d) => (d.likely === null ? undefined : { argument: "encoding", value: d.likely }),
    explain:
      "Without `encoding`, a file is read as UTF-8. UTF-16 is recognised by its mark or bytes, and windows-1252 if the entire file fits it, which the cell reports. An invalid byte is never replaced silently, because the model would learn the damage. The encodings are those of the WHATWG standard (`windows-1252`, `utf-16le`, `shift_jis`, ...).",
  },
  "two-encodings": {
    severity: "error",
    message: (d) =>
      `${d.file} has two encodings: line ${d.line} (near byte ${d.byte}) is ${d.first === "utf-8" ? "not UTF-8, but the text before it is" : "UTF-8, but the text before it is not"}`,
    help: () =>
      'save it in one encoding; or read it with `encoding: "windows-1252"` and repair the UTF-8 part with `clean: unicode`',
    explain:
      "Files that were joined from others may be UTF-8 in one part and windows-1252 in another. With either encoding a part of the texts is damaged, and the boundary is not guessed. `unicode` repairs UTF-8 texts that were read as windows-1252.",
  },
  "unknown-encoding": {
    severity: "error",
    message: (d) => `there is no encoding "${d.encoding}"`,
    help: () => 'write for example "utf-8", "windows-1252", "utf-16le" or "shift_jis"',
    explain: "Encodings have their names in the WHATWG standard, as in web browsers.",
  },
  "wrong-delimiter": {
    severity: "error",
    message: (d) => `${d.file} has only one column with the delimiter ${delimiterText(d.delimiter)}`,
    help: (d) => `write \`delimiter: ${delimiterText(d.likely)}\``,
    mend: (d) => ({ argument: "delimiter", value: d.likely }),
    notes: (d) => [`with ${delimiterText(d.likely)} it has: ${listNames(d.columns)}`],
    explain:
      "Without `delimiter` it is detected. The given delimiter leaves one column, while another character splits the header and the first rows into equally many columns.",
  },
  "ragged-row": {
    severity: "error",
    message: (d) =>
      `line ${d.line} of ${d.file} has ${d.has} ${d.has === 1 ? "field" : "fields"}, but its header has ${d.columns}`,
    help: (d) =>
      d.skip === undefined
        ? "put fields that contain the delimiter or a line break into double quotes"
        : `write \`skip: ${d.skip}\``,
    mend: (d) => (d.skip === undefined ? undefined : { argument: "skip", value: d.skip }),
    notes: (d) =>
      d.skip === undefined
        ? []
        : [`${d.skip === 1 ? "its first line looks" : `its first ${d.skip} lines look`} like a title, not a table`],
    explain:
      "Every row of a CSV file must have the same number of fields as its header. A row that differs is never truncated or filled silently.",
  },
  "column-names": {
    severity: "error",
    message: (d) =>
      `line ${d.line} of ${d.file} has ${d.first.length} ${d.first.length === 1 ? "field" : "fields"}, but \`names\` has ${d.names.length}`,
    help: () => "write one name per column, in their order",
    notes: (d) => [`the line has: ${listNames(d.first)}`],
    explain: "`names` lists all columns of a file, including those without a role.",
  },
  "header-unsaid": {
    severity: "error",
    message: (d) => `\`names\` is given, but not whether the first line of ${d.file} is a header`,
    help: () => "write `header: none` if that line is a row, or `header: first` if the names replace it",
    explain:
      "`names` may name the columns of a file without a header, or replace its header. A wrong guess loses a row or turns the header into a row, and other tools disagree, so you must choose.",
  },
  "broken-quotes": {
    severity: "error",
    message: (d) =>
      d.what === "open"
        ? `the quote that opens on line ${d.line} of ${d.file} is never closed`
        : `line ${d.line} of ${d.file} has a quote ${d.what === "inside" ? "inside an unquoted field" : "in the middle of a quoted field"}`,
    help: () =>
      'write a quote inside a quoted field twice (`""`); if quotes are ordinary characters, add `quote: none`',
    explain:
      "CSV files are read by RFC 4180. A broken quote could belong to several texts, so its meaning is not guessed.",
  },
  "giant-record": {
    severity: "error",
    message: (d) => `the record that starts on line ${d.line} of ${d.file} has more than ${d.limit} characters`,
    help: () => "check for a quote that is opened there and not closed",
    explain: "A record of such a size is nearly always caused by a missing quote. Reading on would fill the memory.",
  },
  "giant-line": {
    severity: "error",
    message: (d) => `line ${d.line} of ${d.file} has more than ${d.limit} characters`,
    help: () => "write one row per line; use `json` for a file that is a single JSON value",
    explain:
      "JSON Lines and fastText's format have one row per line. A line of such a size is nearly always a broken file, or one written on a single line. Reading on would fill the memory.",
  },
  "giant-json": {
    severity: "error",
    message: (d) => `${d.file} has more than ${d.limit} bytes, too many for a single JSON value`,
    help: () => "write one row per line (JSON Lines) and read them with `jsonl`, which accepts files of any size",
    explain:
      "A JSON file is a single value, which cannot be used before its last bracket is read. It has to fit into memory several times.",
  },
  "deep-json": {
    severity: "error",
    message: (d) =>
      `${d.row === null ? d.file : `row ${d.row} of ${d.file}`} has lists or objects nested more than ${d.limit} deep`,
    help: () => "fix the file; a row is an object of texts, numbers and lists",
    explain: "Real data are not nested so deep, and code that shows or hashes such a value would overflow its stack.",
  },
  "too-many-columns": {
    severity: "error",
    message: (d) =>
      d.limit === null
        ? `${d.file} has ${d.columns} columns by row ${d.row ?? 1}, nearly all without values`
        : `${d.file} has ${d.columns} columns${d.row === null ? "" : ` by row ${d.row}`}, more than ${d.limit}`,
    help: (d) =>
      d.row === null
        ? "remove columns without a role, or check that rows are written as lines"
        : 'write keys that differ from row to row as values, as in `{"key": "...", "value": "..."}`',
    explain:
      "A column is a list in memory with an entry for every row. If every row has new keys, memory grows with the square of the number of rows.",
  },
  "too-many-rows": {
    severity: "error",
    message: (d) => `${d.file} has more than ${d.limit} rows, too many to hold in memory`,
    help: () => "write `stream: true` to read any number of rows in parts",
    explain:
      "Each row in memory takes some hundred bytes besides its texts. A small compressed file can contain hundreds of millions of short lines, which would fill the memory before an error could be shown.",
  },
  "not-a-text-file": {
    severity: "error",
    message: (d) => `${d.file} is ${d.found}`,
    help: (d) => d.mend,
    explain:
      "The first bytes of the file show its type, whatever its name: a workbook, an archive, a database, or a web page or pointer that was saved instead of the data.",
  },
  "changed-while-read": {
    severity: "error",
    message: (d) => `${d.file} changed while it was being read`,
    help: () => "run the statement again when nothing else writes to the file",
    explain:
      "A mix of two versions of a file belongs to neither. The rows that were read were dropped, and nothing was made from them.",
  },
  "duplicate-column": {
    severity: "error",
    message: (d) => (d.given ? `\`names\` has "${d.column}" twice` : `${d.file} has two columns named "${d.column}"`),
    help: (d) =>
      d.given
        ? "give each column a different name"
        : "rename one of them in the file, or write all names: `names: [..]`, with `header: none` if the first line is a row",
    explain: "A role refers to one column by name. With two columns of that name it is ambiguous.",
  },
  "reserved-column": {
    severity: "error",
    message: (d) => `${d.file} has a column named "${d.column}", which is reserved`,
    help: () => "rename that column",
    explain:
      "Names that start with `$` are Tunebook's own fields of a row, such as its number. `__proto__` cannot name a column of a JavaScript table.",
  },
  "broken-json": {
    severity: "error",
    message: (d) => `line ${d.line}, column ${d.column} of ${d.file} is not JSON: ${d.why}`,
    help: (d) =>
      d.reads !== undefined
        ? `read it with \`${d.reads}\`: it is ${d.reads === "json" ? "one JSON value" : "JSON Lines"}`
        : /there is (?:NaN|-?Infinity) /.test(d.why)
          ? "write `null` for a missing value: JSON has no such number"
          : /there is (?:None|True|False|"'") /.test(d.why)
            ? "write the file with `json.dumps`: this is how Python prints a value"
            : "fix the file; nothing after that place was read",
    mend: (d) => (d.reads === undefined ? undefined : { word: d.reads }),
    explain: "`json` reads one JSON value from the file, `jsonl` one from each line.",
  },
  "json-shape": {
    severity: "error",
    message: (d) =>
      d.row === null
        ? `${d.file} contains ${d.found}, not rows`
        : `row ${d.row} of ${d.file} is ${d.found}, not an object`,
    help: () =>
      'write an array of objects `[{"text": "...", "label": "..."}]`, the same under one key, or columns `{"text": [...], "label": [...]}`',
    explain: "A row is an object whose keys are the columns.",
  },
  "no-rows-there": {
    severity: "error",
    message: (d) =>
      d.found === null
        ? `${d.file} has no "${d.key}" in \`rows: "${d.path}"\``
        : `"${d.key}" in ${d.file} is ${d.found}, not a list of objects`,
    help: (d) =>
      d.found === null ? `use one of its keys: ${listNames(d.has)}` : "write the keys that lead to the rows",
    explain:
      '`rows: "data.paragraphs.qas"` follows keys through objects and lists of objects; the last key contains the rows.',
  },
  "not-a-table": {
    severity: "error",
    message: (d) => `$${d.name} is ${d.found}, not a table`,
    help: () => "use an arquero table or an array of objects",
    explain:
      "A TypeScript value can be a source if it is an arquero table, or an array of plain objects whose keys are the columns.",
  },
};
