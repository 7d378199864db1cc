/** Rows whose set of labels is empty: none of the labels may be right of them, or nobody has labelled them. */
import type { Finding } from "#dsl/types/audit-facts.js";
import { readIn, type Observer } from "../rows.js";
import { Examples } from "./examples.js";

export function unlabelled(): Observer<readonly Finding[]> {
  const found = new Examples();
  let of = 0;
  return {
    look(row, split) {
      const { labels } = row.values;
      if (!Array.isArray(labels)) return;
      of++;
      if (labels.length === 0) found.add(row, split, readIn(row.values));
    },
    found: () =>
      found.rows === 0
        ? []
        : [
            {
              what: "unlabelled",
              rows: found.rows,
              of,
              says: "have no label at all, which is learnt as “none of them”",
              mend: "where nobody labelled them, `drop_empty(labels: true)` in `clean` drops them",
              examples: found.examples,
            },
          ],
  };
}
