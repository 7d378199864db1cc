/**
 * Combines several judges of a row's label, none of which saw the row's label: a probe over vectors, nearest
 * neighbours, words and letters. A judge's weight follows from how well it predicts the given labels; labels that all
 * contradict are wrong.
 */
import { letterNgramProbabilities } from "./letters-judge.js";
import { neighbourProbabilities } from "./neighbours.js";
import { combineLabelJudges, type LabelNoiseEstimate } from "./noise.js";
import { probeProbabilities } from "./probe.js";
import { wordProbabilities } from "./words-judge.js";

export interface SuspectedLabel {
  /** From 0. */
  readonly row: number;
  readonly given: number;
  readonly likely: number;
  /** Probability that its label is right. */
  readonly chance: number;
}

/** `texts` and `vectors`: one per row; `labels`: numbers below `count`. */
export function judgeLabels(
  texts: readonly string[],
  vectors: readonly Float32Array[],
  labels: Int32Array,
  count: number,
): LabelNoiseEstimate {
  const judges = [probeProbabilities(vectors, labels, count), neighbourProbabilities(vectors, labels, count)];
  const others = [wordProbabilities(texts, labels, count), letterNgramProbabilities(texts, labels, count)];
  return combineLabelJudges(
    [...judges, ...others].filter((judgement) => judgement !== null),
    labels,
    count,
  );
}

/**
 * Returns as many rows as are estimated to have a wrong label: those with the highest probability of it, in descending
 * order.
 */
export function suspectedLabels(
  { chances, wrong }: LabelNoiseEstimate,
  labels: Int32Array,
  count: number,
): readonly SuspectedLabel[] {
  const issues = Array.from(labels, (given, row): SuspectedLabel => {
    const rowChances = chances.subarray(row * count, (row + 1) * count);
    return { row, given, likely: likeliestOtherLabel(rowChances, given), chance: 1 - wrong[row]! };
  }).sort((a, b) => a.chance - b.chance || a.row - b.row);
  return issues.slice(0, Math.round(wrong.reduce((a, b) => a + b, 0)));
}

export function likeliestOtherLabel(chances: Float32Array, given: number): number {
  return chances.reduce(
    (best, chance, label) => (label !== given && chance > chances[best]! ? label : best),
    given === 0 ? 1 : 0,
  );
}
