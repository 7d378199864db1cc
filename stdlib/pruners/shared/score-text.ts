/** Formats scores for the messages of pruners: with the metric's sign, and enough digits to distinguish them. */
import type { Study } from "../../searches/kind.js";

export interface ScoreTexts {
  /** Texts of the scores; different scores have different texts. */
  readonly texts: readonly string[];
  /** `below`, or `above` if lower is better. */
  readonly worse: "below" | "above";
  /** `at most`, or `at least` if lower is better. */
  readonly bound: "at most" | "at least";
}

/** Formats scores of the first objective, given in the study's orientation. */
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
