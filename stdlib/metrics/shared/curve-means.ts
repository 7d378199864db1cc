/**
 * Reduces curves to few points for a chart, and averages several curves, so that the drawn area equals the reported
 * area.
 */
import type { PlotCurve } from "./curves.js";

/** Maximum number of points before Visvalingam's algorithm. */
const MANY = 2000;

/**
 * Averages polylines from 0 to 1, each linear between its points with possible vertical steps. Sorting and summing all
 * slope changes once gives the mean at every point of any line.
 */
export function meanPolyline(curves: readonly PlotCurve[]): PlotCurve {
  const changes: { readonly x: number; readonly slope: number; readonly jump: number }[] = [];
  let start = 0;
  for (const { x, y } of curves) {
    start += y[0]!;
    for (let i = 1; i < x.length; i++) {
      const [wide, high] = [x[i]! - x[i - 1]!, y[i]! - y[i - 1]!];
      if (wide === 0) changes.push({ x: x[i]!, slope: 0, jump: high });
      else changes.push({ x: x[i - 1]!, slope: high / wide, jump: 0 }, { x: x[i]!, slope: -high / wide, jump: 0 });
    }
  }
  changes.sort((a, b) => a.x - b.x);
  const [xs, ys] = [[0], [start]];
  let [position, value, slope] = [0, start, 0];
  for (let i = 0; i < changes.length;) {
    const { x } = changes[i]!;
    value += slope * (x - position);
    position = x;
    xs.push(x);
    ys.push(value);
    const before = value;
    for (; i < changes.length && changes[i]!.x === x; i++) {
      slope += changes[i]!.slope;
      value += changes[i]!.jump;
    }
    if (value !== before) {
      xs.push(x);
      ys.push(value);
    }
  }
  return { x: Float64Array.from(xs), y: Float64Array.from(ys, (y) => y / curves.length) };
}

/**
 * Simplifies a line to at most `most` points by removing the point with the smallest triangle first (Visvalingam and
 * Whyatt 1993), so that the area below changes least. Long lines are first sampled at equal distances along the line.
 */
export function simplifyPolyline(curve: PlotCurve, most: number): PlotCurve {
  const candidates = alongTheWay(curve, MANY);
  const { x, y } = curve;
  const triangle = (i: number): number => {
    const [a, b, c] = [candidates[i - 1]!, candidates[i]!, candidates[i + 1]!];
    return Math.abs((x[b]! - x[a]!) * (y[c]! - y[a]!) - (x[c]! - x[a]!) * (y[b]! - y[a]!));
  };
  const areas = candidates.map((_, i) =>
    i === 0 || i === candidates.length - 1 ? Number.POSITIVE_INFINITY : triangle(i),
  );
  while (candidates.length > 2) {
    let least = 1;
    for (let i = 2; i < candidates.length - 1; i++) if (areas[i]! < areas[least]!) least = i;
    // Points on a straight line are removed even below the maximum.
    if (candidates.length <= most && areas[least]! > 1e-12) break;
    candidates.splice(least, 1);
    areas.splice(least, 1);
    if (least > 1) areas[least - 1] = triangle(least - 1);
    if (least < candidates.length - 1) areas[least] = triangle(least);
  }
  return { x: Float64Array.from(candidates, (i) => x[i]!), y: Float64Array.from(candidates, (i) => y[i]!) };
}

/** Returns indices of points at equal distances along a rising line, including the first and the last. */
function alongTheWay({ x, y }: PlotCurve, most: number): number[] {
  const last = x.length - 1;
  if (x.length <= most) return Array.from(x, (_, i) => i);
  const way = (i: number): number => x[i]! - x[0]! + y[i]! - y[0]!;
  const step = way(last) / (most - 1);
  const indexes = [0];
  for (let i = 1; i < last; i++) if (way(i + 1) > indexes.length * step) indexes.push(i);
  return [...indexes, last];
}

/**
 * Averages step curves over `bins` equal intervals of 0 to 1: each interval gets the mean height, so the area is the
 * same. A step is as high as the point at its right end.
 */
export function meanStepCurve(curves: readonly PlotCurve[], bins: number): PlotCurve {
  const sums = new Float64Array(bins);
  for (const { x, y } of curves) {
    let from = 0;
    x.forEach((to, i) => {
      for (let bin = Math.floor(from * bins); to > from; bin++) {
        const end = bin + 1 >= bins ? to : Math.min(to, (bin + 1) / bins);
        sums[Math.min(bin, bins - 1)]! += Math.max(0, end - from) * y[i]!;
        from = end;
      }
    });
  }
  return {
    x: Float64Array.from(sums, (_, i) => (i + 1) / bins),
    y: sums.map((sum) => (sum * bins) / curves.length),
  };
}

/** Simplifies a step curve to at most `most` steps: only where it rises, or else equal intervals. */
export function simplifyStepCurve(curve: PlotCurve, most: number): PlotCurve {
  const rising = Array.from(curve.x, (_, i) => i).filter((i) => curve.x[i]! > (curve.x[i - 1] ?? 0));
  if (rising.length > most) return meanStepCurve([curve], most);
  return { x: Float64Array.from(rising, (i) => curve.x[i]!), y: Float64Array.from(rising, (i) => curve.y[i]!) };
}
