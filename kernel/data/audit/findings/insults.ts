/**
 * A probe for toxicity: texts with coarse or insulting words, and whether they pile up under one label. The list is English, and
 * rows in another language say other things by the same letters ("en retard" is late); of many rows some are looked at.
 */
import type { Finding } from "#dsl/language/types/audit-facts.js";
import { insultFinder } from "#platform/insults.js";
import { languageDetector } from "#platform/languages.js";
import { Evenly } from "../even-sample.js";
import { readIn, type LookedRow, type Observer, type SplitRows } from "../rows.js";
import { add, percent } from "./counts.js";
import { Examples } from "./examples.js";

/** Rows that are looked at, over all splits; characters of each. */
const ROWS = 3000;
const CHARACTERS = 2000;
/** Rows whose language says what those are in that are too short to tell. */
const TOLD = 500;
/** One or two stand anywhere. */
const FEWEST = 3;
/** A label has them more often: by so much, and beyond chance, in so many rows at least. */
const LEANS = { times: 2, rows: 10 } as const;

interface Coarse {
  readonly row: LookedRow;
  readonly split: string;
  readonly text: string;
  readonly at: number;
}

export async function insults(rows: SplitRows): Promise<Observer<readonly Finding[]>> {
  const [insultIn, languageOf] = [await insultFinder(), await languageDetector()];
  if (!insultIn) return { look: () => undefined, found: () => [] };
  const evenly = new Evenly(rows, ROWS);
  const labels = new Map<string, number>();
  const [english, untold]: [Coarse[], Coarse[]] = [[], []];
  const languages = { english: 0, others: 0 };
  let of = 0;
  return {
    look(row, split) {
      if (!evenly.isNext(split)) return;
      of++;
      const { label } = row.values;
      if (typeof label === "string") add(labels, label);
      const text = readIn(row.values).slice(0, CHARACTERS);
      const at = insultIn(text);
      if (at < 0 && of > TOLD) return;
      const language = languageOf?.(text);
      if (language !== undefined) languages[language === "en" ? "english" : "others"]++;
      if (at < 0) return;
      if (language === undefined) untold.push({ row, split, text, at });
      else if (language === "en") english.push({ row, split, text, at });
    },
    found() {
      const own = languages.others > languages.english ? english : [...english, ...untold];
      return told(own, labels, of);
    },
  };
}

function told(rows: readonly Coarse[], labels: ReadonlyMap<string, number>, of: number): readonly Finding[] {
  if (rows.length < FEWEST) return [];
  const found = new Examples();
  const coarse = new Map<string, number>();
  for (const { row, split, text, at } of rows) {
    found.add(row, split, text, at);
    const { label } = row.values;
    if (typeof label === "string") add(coarse, label);
  }
  return [
    {
      what: "insults",
      rows: found.rows,
      of,
      says: `with coarse or insulting words (of an English list)${leaning(labels, coarse, found.rows / of)}`,
      mend: "look at them: what a model reads it may write, and what it learns to tell apart may be the tone",
      examples: found.examples,
    },
  ];
}

/** The label that has far more of them than the others. */
function leaning(labels: ReadonlyMap<string, number>, coarse: ReadonlyMap<string, number>, share: number): string {
  const [first] = [...coarse]
    .map(([label, rows]) => ({ label, rows, share: rows / (labels.get(label) ?? rows) }))
    .filter((one) => one.rows >= LEANS.rows && one.share >= LEANS.times * share)
    .sort((a, b) => b.share - a.share);
  return first ? `, most often under “${first.label}” (${percent(first.share)} of its rows)` : "";
}
