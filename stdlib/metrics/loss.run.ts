/** Mean of −ln p(what is true), squared error of numbers; probabilities are floored at the least f32 so that the mean stays finite. */
import type { MetricImplementation } from "../kinds/metric.js";

export const loss: MetricImplementation = {
  compute(_call, { truth, probabilities, labels }) {
    let sum = 0;
    for (let i = 0; i < truth.length; i++)
      sum -= Math.log(Math.max(probabilities[i * labels.length + (truth[i] ?? 0)] ?? 0, 1e-38));
    return sum / truth.length;
  },
  ofNumbers: (_call, { truth, predicted }) =>
    truth.reduce((sum, right, i) => sum + (predicted[i]! - right) ** 2, 0) / truth.length,
  ofLabelSets(_call, { truth, probabilities }) {
    let sum = 0;
    truth.forEach((has, i) => {
      const p = probabilities[i]!;
      sum -= Math.log(Math.max(has === 1 ? p : 1 - p, 1e-38));
    });
    return sum / truth.length;
  },
  ofTokens: (_call, { loss: nats }) => nats,
  ofLoss: (_call, value) => value,
  ofAnswers: (_call, { loss: nats }) => nats,
};
