/**
 * What a model that learns one task after another keeps and gains. R[i][j] is its score on task j after it learnt the first i
 * tasks (i = 0: before the first). Greater is better; of scores where less is, what stands here is turned around. Measures as
 * in Lopez-Paz and Ranzato, Gradient Episodic Memory (2017), and Chaudhry et al., Riemannian Walk (2018).
 */

/** Null where a score wasn't measured. `[stage][task]`. */
export type ScoreMatrix = readonly (readonly (number | null)[])[];

export interface TransferScores {
  /** The mean of the last row over what was learnt by then: how good it is at all of that. */
  readonly average: number | null;
  /** Backward transfer: the mean over tasks but the last of R[T][j] − R[j][j]; below 0 is forgetting. */
  readonly backward: number | null;
  /** Forward transfer: the mean over tasks but the first of R[j−1][j] − R[0][j]: what earlier tasks bring a later one. */
  readonly forward: number | null;
  /** Of each task how far the last score lies below the best before it; null: it was learnt last. */
  readonly forgotten: readonly (number | null)[];
  /** Their mean. */
  readonly forgetting: number | null;
}

/**
 * `learnt[j]`: after which stage (a row of the matrix) task j was learnt; 0: before the first. `better`: 1 where greater scores
 * are better, −1 where less are: measures then say how much better or worse, whatever the metric.
 */
export function transferScoresOf(matrix: ScoreMatrix, learnt: readonly number[], better: 1 | -1 = 1): TransferScores {
  const averageOf = (i: number, j: number): number => {
    const score = matrix[i]?.[j];
    return score === null || score === undefined ? Number.NaN : better * score;
  };
  const last = matrix.length - 1;
  const tasks = learnt.map((_, j) => j);
  const earlier = tasks.filter((j) => (learnt[j] ?? 0) < last);
  const forgotten = tasks.map((j) => {
    const from = learnt[j] ?? 0;
    if (from >= last) return null;
    const before = Array.from({ length: last - from }, (_, k) => averageOf(from + k, j)).filter(Number.isFinite);
    const lost = Math.max(...before) - averageOf(last, j);
    return Number.isFinite(lost) ? lost : null;
  });
  return {
    average: mean(tasks.filter((j) => (learnt[j] ?? 0) <= last).map((j) => averageOf(last, j) * better)),
    backward: mean(earlier.map((j) => averageOf(last, j) - averageOf(learnt[j] ?? 0, j))),
    forward: mean(
      tasks.filter((j) => (learnt[j] ?? 0) > 1).map((j) => averageOf((learnt[j] ?? 0) - 1, j) - averageOf(0, j)),
    ),
    forgotten,
    forgetting: mean(forgotten.map((one) => one ?? Number.NaN)),
  };
}

/** Of those that are numbers; null: none is. */
function mean(values: readonly number[]): number | null {
  const known = values.filter(Number.isFinite);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}
