/**
 * Upper bounds of a trial's final score, from curves through its reports. The bound includes the errors of such curves
 * for finished trials at the same share of their steps, so it is valid for any curve. Because it is tested after every
 * report, the error probability is divided among all reports.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { TrialReport, StudyTrial } from "../../searches/kind.js";
import { studentQuantile } from "../../statistics/student.js";

/** Position as a share of all steps. */
interface Point {
  readonly position: number;
  readonly score: number;
}
type Curve = (points: readonly Point[]) => number;

const last: Curve = (points) => lastOf(points).score;
/** Fits a − b·share^−c through all reports, with b ≥ 0, and returns its value at the end. */
const law: Curve = (points) => {
  if (points.length < 3) return last(points);
  const fits = [0.25, 0.5, 1, 2].map((c) =>
    line(points.map(({ position, score }) => ({ x: position ** -c, y: score }))),
  );
  const best = fits.reduce((one, other) => (other.misfit < one.misfit ? other : one));
  return best.a - best.b;
};
const curves: readonly Curve[] = [last, law];

/** Returns an upper bound of the trial's final score at that confidence; null if too few trials are finished. */
export function scoreUpperBound(
  trial: StudyTrial,
  steps: number,
  finished: readonly StudyTrial[],
  limits: { readonly confidence: number; readonly least: number },
): { readonly most: number; readonly finishedCount: number } | null {
  const ownPoints = pointsOf(trial.reports, steps);
  const share = (trial.reports.at(-1)?.step ?? 0) / steps;
  if (ownPoints.length === 0 || share >= 1) return null;
  const gains = finished.flatMap(({ reports, scores }) => {
    const end = scores?.[0] ?? Number.NaN;
    const all = pointsOf(reports, reports.at(-1)?.step ?? 1);
    const before = all.filter(({ position }) => position <= share * (1 + 1e-9));
    return Number.isFinite(end) && before.length > 0 ? [{ end, before }] : [];
  });
  if (gains.length < limits.least) return null;
  const looks = Math.max(1, Math.round(trial.reports.length / share));
  const confidence = 1 - (1 - limits.confidence) / looks;
  const most = curves.map((curve) => {
    const off = gains.map(({ end, before }) => end - curve(before));
    return curve(ownPoints) + boundOf(off, confidence);
  });
  // A trial that retains its best weights ends no lower than its best score so far.
  return { most: Math.max(...most, ...ownPoints.map(({ score }) => score)), finishedCount: gains.length };
}

const pointsOf = (reports: readonly TrialReport[], steps: number): readonly Point[] =>
  reports
    .filter(({ step, score }) => step > 0 && Number.isFinite(score))
    .map(({ step, score }) => ({ position: step / steps, score }));

/**
 * Returns a bound that a further number of this kind exceeds with probability 1 − confidence: an order statistic if
 * there are enough (split conformal), else by Student's t, and never below the greatest.
 */
function boundOf(off: readonly number[], confidence: number): number {
  const count = off.length;
  const sorted = off.toSorted((a, b) => a - b);
  const place = Math.ceil((count + 1) * confidence);
  if (place <= count) return sorted[place - 1]!;
  const mean = off.reduce((sum, one) => sum + one, 0) / count;
  const spread = Math.sqrt(off.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1));
  const wide = studentQuantile(confidence, count - 1) * spread * Math.sqrt(1 + 1 / count);
  return Math.max(mean + wide, lastOf(sorted));
}

/** Fits a − b·x by least squares, with b ≥ 0. */
function line(points: readonly { readonly x: number; readonly y: number }[]): {
  readonly a: number;
  readonly b: number;
  readonly misfit: number;
} {
  const mean = (valueOf: (p: { readonly x: number; readonly y: number }) => number): number =>
    points.reduce((sum, p) => sum + valueOf(p), 0) / points.length;
  const [mx, my] = [mean(({ x }) => x), mean(({ y }) => y)];
  const sxx = mean(({ x }) => (x - mx) ** 2);
  const b = sxx === 0 ? 0 : Math.max(0, -mean(({ x, y }) => (x - mx) * (y - my)) / sxx);
  const a = my + b * mx;
  return { a, b, misfit: mean(({ x, y }) => (y - a + b * x) ** 2) };
}
