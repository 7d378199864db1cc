/** Source: scikit-learn's `average_precision_score`; a label or a text that has nothing to find scores 0, as there. */
import type { MetricImplementation } from "../kinds/metric.js";

type Places = readonly number[];
const sum = (values: readonly number[]): number => values.reduce((a, v) => a + v, 0);

export const averagePrecision: MetricImplementation = {
  ofLabelSets({ arguments: { average } }, { labels, truth, probabilities }) {
    const n = labels.length;
    const rows = truth.length / n;
    const of = (places: Places): number => precisionOver(places, truth, probabilities);
    if (average === "micro") return of(Array.from(truth, (_, at) => at));
    if (average === "samples")
      return sum(Array.from({ length: rows }, (_, row) => of(labels.map((_, l) => row * n + l)))) / rows;
    const columns = labels.map((_, l) => Array.from({ length: rows }, (_, row) => row * n + l));
    const have = columns.map((places) => sum(places.map((at) => truth[at]!)));
    const weights = average === "weighted" ? have : have.map(() => 1);
    const all = sum(weights);
    return all === 0 ? 0 : sum(columns.map((places, l) => (weights[l] ? weights[l] * of(places) : 0))) / all;
  },
};

/** Σ (recallₙ − recallₙ₋₁) · precisionₙ down the ranking; what stands level comes together. */
function precisionOver(places: Places, truth: Uint8Array, probabilities: Float32Array): number {
  const order = [...places].sort((a, b) => probabilities[b]! - probabilities[a]!);
  let [hit, score] = [0, 0];
  for (let given = 0; given < order.length;) {
    const level = probabilities[order[given]!]!;
    const before = hit;
    while (given < order.length && probabilities[order[given]!] === level) hit += truth[order[given++]!]!;
    score += ((hit - before) * hit) / given;
  }
  return hit === 0 ? 0 : score / hit;
}
