/**
 * What a data set's rows say of each other, once they are cleaned and split: nearly equal texts in several splits, one text
 * with several labels, labels that stand in their texts, groups, scores and languages. Exact duplicates are `pass/leaks.ts`'s.
 */
import type { DataAudit } from "#dsl/language/types/audit-facts.js";
import { Contradictions } from "./conflicts.js";
import { languages } from "./languages.js";
import { nearIn } from "./near-duplicate-splits.js";
import type { Looking } from "./near-duplicates.js";
import { findings, inPlaces } from "./findings/findings.js";
import { eachRow, type SplitRows } from "./rows.js";
import type { LabelsTold } from "#dsl/language/types/audit-facts.js";
import { rowName } from "../row/row-names.js";
import { lettersOf } from "#stdlib/text/near-duplicates/shingles.js";
import { readIn, shown, type Observer } from "./rows.js";
import { groups, scores } from "./values.js";

export async function audited(rows: SplitRows, labels: readonly string[], o: Looking = {}): Promise<DataAudit> {
  const { signal } = o;
  const conflicts = new Contradictions(rows, signal);
  const observers = {
    told: told(labels),
    groups: groups(rows.names),
    scores: scores(rows.names),
    languages: await languages(rows),
    findings: await findings(rows, signal),
  };
  const all = [conflicts, ...Object.values(observers)];
  await eachRow(
    rows,
    (row, split) => {
      for (const one of all) one.look(row, split);
    },
    signal,
  );
  return {
    near: await nearIn(rows, o),
    conflicts: await conflicts.found(),
    told: observers.told.found(),
    groups: observers.groups.found(),
    scores: observers.scores.found(),
    languages: observers.languages.found(),
    findings: inPlaces([...(await observers.findings.found()), ...(await conflicts.repeated())]),
  };
}

/** Words shorter than this stand in texts by chance. */
const FEWEST_CHARACTERS = 4;

function told(labels: readonly string[]): Observer<LabelsTold | null> {
  const words = labels.map((label) => [label, lettersOf(label)] as const);
  const named = words.filter(([, word]) => word.length >= FEWEST_CHARACTERS && /\p{L}/u.test(word));
  if (named.length < 2) return { look: () => undefined, found: () => null };
  const forms = new Map(named.map(([label, word]) => [label, ` ${word} `]));
  const everyForm = [...forms.values()];
  let [found, own, of] = [0, 0, 0];
  let example: LabelsTold["example"] = null;
  return {
    look(row) {
      const { label } = row.values;
      if (typeof label !== "string") return;
      of++;
      const text = ` ${lettersOf(readIn(row.values))} `;
      const mine = forms.get(label);
      const tells = mine !== undefined && text.includes(mine);
      if (tells) {
        own++;
        example ??= { row: rowName(row), label, text: shown(row) };
      }
      if (tells || everyForm.some((form) => text.includes(form))) found++;
    },
    found: () => (of === 0 ? null : { rows: found, own, of, example }),
  };
}
