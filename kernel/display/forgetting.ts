/** Result of a request to forget rows. */
import type { DisplayOutput } from "./html.js";
import { tableView } from "./table.js";
import { groupedNumber, plural } from "../host/value-text.js";

export interface ForgetReport {
  readonly requested: number;
  readonly found: number;
  readonly rows: number;
  readonly damaged: number;
  readonly saw: readonly { readonly run: string; readonly deleted: number; readonly isOwn: boolean }[];
}

/** The output does not contain the rows' texts. */
export function forgetView({ requested, found, rows, damaged, saw }: ForgetReport): DisplayOutput {
  const sentences = [
    `${groupedNumber(found)} of ${plural(requested, "text")} stood in rows that were kept: ${plural(rows, "row")} deleted`,
    damaged > 0 && `${plural(damaged, "line")} that could not be read deleted besides`,
    saw.length > 0 &&
      "Weights unlearn nothing: these runs learnt from the rows, and so did models that went on from them, with what strategies keep of them and what was deployed; to be rid of that train them again without the rows",
    found < requested &&
      "texts are compared as rows were kept, cleaned and redacted; the data themselves are left as they are",
  ];
  return tableView(
    ["run that learnt from them", "deleted there", "learnt as"],
    saw.map((one) => [one.run, groupedNumber(one.deleted), one.isOwn ? "its own data" : "rows of earlier data"]),
    { title: "Rows to forget", limit: saw.length + 1, caption: sentences.filter((one) => one !== false).join(". ") },
  );
}
