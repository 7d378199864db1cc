/** Source: scikit-learn's `cohen_kappa_score` with all labels given (Cohen 1960, 1968). NaN where one label is all that is true and said. No label (−1) is as far from any as two can be. */
import type { MetricImplementation } from "../kinds/metric.js";

export const cohenKappa: MetricImplementation = {
  compute({ arguments: { weights } }, { truth, predicted, labels }) {
    const n = labels.length;
    const [said, real] = [new Float64Array(n), new Float64Array(n)];
    const power = weights === "quadratic" ? 2 : 1;
    const cost = (a: number, b: number): number => {
      if (weights !== "linear" && weights !== "quadratic") return Number(a !== b);
      return (b < 0 ? n - 1 : Math.abs(a - b)) ** power;
    };
    let [seen, chance] = [0, 0];
    for (let row = 0; row < truth.length; row++) {
      seen += cost(truth[row]!, predicted[row]!);
      real[truth[row]!]! += 1;
      const given = predicted[row]!;
      if (given < 0) chance += cost(0, given);
      else said[given]! += 1;
    }
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
