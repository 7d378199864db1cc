/** Predictions as lists of labels with scores: the format of both TEI and Hugging Face's inference. */
import type { PredictionForText, ServedModel } from "../contract.js";

export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/**
 * The most probable first. For a model that predicts a number: that number, under its name or transformers' `LABEL_0`.
 */
export function labelScoresOf({ prediction }: PredictionForText, model: ServedModel): LabelScore[] {
  if (model.sort === "number") return [{ label: model.labels[0] ?? "LABEL_0", score: predictedNumber(prediction) }];
  const shares = prediction["probabilities"] as Readonly<Record<string, number>>;
  const scores: LabelScore[] = [];
  for (const label in shares) scores.push({ label, score: shares[label] ?? 0 });
  return scores.sort(likelierFirst);
}
const likelierFirst = (a: LabelScore, b: LabelScore): number => b.score - a.score;

/** The score of a model that predicts a number, or the similarity of two texts. */
export const predictedNumber = (prediction: PredictionForText["prediction"]): number =>
  Number(prediction["score"] ?? prediction["similarity"]);

/**
 * Scores before the activation: for multi-label models the logits; for single-label models logarithms, which equal the
 * logits up to a common constant.
 */
export function rawScoresOf(scores: readonly LabelScore[], { sort, several }: ServedModel): LabelScore[] {
  if (sort === "number") return [...scores];
  return scores.map(({ label, score }) => ({
    label,
    score: several ? Math.log(score / (1 - score)) : Math.log(score),
  }));
}
