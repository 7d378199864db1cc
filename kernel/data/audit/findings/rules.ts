/**
 * Finds words that reveal a label: nearly all rows with such a word have the label, and many of the label's rows have
 * the word. A model learns only the word; its real quality shows on rows without the word.
 */
import type { AuditFinding } from "#dsl/language/types/audit-facts.js";
import { EvenSample } from "../even-sample.js";
import { forEachRow, modelInputText, type AuditedRow, type RowObserver, type AuditedSplits } from "../rows.js";
import { addCount, wholePercent, sumCounts } from "./counts.js";
import { ExampleCollector } from "./examples.js";

const ROWS = 5_000;
/**
 * Minimum share of the rows with the word that have the label (precision), and of the label's rows with the word
 * (coverage).
 */
const RULE = { precision: 0.97, coverage: 0.6 } as const;
const FEWEST_ROWS = 10;
/** Maximum words counted at a time; beyond it, words that occurred once are forgotten. */
const WORDS = 50_000;
/** Maximum rules to report. */
const TOLD = 3;
/** Maximum words of a rule that are named, and removed by its fix: a pattern of all words would be long. */
const WORDS_TOLD = 6;

interface Rule {
  /** Words that occur in equally many rows of the label, usually a phrase. The longest first. */
  readonly words: readonly [string, ...string[]];
  readonly label: string;
  readonly rows: number;
  readonly precision: number;
  readonly coverage: number;
}

export function labelRuleFindingsObserver(
  rows: AuditedSplits,
  signal?: AbortSignal,
): RowObserver<Promise<readonly AuditFinding[]>> {
  const evenly = new EvenSample(rows, ROWS);
  const labels = new Map<string, number>();
  let words = new Map<string, Map<string, number>>();
  let total = 0;
  return {
    look({ values }, split) {
      const { label } = values;
      if (typeof label !== "string" || !evenly.isNext(split)) return;
      total++;
      addCount(labels, label);
      for (const word of wordsOf(modelInputText(values))) {
        const wordLabels = words.get(word) ?? new Map<string, number>();
        words.set(word, wordLabels);
        addCount(wordLabels, label);
      }
      if (words.size > WORDS) words = new Map([...words].filter(([, counts]) => sumCounts(counts) > 1));
    },
    async found() {
      // A label with more than 80 % of the rows would make any word look like a rule.
      const common = [...labels].filter(([, count]) => count >= FEWEST_ROWS && count <= 0.8 * total);
      const strongWords = strongest(words, new Map(common)).slice(0, TOLD);
      if (strongWords.length === 0) return [];
      const examples = new Map(strongWords.map(({ words: [first] }) => [first, new ExampleCollector()]));
      await forEachRow(rows, (row, split) => lookFor(row, split, examples), signal);
      return strongWords.map(({ words, label, rows, precision, coverage }): AuditFinding => {
        const [first] = words;
        const shownWords = words.slice(0, WORDS_TOLD);
        const named = shownWords.map((word) => `“${word}”`);
        const pattern = shownWords.length > 1 ? `(?:${shownWords.join("|")})` : first;
        return {
          what: "rule",
          rows,
          of: total,
          says: `with ${named.length > 1 ? "the words" : "the word"} ${named.join(", ")}, which ${named.length > 1 ? "tell" : "tells"} “${label}” by ${named.length > 1 ? "themselves" : "itself"} (right of ${wholePercent(precision)} of them, and in ${wholePercent(coverage)} of the label's rows)`,
          mend: `\`replace(${JSON.stringify(`(?i)\\b${pattern}\\b`)}, "")\` in \`clean\` removes ${shownWords.length > 1 ? "them" : "it"}, if texts to predict will not contain ${shownWords.length > 1 ? "them" : "it"}`,
          examples: examples.get(first)?.examples ?? [],
        };
      });
    },
  };
}

function strongest(
  words: ReadonlyMap<string, ReadonlyMap<string, number>>,
  labels: ReadonlyMap<string, number>,
): readonly Rule[] {
  const found = new Map<string, Rule>();
  for (const [word, counts] of words) {
    const rows = sumCounts(counts);
    for (const [label, count] of counts) {
      const [precision, coverage] = [count / rows, count / (labels.get(label) ?? Infinity)];
      if (count < FEWEST_ROWS || precision < RULE.precision || coverage < RULE.coverage) continue;
      const key = JSON.stringify([label, rows, count]);
      const [first, ...others] = [word, ...(found.get(key)?.words ?? [])].sort(longestFirst);
      found.set(key, { words: [first ?? word, ...others], label, rows, precision, coverage });
    }
  }
  return [...found.values()].sort((a, b) => b.coverage * b.precision - a.coverage * a.precision || b.rows - a.rows);
}

const longestFirst = (a: string, b: string): number => b.length - a.length || (a < b ? -1 : 1);

function lookFor(row: AuditedRow, split: string, examples: ReadonlyMap<string, ExampleCollector>): void {
  const text = modelInputText(row.values);
  const textWords = wordsOf(text);
  for (const [word, found] of examples)
    if (textWords.has(word)) found.add(row, split, text, text.toLowerCase().indexOf(word));
}

/** Returns the distinct words in lower case. */
function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'’_-]*/gu) ?? []);
}
