/** Rows without labels that a model labelled: how many, how sure it was, and how often it says what people say. */
import type { Shown } from "./bundle-output.js";
import { tableShown } from "./table.js";
import { count, percent, plural } from "../host/text.js";

export interface LabelledRows {
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

export function labelledShown(name: string, told: LabelledRows): Shown {
  const { agrees } = told;
  const found = told.rows - told.made;
  const which = [
    ...(told.data === "" ? [] : [`${plural(found, "row")} of ${told.data}`]),
    ...(told.made > 0 ? [`${plural(told.made, "text")} made of those with labels`] : []),
  ];
  const said = [
    `${told.model} labelled ${which.join(" and ")}. Each batch of ${name} has as many of them as of the ${plural(told.labelled, "row")} with labels of people`,
    ...(told.sure === null
      ? []
      : [
          `The model gives its answer ${percent(told.sure)} on average, and ${plural(told.unsure, "row")} less than a half`,
        ]),
    agrees
      ? `Of ${plural(agrees.rows, "row")} of ${agrees.split} it says what people said in ${percent(agrees.right / Math.max(1, agrees.rows))} (${percent(agrees.low)} to ${percent(agrees.high)})`
      : "There are no further rows with labels to hold it against",
    "Its answers stand beside the run and not in the data",
  ];
  return tableShown(
    ["label", "rows"],
    told.labels.map(([label, rows]) => [label, count(rows)]),
    { title: `Labelled by ${told.model}`, limit: 12, caption: `${said.join(". ")}.` },
  );
}
