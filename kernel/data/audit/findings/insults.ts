/**
 * Probes for toxicity: finds texts with coarse or insulting words, and whether they are concentrated under one label.
 * The list is English; equal spellings mean other things in other languages ("en retard" is late). Large data sets are
 * sampled.
 */
import type { AuditFinding } from "#dsl/language/types/audit-facts.js";
import { loadInsultFinder } from "#platform/insults.js";
import { loadLanguageDetector } from "#platform/languages.js";
import { EvenSample } from "../even-sample.js";
import { modelInputText, type AuditedRow, type RowObserver, type AuditedSplits } from "../rows.js";
import { addCount, wholePercent } from "./counts.js";
import { ExampleCollector } from "./examples.js";

/** Maximum rows to inspect, over all splits; maximum characters of each. */
const ROWS = 3000;
const CHARACTERS = 2000;
/**
 * The language of all of the first 500 rows is detected. Their majority decides for texts too short for a detection.
 */
const TOLD = 500;
/** Minimum rows of a finding: one or two occur in any data. */
const FEWEST = 3;
/** Minimum ratio of a label's rate to the overall rate, and minimum rows, for a label to be named. */
const LEANS = { times: 2, rows: 10 } as const;

interface Coarse {
  readonly row: AuditedRow;
  readonly split: string;
  readonly text: string;
  readonly position: number;
}

export async function insultFindingsObserver(rows: AuditedSplits): Promise<RowObserver<readonly AuditFinding[]>> {
  const [insultIn, languageOf] = [await loadInsultFinder(), await loadLanguageDetector()];
  if (!insultIn) return { look: () => undefined, found: () => [] };
  const evenly = new EvenSample(rows, ROWS);
  const labels = new Map<string, number>();
  const [english, untold]: [Coarse[], Coarse[]] = [[], []];
  const languages = { english: 0, others: 0 };
  let total = 0;
  return {
    look(row, split) {
      if (!evenly.isNext(split)) return;
      total++;
      const { label } = row.values;
      if (typeof label === "string") addCount(labels, label);
      const text = modelInputText(row.values).slice(0, CHARACTERS);
      const position = insultIn(text);
      if (position < 0 && total > TOLD) return;
      const language = languageOf?.(text);
      if (language !== undefined) languages[language === "en" ? "english" : "others"]++;
      if (position < 0) return;
      if (language === undefined) untold.push({ row, split, text, position });
      else if (language === "en") english.push({ row, split, text, position });
    },
    found() {
      const included = languages.others > languages.english ? english : [...english, ...untold];
      return insultFindingsOf(included, labels, total);
    },
  };
}

function insultFindingsOf(
  rows: readonly Coarse[],
  labels: ReadonlyMap<string, number>,
  total: number,
): readonly AuditFinding[] {
  if (rows.length < FEWEST) return [];
  const found = new ExampleCollector();
  const coarse = new Map<string, number>();
  for (const { row, split, text, position } of rows) {
    found.add(row, split, text, position);
    const { label } = row.values;
    if (typeof label === "string") addCount(coarse, label);
  }
  return [
    {
      what: "insults",
      rows: found.rows,
      of: total,
      says: `with coarse or insulting words (of an English list)${leaning(labels, coarse, found.rows / total)}`,
      mend: "look at them: a model can repeat what it reads, and may learn the tone instead of the label",
      examples: found.examples,
    },
  ];
}

/** Names the label with a far higher rate of such rows than the others. */
function leaning(labels: ReadonlyMap<string, number>, coarse: ReadonlyMap<string, number>, share: number): string {
  const [first] = [...coarse]
    .map(([label, rows]) => ({ label, rows, share: rows / (labels.get(label) ?? rows) }))
    .filter((one) => one.rows >= LEANS.rows && one.share >= LEANS.times * share)
    .sort((a, b) => b.share - a.share);
  return first ? `, most often under “${first.label}” (${wholePercent(first.share)} of its rows)` : "";
}
