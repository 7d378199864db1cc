/** Errors of files whose personal data are to be replaced. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import type {} from "#stdlib/sources/shared/codes.js";

export interface RedactedCodeData {
  /** `has` is empty if the file is plain text. */
  "no-such-column": {
    readonly file: string;
    readonly column: string;
    readonly has: readonly string[];
    readonly near: string | null;
  };
  "column-unsaid": { readonly file: string };
}

export const redactedCodes: CodeTable<RedactedCodeData> = {
  "no-such-column": {
    severity: "error",
    message: (d) =>
      d.has.length === 0 ? `${d.file} is text and has no columns` : `${d.file} has no column \`${d.column}\``,
    help: (d) =>
      d.has.length === 0
        ? "leave `--column` out, or give the file the ending of what it is: .csv, .tsv, .jsonl"
        : d.near === null
          ? `it has ${listNames(d.has, { most: 12 })}`
          : `write \`--column ${d.near}\``,
    explain:
      "`tunebook redact --column` looks at one column of a CSV file or one key of JSON Lines; texts have neither.",
  },
  "column-unsaid": {
    severity: "error",
    message: (d) => `rows of ${d.file} have several texts, and offsets are those of one`,
    help: () => "name one: `--column NAME`; without `--json` all of them are replaced",
    explain:
      "With `--json` each row becomes one object, `{ findings, text }`, whose offsets count from the beginning of `text`. Which text that is must be said where a row has several.",
  },
};
