/**
 * Audits a data set's rows after cleaning and splitting: near-duplicates across splits, texts with several labels,
 * labels that occur in their texts, groups, scores and languages. Exact duplicates are found by `pass/leaks.ts`.
 */
import type { DataAudit, LabelLeaks, LanguageFacts, SplitLanguages } from "#dsl/language/types/audit-facts.js";
import { LabelConflictObserver } from "./conflicts.js";
import { nearDuplicatesAcrossSplits } from "./near-duplicate-splits.js";
import type { AuditOptions } from "./near-duplicates.js";
import { allFindingsObserver, sortFindings } from "./findings/findings.js";
import { forEachRow, type AuditedSplits, modelInputText, rowExcerpt, type RowObserver } from "./rows.js";
import { rowNameOf } from "../row/row.js";
import { lettersForComparison } from "#stdlib/text/near-duplicates/shingles.js";
import { groupLeakObserver, scoreObserver } from "./values.js";
import { loadLanguageDetector } from "#platform/languages.js";
import { languageName } from "#stdlib/text/languages/names.js";
import { EvenSample } from "./even-sample.js";

// Detects the languages of a data set's texts. A few thousand rows suffice, so larger data sets are sampled evenly per
// split.

/** Maximum rows to inspect in all splits together; minimum rows of a small split. */
const ROWS = 2000;
const LEAST = 200;

interface Counted {
  readonly total: number;
  rows: number;
  untold: number;
  readonly languages: Map<string, number>;
}

/** Loads the language detector on demand, because it is large. */
export async function languageObserver(rows: AuditedSplits): Promise<RowObserver<LanguageFacts | null>> {
  const languageOf = await loadLanguageDetector();
  if (!languageOf) return { look: () => undefined, found: () => null };
  const evenly = new EvenSample(rows, ROWS, LEAST);
  const splits = new Map(rows.names.map((split) => [split, counted(rows.rows(split))]));
  return {
    look({ values }, split) {
      const own = splits.get(split);
      if (!own || !evenly.isNext(split)) return;
      const text = modelInputText(values);
      if (text === "") return;
      own.rows++;
      const language = languageOf(text);
      if (language === undefined) own.untold++;
      else own.languages.set(language, (own.languages.get(language) ?? 0) + 1);
    },
    found() {
      const found = [...splits].map(([split, own]) => splitLanguages(split, own)).filter((one) => one.rows > 0);
      return found.length === 0 ? null : { splits: found };
    },
  };
}

function counted(total: number): Counted {
  return { total, rows: 0, untold: 0, languages: new Map() };
}

function splitLanguages(split: string, { total, rows, untold, languages }: Counted): SplitLanguages {
  const found = [...languages].map(([code, count]) => ({ code, name: languageName(code), count }));
  found.sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  return { split, of: total, rows, untold, languages: found };
}

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
    findings: await allFindingsObserver(rows, signal),
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
  const words = labels.map((label) => [label, lettersForComparison(label)] as const);
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
      const text = ` ${lettersForComparison(modelInputText(row.values))} `;
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
