/**
 * Rows without labels that a model labelled: their number, the model's confidence, and its agreement with human labels.
 */
import type { DisplayOutput } from "./html.js";
import { tableView } from "./table.js";
import { groupedNumber, formatPercent, plural } from "../host/value-text.js";

export interface LabelledRowsReport {
  readonly model: string;
  /** Empty if all rows were generated. */
  readonly data: string;
  readonly rows: number;
  /** Number of texts generated from labelled ones, included in `rows`. */
  readonly made: number;
  /** Rows with human labels that are trained together with them. */
  readonly labelled: number;
  /**
   * Mean probability of the most probable label (null: rows have several), and the number of rows with none above one
   * half.
   */
  readonly sure: number | null;
  readonly unsure: number;
  /** Predicted labels, the most frequent first. */
  readonly labels: readonly (readonly [label: string, rows: number])[];
  /** Null if there are no labelled rows outside of training. */
  readonly agrees: {
    readonly split: string;
    readonly rows: number;
    readonly right: number;
    readonly low: number;
    readonly high: number;
  } | null;
}

export function labelledTextsView(name: string, report: LabelledRowsReport): DisplayOutput {
  const { agrees } = report;
  const found = report.rows - report.made;
  const which = [
    ...(report.data === "" ? [] : [`${plural(found, "row")} of ${report.data}`]),
    ...(report.made > 0 ? [`${plural(report.made, "text")} generated from those with labels`] : []),
  ];
  const sentences = [
    `${report.model} labelled ${which.join(" and ")}. Each batch of ${name} has the same number of them and of the ${plural(report.labelled, "row")} labelled by people`,
    ...(report.sure === null
      ? []
      : [
          `The mean probability of its labels is ${formatPercent(report.sure)}; ${plural(report.unsure, "row")} below one half`,
        ]),
    agrees
      ? `On ${plural(agrees.rows, "row")} of ${agrees.split} it agrees with the people's labels in ${formatPercent(agrees.right / Math.max(1, agrees.rows))} (${formatPercent(agrees.low)} to ${formatPercent(agrees.high)})`
      : "There are no other labelled rows to compare with",
    "Its predictions are stored with the run, not in the data",
  ];
  return tableView(
    ["label", "rows"],
    report.labels.map(([label, rows]) => [label, groupedNumber(rows)]),
    { title: `Labelled by ${report.model}`, limit: 12, caption: `${sentences.join(". ")}.` },
  );
}
