/** Which sizes a learning curve is measured at, and how often each. */
import { geometricSizes } from "./learning-curve.js";

/** Sizes, and the share of the rows that the least of them has; a probe learns nothing from fewer rows of a label than two. */
const SIZES = 7;
const LEAST = 0.1;
const OF_EACH = 2;
const DRAWS = 8;

/** `folds`: each of them is a training of its own, so that fewer draws do. */
export function learningCurveSizes(
  rows: number,
  labels: number,
  folds = 1,
): { readonly sizes: readonly number[]; readonly draws: number } {
  const least = Math.min(Math.max(Math.round(LEAST * rows), OF_EACH * labels, 8), Math.floor(rows / 2));
  return { sizes: geometricSizes(least, rows, SIZES), draws: Math.max(3, Math.ceil(DRAWS / folds)) };
}
