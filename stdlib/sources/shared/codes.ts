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
    message: (d) => `no file ${d.path} in ${d.folder}`,
    help: (d) =>
      d.near !== null
        ? `write "${d.near}"`
        : /^\w{2,}:\/\//.test(d.path)
          ? "a source is a file of this machine: download it once and name the file"
          : "check the path; it starts there",
    explain: "Relative paths start from the folder of the notebook or `.tune` file.",
  },
  "unreadable-file": {
    severity: "error",
    message: (d) => `${d.file} can't be read: ${d.why}`,
    help: (d) =>
      d.why === "it is a folder"
        ? "name one file in it, or several by a pattern such as `*.csv`"
        : "check the file and its permissions",
    explain: "The file is there but reading it failed. It was not changed.",
  },
  "empty-file": {
    severity: "error",
    message: (d) =>
      d.skip === undefined ? `${d.file} is empty` : `${d.file} has nothing after its first ${d.skip} lines`,
    help: (d) =>
      d.skip === undefined
        ? "a data file needs its column names and at least one row"
        : "leave out fewer lines: `skip`",
    explain: "There is nothing in the file, not even column names.",
  },
  "wrong-encoding": {
    severity: "error",
    message: (d) =>
      `${d.file} is not ${d.encoding}: byte ${d.byte}${d.line === null ? "" : ` (line ${d.line})`} does not fit`,
    help: (d) =>
      d.likely === null
        ? 'say how it is encoded, for example `encoding: "windows-1252"`, or save it as UTF-8'
        : `it looks like ${d.likely}: write \`encoding: "${d.likely}"\``,
    mend: (d) => (d.likely === null ? undefined : { argument: "encoding", value: d.likely }),
    explain:
      "Where `encoding` isn't written, files are UTF-8; UTF-16 is found by its mark or its bytes, and windows-1252 where all of a file fits it, which the cell says. A byte that does not fit is never replaced silently, since the model would learn the damage. The encodings are those of the WHATWG standard (`windows-1252`, `utf-16le`, `shift_jis`, ...).",
  },
  "two-encodings": {
    severity: "error",
    message: (d) =>
      `${d.file} has two encodings: line ${d.line} (near byte ${d.byte}) is ${d.first === "utf-8" ? "not UTF-8, as what stands before it is" : "UTF-8, and what stands before it is not"}`,
    help: () =>
      'save it in one encoding; or read all of it by `encoding: "windows-1252"` and let `clean: unicode` mend what is UTF-8',
    explain:
      "Files that were put together from others may be UTF-8 in part and windows-1252 in part. Read as either, a part of the texts is damaged; which bytes belong to which is not guessed. `unicode` mends texts of UTF-8 that were read as windows-1252.",
  },
  "unknown-encoding": {
    severity: "error",
    message: (d) => `no encoding is called "${d.encoding}"`,
    help: () => 'for example "utf-8", "windows-1252", "utf-16le", "shift_jis"',
    explain: "Encodings go by their names in the WHATWG standard, as in web browsers.",
  },
  "wrong-delimiter": {
    severity: "error",
    message: (d) => `${d.file} has one column when split at ${delimiterText(d.delimiter)}`,
    help: (d) => `write \`delimiter: ${delimiterText(d.likely)}\``,
    mend: (d) => ({ argument: "delimiter", value: d.likely }),
    notes: (d) => [`split at ${delimiterText(d.likely)} it has: ${listNames(d.columns)}`],
    explain:
      "A delimiter that isn't written is found. The one that is written leaves one column; another character splits the header and the first rows into the same number of columns.",
  },
  "ragged-row": {
    severity: "error",
    message: (d) =>
      `line ${d.line} of ${d.file} has ${d.has} ${d.has === 1 ? "field" : "fields"}, its header has ${d.columns}`,
    help: (d) =>
      d.skip === undefined
        ? "put fields that hold the delimiter or a line break into double quotes"
        : `write \`skip: ${d.skip}\``,
    mend: (d) => (d.skip === undefined ? undefined : { argument: "skip", value: d.skip }),
    notes: (d) =>
      d.skip === undefined
        ? []
        : [
            `${d.skip === 1 ? "its first line looks" : `its first ${d.skip} lines look`} like a title, not like a table`,
          ],
    explain:
      "Every row of a CSV file has as many fields as its header; a row that does not is never cut or filled silently.",
  },
  "column-names": {
    severity: "error",
    message: (d) =>
      `line ${d.line} of ${d.file} has ${d.first.length} ${d.first.length === 1 ? "field" : "fields"}, \`names\` has ${d.names.length}`,
    help: () => "give each column a name, in their order",
    notes: (d) => [`there stands: ${listNames(d.first)}`],
    explain: "`names` names all columns of a file, also those that have no role.",
  },
  "header-unsaid": {
    severity: "error",
    message: (d) => `\`names\` is given, and not whether the first line of ${d.file} is a header`,
    help: () => "write `header: none` where it is a row, `header: first` where the names stand in its place",
    explain:
      "Names of one's own may come to a file without a header, or take the place of its header. Taken for the other, a row is lost, or a header becomes a row; other tools disagree on which is meant.",
  },
  "broken-quotes": {
    severity: "error",
    message: (d) =>
      d.what === "open"
        ? `the quote that opens on line ${d.line} of ${d.file} is never closed`
        : `line ${d.line} of ${d.file} has a quote ${d.what === "inside" ? "inside a field that is not quoted" : "in the middle of a quoted field"}`,
    help: () =>
      'inside a quoted field a quote is written twice (`""`); where quotes are ordinary characters, add `quote: none`',
    explain:
      "CSV is read as RFC 4180 has it. Which text a broken quote belongs to can't be known, so it is not guessed.",
  },
  "giant-record": {
    severity: "error",
    message: (d) => `the record that starts on line ${d.line} of ${d.file} has more than ${d.limit} characters`,
    help: () => "most often a quote is opened there and not closed",
    explain: "A record of such a size is nearly always a missing quote; reading on would fill the memory.",
  },
  "giant-line": {
    severity: "error",
    message: (d) => `line ${d.line} of ${d.file} has more than ${d.limit} characters`,
    help: () => "write each row on a line of its own; a file that is one JSON value is read by `json`",
    explain:
      "A row stands on a line of its own, in JSON Lines as in fastText's format. A line of such a size is nearly always a file that is written in one line, or broken; reading on would fill the memory.",
  },
  "giant-json": {
    severity: "error",
    message: (d) => `${d.file} has more than ${d.limit} bytes, and one JSON value is read at once`,
    help: () => "write its rows one per line (JSON Lines) and read them with `jsonl`, which takes files of any size",
    explain:
      "A JSON file is one value: nothing of it can be used before its last bracket is read, so it has to fit in memory as a whole, several times over.",
  },
  "deep-json": {
    severity: "error",
    message: (d) =>
      `${d.row === null ? d.file : `row ${d.row} of ${d.file}`} has lists or objects more than ${d.limit} deep in one another`,
    help: () => "mend the file; a row is an object of texts, numbers and lists",
    explain: "Nothing that is data is nested so deep, and what shows or hashes such a value would run out of stack.",
  },
  "too-many-columns": {
    severity: "error",
    message: (d) =>
      d.limit === null
        ? `${d.file} comes to ${d.columns} columns by row ${d.row ?? 1}, nearly all without values`
        : `${d.file} has ${d.columns} columns${d.row === null ? "" : ` by row ${d.row}`}, more than ${d.limit}`,
    help: (d) =>
      d.row === null
        ? "keep the columns that have a role, or write rows as lines"
        : 'keys that differ from row to row are no columns: write them as values, as in `{"key": "...", "value": "..."}`',
    explain:
      "A column is a list in memory, filled up where rows have no value. Where every row brings names of its own, that grows with the square of the rows.",
  },
  "too-many-rows": {
    severity: "error",
    message: (d) => `${d.file} has more than ${d.limit} rows, and all of them are held in memory`,
    help: () => "write `stream: true`: its rows are read in parts then, however many there are",
    explain:
      "Each row that is held takes some hundred bytes besides its texts. Small packed files can hold hundreds of millions of short lines; they would fill the memory before anything could be said.",
  },
  "not-a-text-file": {
    severity: "error",
    message: (d) => `${d.file} is ${d.found}`,
    help: (d) => d.mend,
    explain:
      "The first bytes of the file say what it is, whatever its name: a workbook, an archive, a database, or a page or a pointer that was saved in place of the data.",
  },
  "changed-while-read": {
    severity: "error",
    message: (d) => `${d.file} changed while it was read`,
    help: () => "run the statement again when nothing writes to it",
    explain:
      "Rows of two states of a file are rows of neither. What was read is thrown away; nothing that depends on it was made.",
  },
  "duplicate-column": {
    severity: "error",
    message: (d) => (d.given ? `\`names\` has "${d.column}" twice` : `${d.file} has two columns called "${d.column}"`),
    help: (d) =>
      d.given
        ? "give each column a name of its own"
        : "rename one of them in the file, or name them all here: `names: [..]`; with `header: none` where its first line is a row",
    explain: "A role names one column; with two of that name it is not known which.",
  },
  "reserved-column": {
    severity: "error",
    message: (d) => `${d.file} has a column called "${d.column}"`,
    help: () => "rename that column",
    explain:
      "Names that begin with `$` hold what Tunebook itself knows of a row, such as its number; `__proto__` can't name a column of a JavaScript table.",
  },
  "broken-json": {
    severity: "error",
    message: (d) => `line ${d.line}, column ${d.column} of ${d.file} is no JSON: ${d.why}`,
    help: (d) =>
      d.reads !== undefined
        ? `it is ${d.reads === "json" ? "one JSON value" : "JSON Lines"}: read it with \`${d.reads}\``
        : /there is (?:NaN|-?Infinity) /.test(d.why)
          ? "JSON has no such number: write `null` where a value is missing"
          : /there is (?:None|True|False|"'") /.test(d.why)
            ? "this is how Python prints a value: write the file with `json.dumps`"
            : "mend the file; nothing after that place was read",
    mend: (d) => (d.reads === undefined ? undefined : { word: d.reads }),
    explain: "`json` reads one JSON value from the whole file, `jsonl` one from each line.",
  },
  "json-shape": {
    severity: "error",
    message: (d) =>
      d.row === null
        ? `${d.file} holds ${d.found}, not rows`
        : `row ${d.row} of ${d.file} is ${d.found}, not an object`,
    help: () =>
      'rows are an array of objects `[{"text": "...", "label": "..."}]`, the same under one key, or columns `{"text": [...], "label": [...]}`',
    explain: "A row is an object with the columns as keys.",
  },
  "no-rows-there": {
    severity: "error",
    message: (d) =>
      d.found === null
        ? `${d.file} has no "${d.key}" on the way along \`rows: "${d.path}"\``
        : `"${d.key}" in ${d.file} is ${d.found}, not a list of objects`,
    help: (d) => (d.found === null ? `there stands: ${listNames(d.has)}` : "name the keys that lead to the rows"),
    explain:
      '`rows: "data.paragraphs.qas"` goes from key to key through objects and lists of objects; the last key holds the rows.',
  },
  "not-a-table": {
    severity: "error",
    message: (d) => `$${d.name} is ${d.found}, not a table`,
    help: () => "give an arquero table or an array of objects",
    explain:
      "A live TypeScript value serves as a source when it is an arquero table, or an array of plain objects with the columns as keys.",
  },
};
