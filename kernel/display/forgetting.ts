/** What became of rows that shall be forgotten. */
import type { Shown } from "./bundle-output.js";
import { tableShown } from "./table.js";
import { count, plural } from "../host/text.js";

export interface ForgetShown {
  readonly asked: number;
  readonly found: number;
  readonly rows: number;
  readonly damaged: number;
  readonly saw: readonly { readonly run: string; readonly deleted: number; readonly own: boolean }[];
}

/** Texts of the rows stand nowhere in it. */
export function forgetShown({ asked, found, rows, damaged, saw }: ForgetShown): Shown {
  const said = [
    `${count(found)} of ${plural(asked, "text")} stood in rows that were kept: ${plural(rows, "row")} deleted`,
    damaged > 0 && `${plural(damaged, "line")} that could not be read deleted besides`,
    saw.length > 0 &&
      "Weights unlearn nothing: these runs learnt from the rows, and so did models that went on from them, with what strategies keep of them and what was deployed; to be rid of that train them again without the rows",
    found < asked &&
      "texts are compared as rows were kept, cleaned and redacted; the data themselves are left as they are",
  ];
  return tableShown(
    ["run that learnt from them", "deleted there", "learnt as"],
    saw.map((one) => [one.run, count(one.deleted), one.own ? "its own data" : "rows of earlier data"]),
    { title: "Rows to forget", limit: saw.length + 1, caption: said.filter((one) => one !== false).join(". ") },
  );
}
