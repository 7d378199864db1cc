/**
 * Detects the languages of a data set's texts. A few thousand rows suffice, so larger data sets are sampled evenly per
 * split.
 */
import type { LanguageFacts, SplitLanguages } from "#dsl/language/types/audit-facts.js";
import { loadLanguageDetector } from "#platform/languages.js";
import { languageName } from "#stdlib/text/languages/names.js";
import { EvenSample } from "./even-sample.js";
import { modelInputText, type RowObserver, type AuditedSplits } from "./rows.js";

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
