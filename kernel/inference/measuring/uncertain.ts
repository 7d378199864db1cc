/**
 * The rows of which a model is least sure: for one label by the margin between the two likeliest (Scheffer, Decomain,
 * Wrobel 2001), for several labels by the probability nearest to the decision threshold.
 */
import type { MetricInputByAnswerKind } from "#stdlib/tasks/kind.js";

export interface UncertainPrediction {
  /** Index among the scored rows, from 0. */
  readonly row: number;
  readonly truth: string;
  /** The two likeliest labels; with several labels, those nearest to the decision threshold. */
  readonly between: readonly { readonly label: string; readonly probability: number }[];
}

export function uncertainPredictions(
  outcome: MetricInputByAnswerKind | undefined,
  most: number,
): readonly UncertainPrediction[] {
  if (outcome?.kind !== "label" && outcome?.kind !== "label_set") return [];
  const { labels, truth, probabilities } = outcome.input;
  const n = labels.length;
  if (n === 0 || (n === 1 && outcome.kind === "label")) return [];
  const count = probabilities.length / n;
  // Order by distance from the threshold; for one label, likelier labels come first.
  const edge = (p: number): number => (outcome.kind === "label" ? -p : Math.abs(p - outcome.least));
  const nearest = (row: number): readonly number[] => {
    let [first, second] = [-1, -1];
    const edgeOf = (l: number): number => edge(probabilities[row * n + l]!);
    for (let l = 0; l < n; l++) {
      if (first < 0 || edgeOf(l) < edgeOf(first)) [first, second] = [l, first];
      else if (second < 0 || edgeOf(l) < edgeOf(second)) second = l;
    }
    return second < 0 ? [first] : [first, second];
  };
  const sure = Float64Array.from({ length: count }, (_, row) => {
    const [first = 0, second = 0] = nearest(row).map((l) => edge(probabilities[row * n + l]!));
    return outcome.kind === "label" ? second - first : first;
  });
  const order = Uint32Array.from(sure, (_, row) => row).sort((a, b) => sure[a]! - sure[b]! || a - b);
  return Array.from(order.subarray(0, most), (row) => ({
    row,
    truth:
      outcome.kind === "label"
        ? (labels[truth[row]!] ?? "")
        : labels.filter((_, l) => truth[row * n + l] === 1).join(", ") || "none",
    between: nearest(row).map((l) => ({ label: labels[l]!, probability: probabilities[row * n + l]! })),
  }));
}
