/** Errors of files whose personal data are to be replaced. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import type {} from "#stdlib/sources/shared/codes.js";

export interface RedactionCodeData {
  /** `has` is empty if the file is plain text. */
  "no-such-column": {
    readonly file: string;
    readonly column: string;
    readonly has: readonly string[];
    readonly near: string | null;
  };
  "column-unsaid": { readonly file: string };
}

export const redactionCodes: CodeTable<RedactionCodeData> = {
  "no-such-column": {
    severity: "error",
    message: (d) =>
      d.has.length === 0 ? `${d.file} is text and has no columns` : `${d.file} has no column \`${d.column}\``,
    help: (d) =>
      d.has.length === 0
        ? "remove `--column`, or give the file the extension of its format: .csv, .tsv, .jsonl"
        : d.near === null
          ? `choose from ${listNames(d.has, { most: 12 })}`
          : `write \`--column ${d.near}\``,
    explain:
      "`tunebook redact --column` reads one column of a CSV file or one key of JSON Lines. Text files have neither.",
  },
  "column-unsaid": {
    severity: "error",
    message: (d) => `rows of ${d.file} have several texts, but offsets refer to a single text`,
    help: () => "choose one with `--column NAME`, or remove `--json` to replace in all of them",
    explain:
      "With `--json` each row becomes one object, `{ findings, text }`, with offsets from the start of `text`. If a row has several texts, you must choose one.",
  },
};
