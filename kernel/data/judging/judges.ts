/**
 * The judges of a row's label, each of which sees all rows but that one: a probe over vectors, nearest neighbours, words and
 * letters. How much each is believed follows from how well it tells the labels as they are; labels that all contradict are wrong.
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
  /** That the label it has is right. */
  readonly chance: number;
}

/** `texts` and `vectors`: one a row; `labels`: numbers below `count`. */
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

/** As many rows as have a wrong label, as far as that can be told, and those that are likeliest to; the surest first. */
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

/** The likeliest label but the one that is given. */
export function likeliestOtherLabel(chances: Float32Array, given: number): number {
  return chances.reduce(
    (best, chance, label) => (label !== given && chance > chances[best]! ? label : best),
    given === 0 ? 1 : 0,
  );
}
