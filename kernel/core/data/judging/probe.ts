/**
 * A cheap probe of labels: ridge regression from vectors to labels, each row judged by the regression that did not see it. That
 * needs no folds: leaving one row out has a closed form (Allen 1974; Rifkin and Lippert 2007). Scores become chances by a
 * temperature that makes the labels likeliest.
 */
import { must } from "#dsl/diagnostics/must.js";
import { cholesky, gramOf, solved, standardised, type Rows } from "./ridge.js";

export interface Probed {
  /** [rows × labels], of each row by the others. */
  readonly chances: Float32Array;
  /** Share of rows whose likeliest label is their own. */
  readonly accuracy: number;
}

/** Tried strengths of the penalty, as shares of the vectors' mean square. */
const PENALTIES = [0.01, 0.1, 1];

/** `vectors`: one a row, of one length; `labels`: numbers below `count`. */
export function probed(vectors: readonly Float32Array[], labels: Int32Array, count: number): Probed {
  const rows = standardised(vectors);
  const gram = gramOf(rows);
  let best: { readonly scores: Float64Array; readonly loss: number; readonly scale: number } | undefined;
  for (const penalty of PENALTIES) {
    const scores = leftOut(rows, gram, penalty * vectors.length, labels, count);
    const { scale, loss } = tempered(scores, labels, count);
    if (!best || loss < best.loss) best = { scores, loss, scale };
  }
  const { scores, scale } = must(best, "a probe");
  const chances = new Float32Array(scores.length);
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    const own = scores.subarray(row * count, (row + 1) * count);
    const most = own.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = own.map((score) => Math.exp(scale * (score - most)));
    const sum = powers.reduce((a, b) => a + b, 0);
    powers.forEach((power, label) => (chances[row * count + label] = power / sum));
    if (own[labels[row]!] === most) right++;
  }
  return { chances, accuracy: right / labels.length };
}

/** Of each row the scores that the regression of all others gives it. */
function leftOut(
  { values, count: n, width }: Rows,
  gram: Float64Array,
  penalty: number,
  labels: Int32Array,
  count: number,
): Float64Array {
  const factor = cholesky(gram, width, penalty);
  const targets = new Float64Array(width * count);
  for (let row = 0; row < n; row++)
    for (let i = 0; i < width; i++) targets[i * count + labels[row]!]! += values[row * width + i]!;
  const weights = solved(factor, width, targets, count);
  const scores = new Float64Array(n * count);
  const half = new Float64Array(width);
  for (let row = 0; row < n; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    const said = scores.subarray(row * count, (row + 1) * count);
    for (let i = 0; i < width; i++)
      for (let label = 0; label < count; label++) said[label]! += own[i]! * weights[i * count + label]!;
    // Leverage: |L⁻¹x|².
    let leverage = 0;
    for (let i = 0; i < width; i++) {
      let left = own[i]!;
      for (let j = 0; j < i; j++) left -= factor[i * width + j]! * half[j]!;
      half[i] = left / factor[i * width + i]!;
      leverage += half[i]! ** 2;
    }
    const rest = Math.max(1e-6, 1 - leverage);
    for (let label = 0; label < count; label++)
      said[label] = (said[label]! - (label === labels[row] ? leverage : 0)) / rest;
  }
  return scores;
}

/** The factor on scores that makes the labels likeliest, by golden section over its logarithm. */
function tempered(
  scores: Float64Array,
  labels: Int32Array,
  count: number,
): { readonly scale: number; readonly loss: number } {
  const loss = (power: number): number => {
    const scale = Math.exp(power);
    let sum = 0;
    for (let row = 0; row < labels.length; row++) {
      let [most, total] = [-Infinity, 0];
      for (let label = 0; label < count; label++) most = Math.max(most, scores[row * count + label]!);
      for (let label = 0; label < count; label++) total += Math.exp(scale * (scores[row * count + label]! - most));
      sum += Math.log(total) - scale * (scores[row * count + labels[row]!]! - most);
    }
    return sum / labels.length;
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.1), Math.log(100)];
  for (let round = 0; round < 24; round++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  const power = (low + high) / 2;
  return { scale: Math.exp(power), loss: loss(power) };
}
