/** Findings in the rows that a person should look at, each with its rows and a fix. */
import { FINDING_KINDS, type AuditFinding } from "#dsl/language/types/audit-facts.js";
import type { RowObserver, AuditedSplits } from "../rows.js";
import { insultFindingsObserver } from "./insults.js";
import { lengthFindingsObserver } from "./lengths.js";
import { demographicGroupFindingsObserver } from "./people.js";
import { labelRuleFindingsObserver } from "./rules.js";
import { modelInputText } from "../rows.js";
import { ExampleCollector } from "./examples.js";
import { mangledTextFindingsObserver } from "./mangled-texts.js";

export async function allFindingsObserver(
  rows: AuditedSplits,
  signal?: AbortSignal,
): Promise<RowObserver<Promise<readonly AuditFinding[]>>> {
  const all = [
    mangledTextFindingsObserver(),
    unlabelled(),
    lengthFindingsObserver(rows),
    labelRuleFindingsObserver(rows, signal),
    await insultFindingsObserver(rows),
    demographicGroupFindingsObserver(rows, signal),
  ];
  return {
    look(row, split) {
      for (const one of all) one.look(row, split);
    },
    async found() {
      return (await Promise.all(all.map((one) => one.found()))).flat();
    },
  };
}

export function sortFindings(found: readonly AuditFinding[]): readonly AuditFinding[] {
  return found.toSorted((a, b) => FINDING_KINDS.indexOf(a.what) - FINDING_KINDS.indexOf(b.what));
}

/** Rows with an empty set of labels: either none of the labels applies, or nobody has labelled them. */
function unlabelled(): RowObserver<readonly AuditFinding[]> {
  const found = new ExampleCollector();
  let total = 0;
  return {
    look(row, split) {
      const { labels } = row.values;
      if (!Array.isArray(labels)) return;
      total++;
      if (labels.length === 0) found.add(row, split, modelInputText(row.values));
    },
    found: () =>
      found.rows === 0
        ? []
        : [
            {
              what: "unlabelled",
              rows: found.rows,
              of: total,
              says: "have no label, which is trained as “none of them”",
              mend: "if they are unlabelled, `drop_empty(labels: true)` in `clean` drops them",
              examples: found.examples,
            },
          ],
  };
}
