/** Error codes of the `require` clause of `evaluate`. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface RequiredScoreCodeData {
  "bar-missed": {
    readonly model: string;
    readonly missed: readonly { readonly on: string; readonly bar: string; readonly is: string }[];
  };
}
export const requiredScoreCodes: CodeTable<RequiredScoreCodeData> = {
  "bar-missed": {
    severity: "error",
    message: (d) =>
      `${d.model} does not meet \`require\`: ${d.missed.map(({ on, bar, is }) => `${bar}, but it is ${is} on ${on}`).join("; ")}`,
    help: () => "train it longer or on more data, or change `require`; its scores are shown and stored",
    explain:
      "`require` sets thresholds for the scores of the first model. All scores are shown and stored, then the cell fails, so that a headless run ends with exit status 1. A score without a value meets no threshold. If the interval of a score crosses the threshold, the table marks it as narrow.",
  },
};
