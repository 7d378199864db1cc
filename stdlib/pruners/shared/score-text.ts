/** Scores in the sentences of pruners: as the metric says them, with digits enough to tell one from the other. */
import type { Study } from "../../searches/kind.js";

export interface ScoreTexts {
  /** The scores as texts that differ where the scores do. */
  readonly texts: readonly string[];
  /** `below`, or `above` where the metric is to be low. */
  readonly worse: "below" | "above";
  /** `at most`, or `at least` where the metric is to be low. */
  readonly bound: "at most" | "at least";
}

/** Of the first objective, oriented as a study has them. */
export function scoreTexts(study: Study, ...scores: readonly number[]): ScoreTexts {
  const low = study.minimized?.[0] === true;
  const oriented = scores.map((score) => (low ? -score : score));
  const wanted = new Set(oriented).size;
  let texts = oriented.map(String);
  for (let digits = 3; digits <= 17; digits++) {
    const shorter = oriented.map((score) => String(Number(score.toPrecision(digits))));
    if (new Set(shorter).size < wanted) continue;
    texts = shorter;
    break;
  }
  return { texts, worse: low ? "above" : "below", bound: low ? "at least" : "at most" };
}

export const trialCountText = (count: number): string => (count === 1 ? "1 trial" : `${count} trials`);
