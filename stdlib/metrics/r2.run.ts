/** Source: scikit-learn's `r2_score`: of scores that don't vary 1 where all are met, else 0; NaN on fewer than two rows. */
import type { MetricImplementation } from "./kind.js";
import { centeredValues, isConstant } from "./shared/correlation.js";

export const r2: MetricImplementation = {
  ofNumbers(_call, { truth, predicted }) {
    if (truth.length < 2) return Number.NaN;
    const met = truth.every((right, i) => right === predicted[i]);
    if (met || isConstant(truth)) return met ? 1 : 0;
    const { values, unit } = centeredValues(truth);
    // In a unit near theirs, so that no square is too great or too small for a number.
    const left = truth.reduce((sum, right, i) => sum + ((right - predicted[i]!) / unit) ** 2, 0);
    return 1 - left / values.reduce((sum, value) => sum + (value / unit) ** 2, 0);
  },
  why: { ofNumbers: (_call, { truth }) => (truth.length === 1 ? "one row does not vary" : null) },
};
