/**
 * ROC and precision-recall curves: the points of scikit-learn's `roc_curve` (none dropped) and
 * `precision_recall_curve`, likeliest first, with the areas that `roc_auc` and `average_precision` report. Ties form
 * one step.
 */
import { rankDecisions } from "./ranked-decisions.js";

/** A curve with non-decreasing x. */
export interface PlotCurve {
  readonly x: Float64Array;
  readonly y: Float64Array;
}
export interface RocAndPrecisionCurves {
  /** True-positive rate over false-positive rate: from (0, 0) to (1, 1). */
  readonly roc: PlotCurve;
  readonly area: number;
  /** Precision over recall, without scikit-learn's point at recall 0 (precision 1 by definition). */
  readonly precision: PlotCurve;
  readonly averagePrecision: number;
}

/** Returns the curves; null if all decisions are true, or none is. */
export function rocAndPrecisionCurves(
  count: number,
  trueAt: (index: number) => boolean,
  scoreAt: (index: number) => number,
): RocAndPrecisionCurves | null {
  const { truth, level } = rankDecisions(count, (index) => index, trueAt, scoreAt);
  const have = truth.reduce((sum, t) => sum + t, 0);
  const others = count - have;
  if (have === 0 || others === 0) return null;
  const points = level.reduce((n, same) => n + 1 - same, 0);
  const roc = { x: new Float64Array(points + 1), y: new Float64Array(points + 1) };
  const precision = { x: new Float64Array(points), y: new Float64Array(points) };
  let [hit, to, area, average] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    hit += truth[i]!;
    if (level[i] === 1) continue;
    const [missed, recall] = [(i + 1 - hit) / others, hit / have];
    area += ((missed - roc.x[to]!) * (recall + roc.y[to]!)) / 2;
    average += ((recall - roc.y[to]!) * hit) / (i + 1);
    [precision.x[to], precision.y[to]] = [recall, hit / (i + 1)];
    to++;
    [roc.x[to], roc.y[to]] = [missed, recall];
  }
  return { roc, area, precision, averagePrecision: average };
}
