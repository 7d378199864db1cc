/** Source: scikit-learn's `cohen_kappa_score` with all labels given (Cohen 1960, 1968). NaN where one label is all that is true and said. */
import type { MetricImplementation } from "../kinds/metric.js";

export const cohenKappa: MetricImplementation = {
  compute({ arguments: { weights } }, { truth, predicted, labels }) {
    const n = labels.length;
    const [said, real] = [new Float64Array(n), new Float64Array(n)];
    const power = weights === "quadratic" ? 2 : 1;
    const cost = (a: number, b: number): number =>
      weights === "linear" || weights === "quadratic" ? Math.abs(a - b) ** power : Number(a !== b);
    let seen = 0;
    for (let row = 0; row < truth.length; row++) {
      seen += cost(truth[row]!, predicted[row]!);
      real[truth[row]!]! += 1;
      said[predicted[row]!]! += 1;
    }
    let chance = 0;
    for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) chance += (cost(a, b) * real[a]! * said[b]!) / truth.length;
    return chance === 0 ? Number.NaN : 1 - seen / chance;
  },
  why: {
    compute: (_call, { truth, predicted, labels }) =>
      truth.length > 0 && truth.every((label) => label === truth[0]) && predicted.every((label) => label === truth[0])
        ? `every row is “${labels[truth[0]!] ?? ""}”, and was said to be`
        : null,
  },
};
