/**
 * Reliability: how often predictions are true, by predicted probability. The bins are those of `calibration_error`
 * (each includes its upper bound, not its lower), and match scikit-learn's `calibration_curve` with equal widths.
 */
import type { LabelSetMetricInput, LabelMetricInput } from "../kind.js";

export interface ReliabilityBin {
  readonly count: number;
  /** Mean predicted probability of the bin, and share of true outcomes. */
  readonly said: number;
  readonly true: number;
}
export interface Reliability {
  /** Non-empty bins, lowest probability first. */
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error. */
  readonly error: number;
}

export function computeReliability(
  count: number,
  options: {
    readonly bins: number;
    readonly scoreAt: (index: number) => number;
    readonly true: (index: number) => boolean;
  },
): Reliability {
  const { bins } = options;
  const [counts, scoreSums, hits] = [new Uint32Array(bins), new Float64Array(bins), new Uint32Array(bins)];
  for (let index = 0; index < count; index++) {
    const sure = options.scoreAt(index);
    const bin = Math.min(bins, Math.max(1, Math.ceil(sure * bins))) - 1;
    counts[bin]!++;
    scoreSums[bin]! += sure;
    hits[bin]! += Number(options.true(index));
  }
  const nonEmpty = Array.from(counts, (_, bin) => bin).filter((bin) => counts[bin]! > 0);
  return {
    bins: nonEmpty.map((bin) => ({
      count: counts[bin]!,
      said: scoreSums[bin]! / counts[bin]!,
      true: hits[bin]! / counts[bin]!,
    })),
    error: nonEmpty.reduce((sum, bin) => sum + Math.abs(scoreSums[bin]! - hits[bin]!), 0) / count,
  };
}

/** Uses the likeliest label of each row. */
export function reliabilityOfTopLabels(input: LabelMetricInput, bins: number): Reliability {
  const { truth, labels } = input;
  const surest = topLabels(input);
  return computeReliability(truth.length, {
    bins,
    scoreAt: (row) => input.probabilities[row * labels.length + surest[row]!]!,
    true: (row) => truth[row] === surest[row],
  });
}

/** Returns the likeliest label of each row, which may differ from the predicted one if thresholds are fitted. */
export function topLabels({
  labels,
  truth,
  probabilities,
}: Pick<LabelMetricInput, "labels" | "truth" | "probabilities">): Int32Array {
  const n = labels.length;
  return Int32Array.from(truth, (_, row) => {
    let best = 0;
    for (let l = 1; l < n; l++) if (probabilities[row * n + l]! > probabilities[row * n + best]!) best = l;
    return best;
  });
}

/** Uses every label of each row. */
export function reliabilityOfAllLabels({ truth, probabilities }: LabelSetMetricInput, bins: number): Reliability {
  return computeReliability(truth.length, {
    bins,
    scoreAt: (index) => probabilities[index]!,
    true: (index) => truth[index] === 1,
  });
}
