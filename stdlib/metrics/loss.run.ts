/** Mean of −ln p(true label); probabilities are floored at the least f32 so that the mean stays finite. */
import type { MetricImplementation } from "../kinds.js";

export const loss: MetricImplementation = {
  compute(_call, { truth, probabilities, labels }) {
    let sum = 0;
    for (let i = 0; i < truth.length; i++)
      sum -= Math.log(Math.max(probabilities[i * labels.length + (truth[i] ?? 0)] ?? 0, 1e-38));
    return sum / truth.length;
  },
  ofTokens: (_call, { loss: nats }) => nats,
};
