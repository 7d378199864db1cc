/**
 * Where a trial's scores come to at most, by curves through its reports, and how far off such curves were of finished trials at
 * the same share of their steps: the bound is as wide as these were wrong, whatever the curve. It is asked after every report,
 * so what may go wrong is spread over all of them.
 */
import { lastOf } from "#dsl/language/diagnostics/must.js";
import type { TrialReport, StudyTrial } from "../../searches/kind.js";
import { studentQuantile } from "../../statistics/student.js";

/** Steps as shares of all. */
interface Point {
  readonly position: number;
  readonly score: number;
}
type Curve = (points: readonly Point[]) => number;

const last: Curve = (points) => lastOf(points).score;
/** a − b·share^−c through all reports, b ≥ 0, at its end. */
const law: Curve = (points) => {
  if (points.length < 3) return last(points);
  const fits = [0.25, 0.5, 1, 2].map((c) =>
    line(points.map(({ position, score }) => ({ x: position ** -c, y: score }))),
  );
  const best = fits.reduce((one, other) => (other.misfit < one.misfit ? other : one));
  return best.a - best.b;
};
const curves: readonly Curve[] = [last, law];

/** What the trial comes to at most, with that confidence; null: too few finished trials tell. */
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
  // A trial that keeps its best weights ends no lower than it was.
  return { most: Math.max(...most, ...ownPoints.map(({ score }) => score)), finishedCount: gains.length };
}

const pointsOf = (reports: readonly TrialReport[], steps: number): readonly Point[] =>
  reports
    .filter(({ step, score }) => step > 0 && Number.isFinite(score))
    .map(({ step, score }) => ({ position: step / steps, score }));

/**
 * What one more of these numbers exceeds as seldom as the confidence says: one of them where they are many enough (split
 * conformal), else by Student's t, and never less than the greatest.
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

/** a − b·x by least squares, b ≥ 0. */
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
