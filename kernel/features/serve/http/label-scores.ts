/** What models say of texts, as lists of labels with scores: the form that both TEI and Hugging Face's inference have. */
import type { TextPrediction, ServedModel } from "../contract.js";

export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** The likeliest first. Of a model that tells a number: that number, under its name or transformers' `LABEL_0`. */
export function labelScoresOf({ prediction }: TextPrediction, model: ServedModel): LabelScore[] {
  if (model.sort === "number") return [{ label: model.labels[0] ?? "LABEL_0", score: predictedNumber(prediction) }];
  const shares = prediction["probabilities"] as Readonly<Record<string, number>>;
  const scores: LabelScore[] = [];
  for (const label in shares) scores.push({ label, score: shares[label] ?? 0 });
  return scores.sort(likelierFirst);
}
const likelierFirst = (a: LabelScore, b: LabelScore): number => b.score - a.score;

/** Of a model that tells a number, or how like two texts are. */
export const predictedNumber = (prediction: TextPrediction["prediction"]): number =>
  Number(prediction["score"] ?? prediction["similarity"]);

/**
 * Before the function that made probabilities of them: of labels that don't exclude each other their logits; of those that do,
 * logarithms, which are the logits but for a number that all have in common.
 */
export function rawScoresOf(scores: readonly LabelScore[], { sort, several }: ServedModel): LabelScore[] {
  if (sort === "number") return [...scores];
  return scores.map(({ label, score }) => ({
    label,
    score: several ? Math.log(score / (1 - score)) : Math.log(score),
  }));
}
