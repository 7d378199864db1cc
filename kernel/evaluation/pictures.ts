/** Computes the figures of an evaluation from the measurements on one split. */
import type { UncertainRow } from "../display/scores/uncertain.js";
import type { EvaluationPictures } from "../display/scores/pictures.js";
import { evaluationPictures } from "../inference/measuring/pictures.js";
import { uncertainPredictions } from "../inference/measuring/uncertain.js";
import type { MeasuredModel } from "./evaluate-once.js";

type Drawable = Pick<MeasuredModel, "scored" | "rows" | "evaluation">;

/** `measured`: on the same rows, in the same order. */
export function evaluationPicturesOf(measured: readonly Drawable[]): EvaluationPictures | null {
  const [first] = measured;
  if (!first) return null;
  const models = measured.flatMap(({ evaluation: { model: name }, scored: { outcome } }) =>
    outcome ? [{ name, outcome }] : [],
  );
  return evaluationPictures(first.evaluation.on, models, lengthsOf(first.rows));
}

/** Tokens of each row; undefined if longer texts were split into several rows. */
function lengthsOf({ lengths, count, apart }: Drawable["rows"]): Int32Array | undefined {
  if (lengths.length === count) return lengths;
  // In pair encoding, all texts of one role follow those of the other.
  if (!apart) return undefined;
  return Int32Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let index = row; index < lengths.length; index += count) sum += lengths[index]!;
    return sum;
  });
}

export function uncertainRows(
  { scored, rows }: Pick<MeasuredModel, "scored" | "rows">,
  most: number,
): readonly UncertainRow[] {
  return uncertainPredictions(scored.outcome, most).map(({ row, ...one }) => ({
    ...one,
    row: rows.rows[row]!,
    text: rows.text(row),
  }));
}
