/** Counts per label and their averages, as scikit-learn has them: what precision, recall and F1 share. */
import type { Call } from "#dsl/language/types/value.js";
import type { LabelSetMetricInput, MetricInput, Sampler } from "../kind.js";

export interface Counts {
  /** Rows of the label that were given it. */
  readonly hit: number;
  /** Rows that were given the label. */
  readonly given: number;
  /** Rows that have the label. */
  readonly have: number;
}

export function counts(input: Omit<MetricInput, "probabilities">): readonly Counts[] {
  const n = input.labels.length;
  const hit = new Float64Array(n);
  const given = new Float64Array(n);
  const have = new Float64Array(n);
  for (let i = 0; i < input.truth.length; i++) {
    const t = input.truth[i]!;
    const p = input.predicted[i]!;
    have[t]! += 1;
    // None is given where nothing was named.
    if (p >= 0) given[p]! += 1;
    if (t === p) hit[t]! += 1;
  }
  return input.labels.map((_, l) => ({ hit: hit[l]!, given: given[l]!, have: have[l]! }));
}

/** Of each label among sets of them. */
export function countsOfSets({
  labels,
  truth,
  predicted,
}: Omit<LabelSetMetricInput, "probabilities">): readonly Counts[] {
  return labels.map((_, label) => {
    let [hit, given, have] = [0, 0, 0];
    for (let at = label; at < truth.length; at += labels.length) {
      have += truth[at]!;
      given += predicted[at]!;
      hit += truth[at]! & predicted[at]!;
    }
    return { hit, given, have };
  });
}

/**
 * One number from the labels' counts. `macro` averages the labels that occur in truth or prediction, `weighted` by their
 * rows, `micro` adds the counts first, `binary` takes the label `of` (default: the second). NaN where there are no rows.
 */
export function averaged(call: Call, input: MetricInput, score: (c: Counts) => number): number {
  return input.truth.length === 0 ? Number.NaN : averagedCounts(call, input.labels, counts(input), score);
}

/** The same from the counts of each label. */
export function averagedCounts(
  call: Call,
  labels: readonly string[],
  all: readonly Counts[],
  score: (c: Counts) => number,
): number {
  const { average: written, of } = call.arguments;
  // Who names a label asks for that one alone.
  const one = labels.length === 2 || typeof of === "string";
  const average = written === "auto" ? (one ? "binary" : "macro") : written;
  if (average === "binary") {
    const index = of === null || of === undefined ? 1 : labels.indexOf(String(of));
    return score(all[index] ?? NONE);
  }
  return overLabels(
    average,
    all.filter((c) => c.have + c.given > 0),
    score,
  );
}

function overLabels(average: unknown, all: readonly Counts[], score: (c: Counts) => number): number {
  if (average === "micro")
    return score(all.reduce((a, c) => ({ hit: a.hit + c.hit, given: a.given + c.given, have: a.have + c.have }), NONE));
  if (average === "weighted") {
    const rows = all.reduce((a, c) => a + c.have, 0);
    return rows === 0 ? 0 : all.reduce((a, c) => a + score(c) * c.have, 0) / rows;
  }
  return all.length === 0 ? 0 : all.reduce((a, c) => a + score(c), 0) / all.length;
}
const NONE: Counts = { hit: 0, given: 0, have: 0 };

/** The same of sets of labels: `macro` averages all labels, `samples` the rows' own scores. */
export function averagedSets(call: Call, input: LabelSetMetricInput, score: (c: Counts) => number): number {
  const { truth, predicted, labels } = input;
  if (truth.length === 0) return Number.NaN;
  const n = labels.length;
  const rows = truth.length / n;
  const count = (places: readonly number[]): Counts => {
    let [hit, given, have] = [0, 0, 0];
    for (const at of places) {
      hit += truth[at]! & predicted[at]!;
      given += predicted[at]!;
      have += truth[at]!;
    }
    return { hit, given, have };
  };
  const { average, of } = call.arguments;
  if (average === "samples") {
    const each = Array.from({ length: rows }, (_, row) => score(count(labels.map((_, l) => row * n + l))));
    return each.reduce((a, v) => a + v, 0) / rows;
  }
  const all = labels.map((_, l) => count(Array.from({ length: rows }, (_, row) => row * n + l)));
  if (typeof of === "string") return score(all[labels.indexOf(of)] ?? NONE);
  return overLabels(average, all, score);
}

/** A score of counts, and whether they have one: 0 of 0 is scored 0. */
export interface CountScore {
  readonly score: (c: Counts) => number;
  readonly defined: (c: Counts) => boolean;
}

/**
 * The same of rows that are drawn. A label that has a score in all rows and none in the drawn ones is left out of the mean: that
 * chance drew no row of it is no mistake.
 */
export function drawnAverage(call: Call, input: MetricInput, { score, defined }: CountScore): Sampler {
  const { labels, truth, predicted } = input;
  const whole = counts(input);
  return (of) => {
    const all = counts({
      labels,
      truth: Int32Array.from(of, (row) => truth[row]!),
      predicted: Int32Array.from(of, (row) => predicted[row]!),
    });
    return averagedCounts(
      call,
      labels,
      all.map((own, l) => (defined(own) || !defined(whole[l]!) ? own : NONE)),
      score,
    );
  };
}

/** Of sets of labels. */
export function drawnAverageOfSets(call: Call, input: LabelSetMetricInput, { score, defined }: CountScore): Sampler {
  const { labels, truth, predicted } = input;
  const n = labels.length;
  const { average, of: one } = call.arguments;
  const plain = (of: Uint32Array): LabelSetMetricInput => {
    const drawn = (from: Uint8Array): Uint8Array => {
      const rows = new Uint8Array(of.length * n);
      of.forEach((row, i) => {
        rows.set(from.subarray(row * n, (row + 1) * n), i * n);
      });
      return rows;
    };
    return { labels, truth: drawn(truth), predicted: drawn(predicted), probabilities: new Float32Array() };
  };
  if (typeof one === "string" || average === "samples" || average === "micro" || average === "weighted")
    return (of) => averagedSets(call, plain(of), score);
  const whole = countsOfSets(input);
  return (of) => {
    const own = countsOfSets(plain(of));
    return overLabels(
      average,
      own.filter((c, l) => defined(c) || !defined(whole[l]!)),
      score,
    );
  };
}
