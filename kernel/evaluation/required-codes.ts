/** Error codes of the `require` clause of `evaluate`. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface RequiredCodeData {
  "bar-missed": {
    readonly model: string;
    readonly missed: readonly { readonly on: string; readonly bar: string; readonly is: string }[];
  };
}
export const requiredCodes: CodeTable<RequiredCodeData> = {
  "bar-missed": {
    severity: "error",
    message: (d) =>
      `${d.model} does not clear what is required: ${d.missed.map(({ on, bar, is }) => `${bar}, and it is ${is} on ${on}`).join("; ")}`,
    help: () => "its scores are shown and kept; train it further or on more data, or change `require`",
    explain:
      "`require` holds the scores of the first model to bars. All scores are shown and kept first, then the cell fails, so that a headless run ends with exit status 1. A score without a number clears nothing. Where the interval of a score reaches beyond the bar, the table says that it is cleared by little.",
  },
};
