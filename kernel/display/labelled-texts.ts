/** Rows without labels that a model labelled: how many, how sure it was, and how often it says what people say. */
import type { DisplayOutput } from "./bundle-output.js";
import { tableView } from "./table.js";
import { groupedNumber, formatPercent, plural } from "../host/text.js";

export interface LabelledRowsReport {
  readonly model: string;
  /** Empty: all rows were made. */
  readonly data: string;
  readonly rows: number;
  /** Of them, texts made of those with labels. */
  readonly made: number;
  /** Rows with labels that are learnt beside them. */
  readonly labelled: number;
  /** The mean probability of the likeliest label (null: rows have several), and how many rows had none above one half. */
  readonly sure: number | null;
  readonly unsure: number;
  /** The likeliest labels, the commonest first. */
  readonly labels: readonly (readonly [label: string, rows: number])[];
  /** Null: there are no rows with labels that nobody learns. */
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
    ...(report.made > 0 ? [`${plural(report.made, "text")} made of those with labels`] : []),
  ];
  const sentences = [
    `${report.model} labelled ${which.join(" and ")}. Each batch of ${name} has as many of them as of the ${plural(report.labelled, "row")} with labels of people`,
    ...(report.sure === null
      ? []
      : [
          `The model gives its answer ${formatPercent(report.sure)} on average, and ${plural(report.unsure, "row")} less than a half`,
        ]),
    agrees
      ? `Of ${plural(agrees.rows, "row")} of ${agrees.split} it says what people said in ${formatPercent(agrees.right / Math.max(1, agrees.rows))} (${formatPercent(agrees.low)} to ${formatPercent(agrees.high)})`
      : "There are no further rows with labels to hold it against",
    "Its answers stand beside the run and not in the data",
  ];
  return tableView(
    ["label", "rows"],
    report.labels.map(([label, rows]) => [label, groupedNumber(rows)]),
    { title: `Labelled by ${report.model}`, limit: 12, caption: `${sentences.join(". ")}.` },
  );
}
