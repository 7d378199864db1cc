/** Counts per label and their averages, as in scikit-learn; shared by precision, recall and F1. */
import type { Call } from "#dsl/language/types/value.js";
import type { LabelSetMetricInput, LabelMetricInput, ResampleScorer } from "../kind.js";

export interface LabelCounts {
  /** True positives: rows with the label that were predicted as it. */
  readonly hit: number;
  /** Rows predicted as the label. */
  readonly given: number;
  /** Rows with the label. */
  readonly have: number;
}

export function labelCounts(input: Omit<LabelMetricInput, "probabilities">): readonly LabelCounts[] {
  const n = input.labels.length;
  const hit = new Float64Array(n);
  const given = new Float64Array(n);
  const have = new Float64Array(n);
  for (let i = 0; i < input.truth.length; i++) {
    const t = input.truth[i]!;
    const p = input.predicted[i]!;
    have[t]! += 1;
    // A negative index means that no label was predicted.
    if (p >= 0) given[p]! += 1;
    if (t === p) hit[t]! += 1;
  }
  return input.labels.map((_, l) => ({ hit: hit[l]!, given: given[l]!, have: have[l]! }));
}

/** Returns the counts of each label for label sets. */
export function labelCountsOfSets({
  labels,
  truth,
  predicted,
}: Omit<LabelSetMetricInput, "probabilities">): readonly LabelCounts[] {
  return labels.map((_, label) => {
    let [hit, given, have] = [0, 0, 0];
    for (let index = label; index < truth.length; index += labels.length) {
      have += truth[index]!;
      given += predicted[index]!;
      hit += truth[index]! & predicted[index]!;
    }
    return { hit, given, have };
  });
}

/**
 * Averages a score over the labels' counts. `macro` averages the labels that occur in truth or prediction, `weighted`
 * weighs them by their rows, `micro` adds the counts first, `binary` takes the label `of` (default: the second). NaN
 * without rows.
 */
export function averageScore(call: Call, input: LabelMetricInput, score: (c: LabelCounts) => number): number {
  return input.truth.length === 0 ? Number.NaN : averageScoreOfCounts(call, input.labels, labelCounts(input), score);
}

/** Averages a score over given counts per label. */
export function averageScoreOfCounts(
  call: Call,
  labels: readonly string[],
  all: readonly LabelCounts[],
  score: (c: LabelCounts) => number,
): number {
  const { average: written, of: positive } = call.arguments;
  // A named label means that only this label is scored.
  const one = labels.length === 2 || typeof positive === "string";
  const average = written === "auto" ? (one ? "binary" : "macro") : written;
  if (average === "binary") {
    const index = positive === null || positive === undefined ? 1 : labels.indexOf(String(positive));
    return score(all[index] ?? NONE);
  }
  return overLabels(
    average,
    all.filter((c) => c.have + c.given > 0),
    score,
  );
}

function overLabels(average: unknown, all: readonly LabelCounts[], score: (c: LabelCounts) => number): number {
  if (average === "micro")
    return score(all.reduce((a, c) => ({ hit: a.hit + c.hit, given: a.given + c.given, have: a.have + c.have }), NONE));
  if (average === "weighted") {
    const rows = all.reduce((a, c) => a + c.have, 0);
    return rows === 0 ? 0 : all.reduce((a, c) => a + score(c) * c.have, 0) / rows;
  }
  return all.length === 0 ? 0 : all.reduce((a, c) => a + score(c), 0) / all.length;
}
const NONE: LabelCounts = { hit: 0, given: 0, have: 0 };

/** Averages a score for label sets: `macro` averages all labels, `samples` the scores of rows. */
export function averageScoreOfSets(call: Call, input: LabelSetMetricInput, score: (c: LabelCounts) => number): number {
  const { truth, predicted, labels } = input;
  if (truth.length === 0) return Number.NaN;
  const n = labels.length;
  const rows = truth.length / n;
  const count = (places: readonly number[]): LabelCounts => {
    let [hit, given, have] = [0, 0, 0];
    for (const index of places) {
      hit += truth[index]! & predicted[index]!;
      given += predicted[index]!;
      have += truth[index]!;
    }
    return { hit, given, have };
  };
  const { average, of: positive } = call.arguments;
  if (average === "samples") {
    const each = Array.from({ length: rows }, (_, row) => score(count(labels.map((_, l) => row * n + l))));
    return each.reduce((a, v) => a + v, 0) / rows;
  }
  const all = labels.map((_, l) => count(Array.from({ length: rows }, (_, row) => row * n + l)));
  if (typeof positive === "string") return score(all[labels.indexOf(positive)] ?? NONE);
  return overLabels(average, all, score);
}

/** A score of counts, and whether it is defined; an undefined 0/0 scores 0. */
export interface CountScore {
  readonly score: (c: LabelCounts) => number;
  readonly defined: (c: LabelCounts) => boolean;
}

/** Returns a scorer of drawn rows. A label with a score over all rows but none in the draw is left out of the mean. */
export function averageScoreSampler(
  call: Call,
  input: LabelMetricInput,
  { score, defined }: CountScore,
): ResampleScorer {
  const { labels, truth, predicted } = input;
  const whole = labelCounts(input);
  return (drawnRows) => {
    const all = labelCounts({
      labels,
      truth: Int32Array.from(drawnRows, (row) => truth[row]!),
      predicted: Int32Array.from(drawnRows, (row) => predicted[row]!),
    });
    return averageScoreOfCounts(
      call,
      labels,
      all.map((labelCount, l) => (defined(labelCount) || !defined(whole[l]!) ? labelCount : NONE)),
      score,
    );
  };
}

/** Returns a scorer of drawn rows for label sets. */
export function averageScoreOfSetsSampler(
  call: Call,
  input: LabelSetMetricInput,
  { score, defined }: CountScore,
): ResampleScorer {
  const { labels, truth, predicted } = input;
  const n = labels.length;
  const { average, of: one } = call.arguments;
  const plain = (drawnRows: Uint32Array): LabelSetMetricInput => {
    const drawn = (from: Uint8Array): Uint8Array => {
      const rows = new Uint8Array(drawnRows.length * n);
      drawnRows.forEach((row, i) => {
        rows.set(from.subarray(row * n, (row + 1) * n), i * n);
      });
      return rows;
    };
    return { labels, truth: drawn(truth), predicted: drawn(predicted), probabilities: new Float32Array() };
  };
  if (typeof one === "string" || average === "samples" || average === "micro" || average === "weighted")
    return (drawnRows) => averageScoreOfSets(call, plain(drawnRows), score);
  const whole = labelCountsOfSets(input);
  return (drawnRows) => {
    const drawnCounts = labelCountsOfSets(plain(drawnRows));
    return overLabels(
      average,
      drawnCounts.filter((c, l) => defined(c) || !defined(whole[l]!)),
      score,
    );
  };
}
