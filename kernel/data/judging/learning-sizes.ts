/** Chooses the sizes of a learning curve, and the number of draws of each. */
import { geometricSizes } from "./learning-curve.js";

/**
 * Number of sizes, and the smallest size as a share of the rows; a probe learns nothing from fewer than two rows per
 * label.
 */
const SIZES = 7;
const LEAST = 0.1;
const OF_EACH = 2;
const DRAWS = 8;

/** `folds`: each fold is a separate training, so that fewer draws suffice. */
export function learningCurveSizes(
  rows: number,
  labels: number,
  folds = 1,
): { readonly sizes: readonly number[]; readonly draws: number } {
  const least = Math.min(Math.max(Math.round(LEAST * rows), OF_EACH * labels, 8), Math.floor(rows / 2));
  return { sizes: geometricSizes(least, rows, SIZES), draws: Math.max(3, Math.ceil(DRAWS / folds)) };
}
