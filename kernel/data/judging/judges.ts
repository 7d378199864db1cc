/**
 * Combines several judges of a row's label, none of which saw the row's label: a probe over vectors, nearest
 * neighbours, words and letters. A judge's weight follows from how well it predicts the given labels; labels that all
 * contradict are wrong.
 */
import { labelProbabilitiesFromLetterNgrams } from "./letters-judge.js";
import { labelProbabilitiesFromNeighbours } from "./neighbours.js";
import { combineLabelJudges, type LabelNoiseEstimate } from "./noise.js";
import { labelProbabilitiesFromWords } from "./words-judge.js";
import { choleskyFactor, gramMatrix, solveCholesky, standardiseFeatures, type FeatureMatrix } from "./ridge.js";
import { leastLossCalibration, calibrateTemperature } from "./temperature.js";

// A cheap probe of labels: ridge regression from vectors to labels, where each row is judged without itself.
// Leave-one-out has a closed form (Allen 1974; Rifkin and Lippert 2007), so no folds are needed. A temperature that
// maximizes the labels' likelihood turns scores into probabilities.

/** Candidate penalties, as shares of the vectors' mean square. */
const PENALTIES = [0.01, 0.1, 1];

/** Leave-one-out probabilities. `vectors`: one per row, all of one length; `labels`: numbers below `count`. */
export function labelProbabilitiesFromProbe(
  vectors: readonly Float32Array[],
  labels: Int32Array,
  count: number,
): Float32Array {
  const rows = standardiseFeatures(vectors);
  const gram = gramMatrix(rows);
  const tried = PENALTIES.map(
    (penalty) => () =>
      calibrateTemperature(leftOut(rows, gram, penalty * vectors.length, labels, count), labels, count),
  );
  return leastLossCalibration(tried).chances;
}

/** Returns each row's scores by the regression on all other rows. */
function leftOut(
  { values, count: n, width }: FeatureMatrix,
  gram: Float64Array,
  penalty: number,
  labels: Int32Array,
  count: number,
): Float64Array {
  const factor = choleskyFactor(gram, width, penalty);
  const targets = new Float64Array(width * count);
  for (let row = 0; row < n; row++)
    for (let i = 0; i < width; i++) targets[i * count + labels[row]!]! += values[row * width + i]!;
  const weights = solveCholesky(factor, width, targets, count);
  const scores = new Float64Array(n * count);
  const half = new Float64Array(width);
  for (let row = 0; row < n; row++) {
    const rowValues = values.subarray(row * width, (row + 1) * width);
    const rowOutputs = scores.subarray(row * count, (row + 1) * count);
    for (let i = 0; i < width; i++)
      for (let label = 0; label < count; label++) rowOutputs[label]! += rowValues[i]! * weights[i * count + label]!;
    // Leverage: |L⁻¹x|².
    let leverage = 0;
    for (let i = 0; i < width; i++) {
      let left = rowValues[i]!;
      for (let j = 0; j < i; j++) left -= factor[i * width + j]! * half[j]!;
      half[i] = left / factor[i * width + i]!;
      leverage += half[i]! ** 2;
    }
    const rest = Math.max(1e-6, 1 - leverage);
    for (let label = 0; label < count; label++)
      rowOutputs[label] = (rowOutputs[label]! - (label === labels[row] ? leverage : 0)) / rest;
  }
  return scores;
}

export interface SuspectedLabel {
  /** From 0. */
  readonly row: number;
  readonly given: number;
  readonly likely: number;
  /** Probability that its label is right. */
  readonly chance: number;
}

/** `texts` and `vectors`: one per row; `labels`: numbers below `count`. */
export function estimateLabelNoise(
  texts: readonly string[],
  vectors: readonly Float32Array[],
  labels: Int32Array,
  count: number,
): LabelNoiseEstimate {
  const judges = [
    labelProbabilitiesFromProbe(vectors, labels, count),
    labelProbabilitiesFromNeighbours(vectors, labels, count),
  ];
  const others = [
    labelProbabilitiesFromWords(texts, labels, count),
    labelProbabilitiesFromLetterNgrams(texts, labels, count),
  ];
  return combineLabelJudges(
    [...judges, ...others].filter((judgement) => judgement !== null),
    labels,
    count,
  );
}

/**
 * Returns as many rows as are estimated to have a wrong label: those with the highest probability of it, in descending
 * order.
 */
export function suspectedLabels(
  { chances, wrong }: LabelNoiseEstimate,
  labels: Int32Array,
  count: number,
): readonly SuspectedLabel[] {
  const issues = Array.from(labels, (given, row): SuspectedLabel => {
    const rowChances = chances.subarray(row * count, (row + 1) * count);
    return { row, given, likely: likeliestOtherLabel(rowChances, given), chance: 1 - wrong[row]! };
  }).sort((a, b) => a.chance - b.chance || a.row - b.row);
  return issues.slice(0, Math.round(wrong.reduce((a, b) => a + b, 0)));
}

export function likeliestOtherLabel(chances: Float32Array, given: number): number {
  return chances.reduce(
    (best, chance, label) => (label !== given && chance > chances[best]! ? label : best),
    given === 0 ? 1 : 0,
  );
}
