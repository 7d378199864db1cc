/** Result of a request to forget rows. */
import type { DisplayOutput } from "./html.js";
import { tableView } from "./table.js";
import { groupedNumber, plural } from "../host/value-text.js";

export interface DeletedTextsReport {
  readonly requested: number;
  readonly found: number;
  readonly rows: number;
  readonly damaged: number;
  readonly saw: readonly { readonly run: string; readonly deleted: number; readonly isOwn: boolean }[];
}

/** The output does not contain the rows' texts. */
export function deletedTextsView({ requested, found, rows, damaged, saw }: DeletedTextsReport): DisplayOutput {
  const sentences = [
    `${groupedNumber(found)} of ${plural(requested, "text")} found in stored rows: ${plural(rows, "row")} deleted`,
    damaged > 0 && `${plural(damaged, "line")} that could not be read deleted too`,
    saw.length > 0 &&
      "Weights do not unlearn. These runs were trained on the rows; models that continued from them, strategies' stored state and deployments depend on the rows too. To remove their influence, train again without the rows",
    found < requested &&
      "texts are compared as they were stored, cleaned and redacted; the data themselves are not changed",
  ];
  return tableView(
    ["trained on them", "deleted", "as"],
    saw.map((one) => [one.run, groupedNumber(one.deleted), one.isOwn ? "its own data" : "rows of earlier data"]),
    { title: "Rows to forget", limit: saw.length + 1, caption: sentences.filter((one) => one !== false).join(". ") },
  );
}
