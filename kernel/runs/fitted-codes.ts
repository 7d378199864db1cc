/** Error codes of fitting to validation rows. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface FittedCodeData {
  "fitted-to-few": {
    readonly model: string;
    readonly word: string;
    readonly few: readonly { readonly label: string; readonly rows: number; readonly fitted: boolean }[];
  };
  "not-calibrated": { readonly model: string; readonly word: string; readonly why: string };
}
export const fittedCodes: CodeTable<FittedCodeData> = {
  "fitted-to-few": {
    severity: "warning",
    message: (d) => {
      const reason = (fitted: boolean): string =>
        listNames(
          d.few.flatMap((one) => (one.fitted === fitted ? [`${one.label} (${String(one.rows)})`] : [])),
          { most: 8 },
        );
      const [weak, left] = [reason(true), reason(false)];
      return [
        ...(weak === "" ? [] : [`few rows of validation tell where \`${d.word}\` of ${d.model} lies: ${weak}`]),
        ...(left === ""
          ? []
          : [`too few tell of ${left}, which ${weak === "" ? `\`${d.word}\` of ${d.model} ` : ""}leaves as they are`]),
      ].join("; ");
    },
    help: () => "more rows of validation tell more: `split: random(validation: 20%, …)`, or leave `calibrate` out",
    explain:
      "A threshold is the best one of the validation rows. Where a label stands in few of them (or in nearly all) another draw of as many rows has its best elsewhere, and the label is then given to far too many rows or to none: below 20 rows that is told, below 5 none is fitted.",
  },
  "not-calibrated": {
    severity: "warning",
    message: (d) => `\`${d.word}\` of ${d.model} was not fitted: ${d.why}`,
    help: () => "the model answers as it was trained; more rows of validation may tell more",
    explain:
      "A temperature makes probabilities mean what they say, which needs rows where the model is wrong; a threshold needs rows that have the label and rows that have not.",
  },
};
