/**
 * Measures what a model that learns tasks one after another retains and gains. R[i][j] is its score on task j after the
 * first i tasks (i = 0: before the first). Greater is better; scores where less is better change their sign. Measures
 * as in Lopez-Paz and Ranzato, Gradient Episodic Memory (2017), and Chaudhry et al., Riemannian Walk (2018).
 */

/** Scores by `[stage][task]`; null where a score wasn't measured. */
export type ScoreMatrix = readonly (readonly (number | null)[])[];

export interface TransferScores {
  /** Mean of the last row over the tasks learned by then. */
  readonly average: number | null;
  /** Backward transfer: the mean of R[T][j] − R[j][j] over all tasks except the last. Below 0 means forgetting. */
  readonly backward: number | null;
  /**
   * Forward transfer: the mean of R[j−1][j] − R[0][j] over all tasks except the first, the gain from earlier tasks.
   */
  readonly forward: number | null;
  /** Per task: how far the last score is below the best score before it; null for the task that was learned last. */
  readonly forgotten: readonly (number | null)[];
  /** Mean of `forgotten`. */
  readonly forgetting: number | null;
}

/**
 * `learnt[j]`: the stage (row of the matrix) after which task j was learned; 0: before the first. `better`: 1 if
 * greater scores are better, −1 if smaller ones are, so that positive measures mean an improvement for every metric.
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

/** Returns the mean of the values; null if there are none. */
function mean(values: readonly number[]): number | null {
  const known = values.filter(Number.isFinite);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}
