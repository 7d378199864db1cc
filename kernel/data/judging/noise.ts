/**
 * Combines several judges and estimates which labels are wrong. A row's true label follows the product of the judges'
 * probabilities, each to a fitted power; a share of rows has a wrong label, drawn from the others. Powers and share
 * maximize the likelihood of the given labels (with weak priors, for few rows). So no label must be known to be right:
 * uncertain judges explain contradictions by themselves, and certain ones by wrong labels.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";

export interface LabelNoiseEstimate {
  /** [rows × labels]: probabilities of each row's true label, by judges that did not see the given one. */
  readonly chances: Float32Array;
  /** Per row: the probability that its label is wrong. */
  readonly wrong: Float32Array;
  readonly share: number;
  /** Share of rows whose most probable label is the given one. */
  readonly accuracy: number;
}

/** Priors: powers within a factor of e of an equal share each, and 0.3 – 13 % wrong labels. */
const [SHARE, WIDE] = [-3, 2];
const LEAST = 1e-6;

/** `judgeChances`: per judge [rows × labels]. */
export function combineLabelJudges(
  judgeChances: readonly Float32Array[],
  labels: Int32Array,
  count: number,
): LabelNoiseEstimate {
  const logs = judgeChances.map((chances) => chances.map((chance) => Math.log(Math.max(LEAST, chance))));
  const start = [...judgeChances.map(() => -Math.log(judgeChances.length)), SHARE];
  const found = lowest((point) => unlikeliness(point, start, logs, labels, count), start);
  const chances = new Float32Array(labels.length * count);
  const share = shareOf(found);
  const wrong = new Float32Array(labels.length);
  let right = 0;
  labels.forEach((given, row) => {
    const rowChances = chances.subarray(row * count, (row + 1) * count);
    rowChances.set(together(found, logs, row, count));
    if (rowChances[given] === rowChances.reduce((a, b) => Math.max(a, b), 0)) right++;
    const other = (share * (1 - rowChances[given]!)) / (count - 1);
    wrong[row] = other / (other + (1 - share) * rowChances[given]! + 1e-300);
  });
  return { chances, wrong, share, accuracy: right / labels.length };
}

const shareOf = (point: readonly number[]): number => 0.5 / (1 + Math.exp(-lastOf(point)));

/** Returns the combined probabilities of a row's labels. */
function together(point: readonly number[], logs: readonly Float32Array[], row: number, count: number): Float64Array {
  const chances = new Float64Array(count);
  logs.forEach((log, judge) => {
    const power = Math.exp(point[judge]!);
    for (let label = 0; label < count; label++) chances[label]! += power * log[row * count + label]!;
  });
  const most = chances.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let label = 0; label < count; label++) sum += chances[label] = Math.exp(chances[label]! - most);
  for (let label = 0; label < count; label++) chances[label]! /= sum;
  return chances;
}

interface Height {
  readonly value: number;
  readonly slope: readonly number[];
}

/** Returns −log likelihood of the labels per row. `point`: logarithms of the powers, and the logit of the share. */
function unlikeliness(
  point: readonly number[],
  prior: readonly number[],
  logs: readonly Float32Array[],
  labels: Int32Array,
  count: number,
): Height {
  const share = shareOf(point);
  const slope = new Array<number>(point.length).fill(0);
  let value = 0;
  for (let row = 0; row < labels.length; row++) {
    const [chances, given] = [together(point, logs, row, count), labels[row]!];
    const givenChance = chances[given]!;
    const likely = (1 - share) * givenChance + (share * (1 - givenChance)) / (count - 1) + 1e-300;
    value -= Math.log(likely);
    const byOwn = ((1 - share - share / (count - 1)) * givenChance) / likely;
    logs.forEach((log, judge) => {
      let mean = 0;
      for (let label = 0; label < count; label++) mean += chances[label]! * log[row * count + label]!;
      slope[judge]! -= byOwn * (log[row * count + given]! - mean);
    });
    slope[logs.length]! -= ((1 - givenChance) / (count - 1) - givenChance) / likely;
  }
  logs.forEach((_, judge) => (slope[judge]! *= Math.exp(point[judge]!)));
  slope[logs.length]! *= share * (1 - 2 * share);
  point.forEach((place, i) => {
    const wide = i === logs.length ? WIDE : 1;
    value += ((place - prior[i]!) / wide) ** 2 / 2;
    slope[i]! += (place - prior[i]!) / wide ** 2;
  });
  return { value: value / labels.length, slope: slope.map((one) => one / labels.length) };
}

/** Minimizes `height` from `start` by its gradients (BFGS: Broyden, Fletcher, Goldfarb, Shanno 1970). */
function lowest(height: (point: readonly number[]) => Height, start: readonly number[]): readonly number[] {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const unit = (): number[][] => start.map((_, i) => start.map((_, j) => Number(i === j)));
  let [point, here, inverse] = [start, height(start), unit()];
  for (let round = 0; round < 60; round++) {
    let way = inverse.map((row) => -dot(row, here.slope));
    if (dot(way, here.slope) >= 0) [inverse, way] = [unit(), here.slope.map((x) => -x)];
    const fall = dot(way, here.slope);
    let step = Math.min(1, 2 / Math.sqrt(dot(way, way) + 1e-12));
    let [next, there] = [point, here];
    for (let half = 0; half < 20; half++, step /= 2) {
      next = point.map((x, i) => x + step * way[i]!);
      there = height(next);
      if (there.value <= here.value + 1e-4 * step * fall) break;
    }
    if (here.value - there.value < 1e-7) return there.value < here.value ? next : point;
    const moved = next.map((x, i) => x - point[i]!);
    const bent = there.slope.map((x, i) => x - here.slope[i]!);
    const curve = dot(moved, bent);
    if (curve > 1e-12) {
      const through = inverse.map((row) => dot(row, bent));
      const curvature = dot(bent, through);
      inverse = inverse.map((row, i) =>
        row.map(
          (x, j) =>
            x +
            ((1 + curvature / curve) * moved[i]! * moved[j]!) / curve -
            (through[i]! * moved[j]! + moved[i]! * through[j]!) / curve,
        ),
      );
    }
    [point, here] = [next, there];
  }
  return point;
}
