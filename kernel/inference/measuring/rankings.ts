/**
 * Ranking curves: one line per model, or for a single model the mean over its labels and the labels with the worst
 * ranking.
 */
import type { MetricInputByAnswerKind } from "#stdlib/tasks/kind.js";
import {
  simplifyPolyline,
  simplifyStepCurve,
  meanPolyline,
  meanStepCurve,
} from "#stdlib/metrics/shared/curve-means.js";
import { rocAndPrecisionCurves, type RocAndPrecisionCurves } from "#stdlib/metrics/shared/curves.js";
import type { RankingCurves, RankingsPicture } from "../../display/scores/pictures.js";

/** A model and its predictions for all rows. */
export interface RankedModel {
  readonly name: string;
  readonly outcome: MetricInputByAnswerKind;
}

/** Maximum points of a line. */
const MOST = 200;
/** Recall steps of a mean curve. */
const PARTS = 100;
const WORST = 3;
/** Maximum number of decisions sorted; with more labels, only the most frequent ones are used. */
const DECISIONS = 2_000_000;

interface Decided {
  readonly label: string;
  readonly count: number;
  readonly have: number;
  trueAt(row: number): boolean;
  scoreOf(row: number): number;
}
interface Ranked {
  readonly label: string;
  readonly curves: RocAndPrecisionCurves;
}

/** Returns null if nothing is ranked, or if all rows are alike. */
export function rankCurvesPicture(models: readonly RankedModel[]): RankingsPicture | null {
  const found = models.flatMap(({ name, outcome }) => {
    const { some, total } = decisionsIn(outcome);
    const ranked = some.flatMap((one): Ranked[] => {
      const curves = rocAndPrecisionCurves(
        one.count,
        (row) => one.trueAt(row),
        (row) => one.scoreOf(row),
      );
      return curves ? [{ label: one.label, curves }] : [];
    });
    return ranked.length > 0 ? [{ name, ranked, of: total }] : [];
  });
  const [first, ...others] = found;
  if (!first) return null;
  const { ranked, of: total } = first;
  const about = { labels: ranked.length, total: total };
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

type Line = Omit<RankingCurves, "name">;
function alone({ curves: { roc, area, precision, averagePrecision } }: Ranked): Line {
  return { roc: simplifyPolyline(roc, MOST), area, precision: simplifyStepCurve(precision, MOST), averagePrecision };
}
function meanOf(ranked: readonly Ranked[]): Line {
  const [first] = ranked;
  if (first && ranked.length === 1) return alone(first);
  const mean = (curveValue: (curves: RocAndPrecisionCurves) => number): number =>
    ranked.reduce((sum, { curves }) => sum + curveValue(curves), 0) / ranked.length;
  const line = meanPolyline(ranked.map(({ curves }) => simplifyPolyline(curves.roc, MOST)));
  return {
    roc: simplifyPolyline(line, MOST),
    area: mean(({ area }) => area),
    precision: meanStepCurve(
      ranked.map(({ curves }) => curves.precision),
      PARTS,
    ),
    averagePrecision: mean(({ averagePrecision }) => averagePrecision),
  };
}

/** `total`: number of all labels. Of two labels only the second is used, as in `roc_auc`. */
function decisionsIn(outcome: MetricInputByAnswerKind): { readonly some: readonly Decided[]; readonly total: number } {
  if (outcome.kind === "number" || outcome.kind === "ranking") return { some: [], total: 0 };
  if (outcome.kind === "pair") {
    const { labels, same, similarity } = outcome.input;
    const one = { label: labels[1] ?? "", count: same.length, have: 0 };
    return { some: [{ ...one, trueAt: (row) => same[row] === 1, scoreOf: (row) => similarity[row]! }], total: 1 };
  }
  const { labels, truth, probabilities } = outcome.input;
  const n = labels.length;
  const sets = outcome.kind === "label_set";
  const count = sets ? truth.length / n : truth.length;
  const all = labels.map((label, l): Decided => {
    const trueAt = sets
      ? (row: number): boolean => truth[row * n + l] === 1
      : (row: number): boolean => truth[row] === l;
    let have = 0;
    for (let row = 0; row < count; row++) if (trueAt(row)) have++;
    return { label, count, have, trueAt, scoreOf: (row) => probabilities[row * n + l]! };
  });
  const wanted = !sets && n === 2 ? all.slice(1) : all;
  const most = Math.max(10, Math.floor(DECISIONS / Math.max(1, count)));
  return { some: wanted.toSorted((a, b) => b.have - a.have).slice(0, most), total: wanted.length };
}
