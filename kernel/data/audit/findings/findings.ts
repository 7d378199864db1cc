/** What stands in the rows that somebody would want to look at, each with its rows and what mends it. */
import { FINDINGS, type Finding } from "#dsl/language/types/audit-facts.js";
import type { Observer, SplitRows } from "../rows.js";
import { insults } from "./insults.js";
import { lengths } from "./lengths.js";
import { people } from "./people.js";
import { rules } from "./rules.js";
import { readIn } from "../rows.js";
import { Examples } from "./examples.js";
import { written } from "./mangled-texts.js";

export async function findings(rows: SplitRows, signal?: AbortSignal): Promise<Observer<Promise<readonly Finding[]>>> {
  const all = [written(), unlabelled(), lengths(rows), rules(rows, signal), await insults(rows), people(rows, signal)];
  return {
    look(row, split) {
      for (const one of all) one.look(row, split);
    },
    async found() {
      return (await Promise.all(all.map((one) => one.found()))).flat();
    },
  };
}

export function inPlaces(found: readonly Finding[]): readonly Finding[] {
  return found.toSorted((a, b) => FINDINGS.indexOf(a.what) - FINDINGS.indexOf(b.what));
}

/** Rows whose set of labels is empty: none of the labels may be right of them, or nobody has labelled them. */
function unlabelled(): Observer<readonly Finding[]> {
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
