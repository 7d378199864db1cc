/**
 * A ridge-regression probe for a growing number of rows. Its sums are extended from size to size, so that nested draws
 * cost one pass over the rows. The penalty equals a prior under which all weights together have size 1, and is the same
 * for all sizes. If it were chosen anew per size, its jumps would look like an effect of the rows.
 */
import { choleskyFactor, solveCholesky, type FeatureMatrix } from "./ridge.js";

/** Targets of the rows: a label each, or a number each. */
export type ProbeTargets = { readonly labels: Int32Array; readonly count: number } | { readonly numbers: Float64Array };

/** Strength of the prior. Weaker penalties learn least where the number of rows is near the width of the vectors. */
const PRIOR = 3;

export class GrowingRidgeProbe {
  private readonly gram: Float64Array;
  private readonly sums: Float64Array;
  private readonly outputs: number;

  constructor(
    private readonly rows: FeatureMatrix,
    private readonly answers: ProbeTargets,
  ) {
    const { width } = rows;
    this.outputs = "labels" in answers ? answers.count : 1;
    this.gram = new Float64Array(width * width);
    this.sums = new Float64Array(width * this.outputs);
  }

  learn(added: Uint32Array): void {
    const { values, width } = this.rows;
    for (const row of added) {
      const rowValues = values.subarray(row * width, (row + 1) * width);
      for (let i = 0; i < width; i++) {
        const x = rowValues[i]!;
        for (let j = 0; j <= i; j++) this.gram[i * width + j]! += x * rowValues[j]!;
        if ("labels" in this.answers) this.sums[i * this.outputs + this.answers.labels[row]!]! += x;
        else this.sums[i]! += x * this.answers.numbers[row]!;
      }
    }
  }

  /** Returns 1 for each row whose most probable label is its own, else 0; for numeric targets, the absolute error. */
  scoreRows(scored: Uint32Array): Float32Array {
    const { width } = this.rows;
    const weights = solveCholesky(choleskyFactor(this.gram, width, PRIOR * width), width, this.sums, this.outputs);
    return Float32Array.from(scored, (row) => this.worth(row, this.scores(row, weights)));
  }

  private scores(row: number, weights: Float64Array): Float64Array {
    const { values, width } = this.rows;
    const scores = new Float64Array(this.outputs);
    for (let i = 0; i < width; i++)
      for (let k = 0; k < this.outputs; k++) scores[k]! += values[row * width + i]! * weights[i * this.outputs + k]!;
    return scores;
  }

  private worth(row: number, scores: Float64Array): number {
    if (!("labels" in this.answers)) return Math.abs(scores[0]! - this.answers.numbers[row]!);
    const labelScore = scores[this.answers.labels[row]!]!;
    return scores.every((score) => score <= labelScore) ? 1 : 0;
  }
}
