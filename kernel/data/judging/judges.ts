/**
 * The judges of a row's label, each of which sees all rows but that one: a probe over vectors, nearest neighbours, words and
 * letters. How much each is believed follows from how well it tells the labels as they are; labels that all contradict are wrong.
 */
import { byLetters } from "./letters-judge.js";
import { neighbourly } from "./neighbours.js";
import { agreed, type Judged } from "./noise.js";
import { probed } from "./probe.js";
import { byWords } from "./words-judge.js";

export interface LabelIssue {
  /** From 0. */
  readonly row: number;
  readonly given: number;
  readonly likely: number;
  /** That the label it has is right. */
  readonly chance: number;
}

/** `texts` and `vectors`: one a row; `labels`: numbers below `count`. */
export function judged(
  texts: readonly string[],
  vectors: readonly Float32Array[],
  labels: Int32Array,
  count: number,
): Judged {
  const judges = [probed(vectors, labels, count), neighbourly(vectors, labels, count)];
  const others = [byWords(texts, labels, count), byLetters(texts, labels, count)];
  return agreed(
    [...judges, ...others].filter((said) => said !== null),
    labels,
    count,
  );
}

/** As many rows as have a wrong label, as far as that can be told, and those that are likeliest to; the surest first. */
export function issuesIn({ chances, wrong }: Judged, labels: Int32Array, count: number): readonly LabelIssue[] {
  const issues = Array.from(labels, (given, row): LabelIssue => {
    const own = chances.subarray(row * count, (row + 1) * count);
    return { row, given, likely: otherOf(own, given), chance: 1 - wrong[row]! };
  }).sort((a, b) => a.chance - b.chance || a.row - b.row);
  return issues.slice(0, Math.round(wrong.reduce((a, b) => a + b, 0)));
}

/** The likeliest label but the one that is given. */
export function otherOf(chances: Float32Array, given: number): number {
  return chances.reduce(
    (best, chance, label) => (label !== given && chance > chances[best]! ? label : best),
    given === 0 ? 1 : 0,
  );
}
