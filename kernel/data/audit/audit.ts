/**
 * Audits a data set's rows after cleaning and splitting: near-duplicates across splits, texts with several labels,
 * labels that occur in their texts, groups, scores and languages. Exact duplicates are found by `pass/leaks.ts`.
 */
import type { DataAudit } from "#dsl/language/types/audit-facts.js";
import { LabelConflictObserver } from "./conflicts.js";
import { languageObserver } from "./languages.js";
import { nearDuplicatesAcrossSplits } from "./near-duplicate-splits.js";
import type { AuditOptions } from "./near-duplicates.js";
import { findingObservers, sortFindings } from "./findings/findings.js";
import { forEachRow, type AuditedSplits } from "./rows.js";
import type { LabelLeaks } from "#dsl/language/types/audit-facts.js";
import { rowNameOf } from "../row/row-names.js";
import { comparedLetters } from "#stdlib/text/near-duplicates/shingles.js";
import { modelInputText, rowExcerpt, type RowObserver } from "./rows.js";
import { groupLeakObserver, scoreObserver } from "./values.js";

export async function auditRows(
  rows: AuditedSplits,
  labels: readonly string[],
  options: AuditOptions = {},
): Promise<DataAudit> {
  const { signal } = options;
  const conflicts = new LabelConflictObserver(rows, signal);
  const observers = {
    told: observeLabels(labels),
    groups: groupLeakObserver(rows.names),
    scores: scoreObserver(rows.names),
    languages: await languageObserver(rows),
    findings: await findingObservers(rows, signal),
  };
  const all = [conflicts, ...Object.values(observers)];
  await forEachRow(
    rows,
    (row, split) => {
      for (const one of all) one.look(row, split);
    },
    signal,
  );
  return {
    near: await nearDuplicatesAcrossSplits(rows, options),
    conflicts: await conflicts.found(),
    told: observers.told.found(),
    groups: observers.groups.found(),
    scores: observers.scores.found(),
    languages: observers.languages.found(),
    findings: sortFindings([...(await observers.findings.found()), ...(await conflicts.repeated())]),
  };
}

/** Minimum characters of a label: shorter words occur in texts by chance. */
const FEWEST_CHARACTERS = 4;

function observeLabels(labels: readonly string[]): RowObserver<LabelLeaks | null> {
  const words = labels.map((label) => [label, comparedLetters(label)] as const);
  const named = words.filter(([, word]) => word.length >= FEWEST_CHARACTERS && /\p{L}/u.test(word));
  if (named.length < 2) return { look: () => undefined, found: () => null };
  const forms = new Map(named.map(([label, word]) => [label, ` ${word} `]));
  const everyForm = [...forms.values()];
  let [found, labelled, total] = [0, 0, 0];
  let example: LabelLeaks["example"] = null;
  return {
    look(row) {
      const { label } = row.values;
      if (typeof label !== "string") return;
      total++;
      const text = ` ${comparedLetters(modelInputText(row.values))} `;
      const mine = forms.get(label);
      const tells = mine !== undefined && text.includes(mine);
      if (tells) {
        labelled++;
        example ??= { row: rowNameOf(row), label, text: rowExcerpt(row) };
      }
      if (tells || everyForm.some((form) => text.includes(form))) found++;
    },
    found: () => (total === 0 ? null : { rows: found, own: labelled, of: total, example }),
  };
}
