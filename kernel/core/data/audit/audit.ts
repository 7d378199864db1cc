/**
 * What a data set's rows say of each other, once they are cleaned and split: nearly equal texts in several splits, one text
 * with several labels, labels that stand in their texts, groups, scores and languages. Exact duplicates are `pass/leaks.ts`'s.
 */
import type { DataAudit } from "#dsl/types/audit-facts.js";
import { Contradictions } from "./conflicts.js";
import { languages } from "./languages.js";
import { nearIn } from "./near.js";
import type { Looking } from "./near-duplicates.js";
import { findings, inPlaces } from "./findings/findings.js";
import { eachRow, type SplitRows } from "./rows.js";
import { told } from "./told.js";
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
