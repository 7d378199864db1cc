/**
 * The rows that a model is least sure of: of one label by the margin between the two likeliest (Scheffer, Decomain, Wrobel 2001),
 * of several by the probability that is nearest to the one from which on a label is given.
 */
import type { EvaluationOutcome } from "#stdlib/tasks/kind.js";

export interface UncertainPrediction {
  /** From 0 among the rows that were scored. */
  readonly row: number;
  readonly truth: string;
  /** The two between which it is; of several labels those that are nearest to being given or not. */
  readonly between: readonly { readonly label: string; readonly probability: number }[];
}

export function uncertainPredictions(
  outcome: EvaluationOutcome | undefined,
  most: number,
): readonly UncertainPrediction[] {
  if (outcome?.kind !== "label" && outcome?.kind !== "label_set") return [];
  const { labels, truth, probabilities } = outcome.input;
  const n = labels.length;
  if (n === 0 || (n === 1 && outcome.kind === "label")) return [];
  const count = probabilities.length / n;
  // Near to the edge: of one label the likelier is the nearer.
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
