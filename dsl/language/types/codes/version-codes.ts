/** Codes of the version line. */
import type { CodeTable } from "../../diagnostics/codes.js";

export interface VersionCodeData {
  "unknown-version": { readonly version: string | null };
  "misplaced-version": { readonly second?: boolean };
}

export const versionCodes: CodeTable<VersionCodeData> = {
  "unknown-version": {
    severity: "error",
    message: ({ version }) =>
      version === null
        ? "the version line has no version"
        : `Tune ${version} is not supported: this version of Tunebook reads Tune 1`,
    help: () => "write `tune 1`",
    explain: "A file or a cell may start with `tune 1`, the version of its language. No other version exists.",
    example: "tune 2",
  },
  "misplaced-version": {
    severity: "error",
    message: ({ second }) =>
      second ? "the text already has a version line" : "the version line follows other statements",
    help: ({ second }) => (second ? "remove it" : "make it the first line"),
    explain:
      "`tune 1` applies to the whole text, so it must be the first statement and appear only once. Comments may precede it.",
    example: "recipe quick { epochs: 3 }\ntune 1",
  },
};
