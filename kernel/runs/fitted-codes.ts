/** Error codes of fitting to validation rows. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface CalibrationFitCodeData {
  "fitted-to-few": {
    readonly model: string;
    readonly word: string;
    readonly few: readonly { readonly label: string; readonly rows: number; readonly fitted: boolean }[];
  };
  "not-calibrated": { readonly model: string; readonly word: string; readonly why: string };
}
export const calibrationFitCodes: CodeTable<CalibrationFitCodeData> = {
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
        ...(weak === "" ? [] : [`\`${d.word}\` of ${d.model} is uncertain with few validation rows: ${weak}`]),
        ...(left === ""
          ? []
          : [
              `${weak === "" ? `\`${d.word}\` of ${d.model} is ` : ""}not fitted with too few validation rows: ${left}`,
            ]),
      ].join("; ");
    },
    help: () => "use more validation rows: `split: random(validation: 20%, …)`, or remove `calibrate`",
    explain:
      "Each threshold is the best one on the validation rows. If only few of them have a label (or nearly all), another sample would give a very different threshold, and the label would be predicted far too often or never. Below 20 rows this warning appears; below 5 no threshold is fitted.",
  },
  "not-calibrated": {
    severity: "warning",
    message: (d) => `\`${d.word}\` of ${d.model} was not fitted: ${d.why}`,
    help: () => "use more validation rows; until then predictions stay as trained",
    explain:
      "A temperature makes probabilities match how often predictions are right, which needs some wrong predictions. A threshold needs rows with and without the label.",
  },
};
