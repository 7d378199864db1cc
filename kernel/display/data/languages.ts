/** Languages of a data set's texts in one line; none if there is only one language. */
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { SplitLanguages } from "#dsl/language/types/audit-facts.js";
import { formatPercent } from "../../host/value-text.js";

/** Minimum share of the texts for a language to be named. */
const NAMED = 0.01;
/** Minimum texts of a language: a few may be misdetected. */
const TEXTS = 3;

interface Share {
  readonly name: string;
  readonly texts: number;
  readonly share: number;
}

export function dataLanguagesText({ audit }: DataFacts): readonly string[] {
  const splits = audit?.languages?.splits ?? [];
  const rows = splits.reduce((sum, { of: splitRows }) => sum + splitRows, 0);
  const shares = sharesIn(splits, rows).filter(({ share, texts }) => share >= NAMED && texts >= TEXTS);
  if (shares.length < 2) return [];
  const untold = splits.reduce((sum, one) => sum + (one.untold / one.rows) * (one.of / rows), 0);
  const rest = 1 - untold - shares.reduce((sum, { share }) => sum + share, 0);
  return [
    [
      `languages: ${shares.map(({ name, share }) => `${name} ${formatPercent(share)}`).join(", ")}`,
      ...(rest >= 0.005 ? [`others ${formatPercent(rest)}`] : []),
      ...(untold >= 0.005 ? [`too short to detect ${formatPercent(untold)}`] : []),
    ].join(", "),
  ];
}

/**
 * Returns shares of all rows, the greatest first. A split is weighted by its size, not by its number of sampled rows.
 */
function sharesIn(splits: readonly SplitLanguages[], rows: number): readonly Share[] {
  const shares = new Map<string, Share>();
  for (const one of splits)
    for (const { name, count } of one.languages) {
      const before = shares.get(name) ?? { name, texts: 0, share: 0 };
      const share = before.share + (count / one.rows) * (one.of / rows);
      shares.set(name, { name, texts: before.texts + count, share });
    }
  return [...shares.values()].sort((a, b) => b.share - a.share);
}
