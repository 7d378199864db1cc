/** How models rank what is true before what isn't: a line for each model, or of one model the mean over its labels and those that it tells apart worst. */
import type { Outcome } from "#stdlib/tasks/kind.js";
import { fewerPoints, fewerStairs, meanLine, meanStairs } from "#stdlib/metrics/shared/curve-means.js";
import { rankCurves, type RankCurves } from "#stdlib/metrics/shared/curves.js";
import type { RankingLine, RankingsPicture } from "../../display/scores/pictures.js";

/** A model, and what it said of all rows. */
export interface Pictured {
  readonly name: string;
  readonly outcome: Outcome;
}

/** Points of a line. */
const MOST = 200;
/** Of a mean: as many parts of recall. */
const PARTS = 100;
const WORST = 3;
/** Decisions that are put in order at most: of more labels the most frequent serve. */
const DECISIONS = 2_000_000;

interface Decided {
  readonly label: string;
  readonly count: number;
  readonly have: number;
  trueAt(row: number): boolean;
  said(row: number): number;
}
interface Ranked {
  readonly label: string;
  readonly curves: RankCurves;
}

/** Null: nothing is ranked, or there is nothing to tell apart. */
export function rankingsOf(models: readonly Pictured[]): RankingsPicture | null {
  const found = models.flatMap(({ name, outcome }) => {
    const { some, of } = decisionsIn(outcome);
    const ranked = some.flatMap((one): Ranked[] => {
      const curves = rankCurves(
        one.count,
        (row) => one.trueAt(row),
        (row) => one.said(row),
      );
      return curves ? [{ label: one.label, curves }] : [];
    });
    return ranked.length > 0 ? [{ name, ranked, of }] : [];
  });
  const [first, ...others] = found;
  if (!first) return null;
  const { ranked, of } = first;
  const about = { labels: ranked.length, of };
  if (others.length > 0) {
    const [only, ...more] = ranked;
    const each = only && more.length === 0 ? only.label : null;
    return { ...about, each, lines: found.map((one) => ({ ...meanOf(one.ranked), name: one.name })) };
  }
  if (ranked.length === 1) return { ...about, lines: [{ ...alone(ranked[0]!), name: `“${ranked[0]!.label}”` }] };
  const worst = [...ranked].sort((a, b) => a.curves.area - b.curves.area).slice(0, WORST);
  return {
    ...about,
    lines: [
      { ...meanOf(ranked), name: `mean of ${String(ranked.length)} labels` },
      ...worst.map((one) => ({ ...alone(one), name: `“${one.label}”` })),
    ],
  };
}

type Line = Omit<RankingLine, "name">;
function alone({ curves: { roc, area, precision, averagePrecision } }: Ranked): Line {
  return { roc: fewerPoints(roc, MOST), area, precision: fewerStairs(precision, MOST), averagePrecision };
}
function meanOf(ranked: readonly Ranked[]): Line {
  const [first] = ranked;
  if (first && ranked.length === 1) return alone(first);
  const mean = (of: (curves: RankCurves) => number): number =>
    ranked.reduce((sum, { curves }) => sum + of(curves), 0) / ranked.length;
  const line = meanLine(ranked.map(({ curves }) => fewerPoints(curves.roc, MOST)));
  return {
    roc: fewerPoints(line, MOST),
    area: mean(({ area }) => area),
    precision: meanStairs(
      ranked.map(({ curves }) => curves.precision),
      PARTS,
    ),
    averagePrecision: mean(({ averagePrecision }) => averagePrecision),
  };
}

/** `of`: labels there are in all. Of two labels the second alone, as `roc_auc` has it. */
function decisionsIn(outcome: Outcome): { readonly some: readonly Decided[]; readonly of: number } {
  if (outcome.of === "number" || outcome.of === "ranking") return { some: [], of: 0 };
  if (outcome.of === "pair") {
    const { labels, same, similarity } = outcome.input;
    const one = { label: labels[1] ?? "", count: same.length, have: 0 };
    return { some: [{ ...one, trueAt: (row) => same[row] === 1, said: (row) => similarity[row]! }], of: 1 };
  }
  const { labels, truth, probabilities } = outcome.input;
  const n = labels.length;
  const sets = outcome.of === "label_set";
  const count = sets ? truth.length / n : truth.length;
  const all = labels.map((label, l): Decided => {
    const trueAt = sets
      ? (row: number): boolean => truth[row * n + l] === 1
      : (row: number): boolean => truth[row] === l;
    let have = 0;
    for (let row = 0; row < count; row++) if (trueAt(row)) have++;
    return { label, count, have, trueAt, said: (row) => probabilities[row * n + l]! };
  });
  const wanted = !sets && n === 2 ? all.slice(1) : all;
  const most = Math.max(10, Math.floor(DECISIONS / Math.max(1, count)));
  return { some: wanted.toSorted((a, b) => b.have - a.have).slice(0, most), of: wanted.length };
}
