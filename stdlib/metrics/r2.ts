import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { centeredValues, isConstant } from "./shared/correlation.js";

export const word = defineWord({
  kind: "metric",
  name: "r2",
  doc: "R²: the share of the scores' variance that predictions explain. 1 is perfect; 0 is what predicting the mean of these rows would reach; below 0 is worse.",
  example: "metrics: [r2]",
  elsewhere: { r_squared: "r2", rsquared: "r2", r2_score: "r2", coefficient_of_determination: "r2" },
  capabilities: { better: "greater", outcomes: ["number"] },
  parameters: [],
  load: () => Promise.resolve(r2),
});

/**
 * Source: scikit-learn's `r2_score`: for constant true values 1 if all predictions are exact, else 0; NaN on fewer than
 * two rows.
 */
const r2: MetricImplementation = {
  ofNumbers(_call, { truth, predicted }) {
    if (truth.length < 2) return Number.NaN;
    const met = truth.every((right, i) => right === predicted[i]);
    if (met || isConstant(truth)) return met ? 1 : 0;
    const { values, unit } = centeredValues(truth);
    // Scales by a unit near the values, so that squares neither overflow nor underflow.
    const left = truth.reduce((sum, right, i) => sum + ((right - predicted[i]!) / unit) ** 2, 0);
    return 1 - left / values.reduce((sum, value) => sum + (value / unit) ** 2, 0);
  },
  why: { ofNumbers: (_call, { truth }) => (truth.length === 1 ? "one row does not vary" : null) },
};
