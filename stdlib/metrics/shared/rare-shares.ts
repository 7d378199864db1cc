/** Rare-label intervals of scores that are means of shares (precision, recall, F1, balanced accuracy). */
import type { Call } from "#dsl/language/types/value.js";
import type { LabelSetMetricInput, LabelMetricInput } from "../kind.js";
import { midPInterval } from "../../statistics/mid-p.js";
import {
  scoreSpread,
  type UncertainProportion,
  type RareLabelIntervalMethod,
  type TwoSidedSpread,
  type TooFewRows,
} from "../../statistics/spread.js";

/**
 * Minimum number of rows of the rarest label for percentile bootstrap intervals (`tunebook bench coverage --rare`).
 */
export const FREQUENT_LABEL_ROWS = 200;

/** True and predicted decisions per label and row. */
export interface LabelDecisions {
  readonly labels: readonly string[];
  has(row: number, label: number): boolean;
  gives(row: number, label: number): boolean;
}
export const decisionsOfLabels = ({
  labels,
  truth,
  predicted,
}: Omit<LabelMetricInput, "probabilities">): LabelDecisions => ({
  labels,
  has: (row, label) => truth[row] === label,
  gives: (row, label) => predicted[row] === label,
});
export const decisionsOfLabelSets = ({
  labels,
  truth,
  predicted,
}: Omit<LabelSetMetricInput, "probabilities">): LabelDecisions => ({
  labels,
  has: (row, label) => truth[row * labels.length + label] === 1,
  gives: (row, label) => predicted[row * labels.length + label] === 1,
});

/** Defines a label's score as a function of a share. */
export interface ShareBasedScore {
  /** Returns true if a decision counts in the denominator. It is a hit if the label is both true and predicted. */
  counts(has: boolean, gives: boolean): boolean;
  /** Returns the score for a share; it must be increasing. */
  score(share: number): number;
  /** The denominator counts predicted decisions. */
  readonly predicted?: true;
}
export const SHARE_SCORES = {
  precision: { counts: (_has, gives) => gives, score: (share) => share, predicted: true },
  recall: { counts: (has) => has, score: (share) => share },
  /** F1 = 2j / (1 + j), where j is the share of hits among decisions that are true or predicted (Lam, 2023). */
  f1: { counts: (has, gives) => has || gives, score: (share) => (2 * share) / (1 + share) },
} satisfies Readonly<Record<string, ShareBasedScore>>;

/** Labels with pooled decisions, and the weight of their score in the mean. */
interface Group {
  readonly labels: readonly number[];
  readonly weight: number;
}

/**
 * Returns the interval method of precision, recall or F1. A mean over rows or over all decisions depends on no single
 * label, but its bootstrap intervals are too narrow with few mistakes. It therefore always uses the interval of its
 * share.
 */
export function rareShareIntervals(
  call: Call,
  decided: LabelDecisions,
  share: ShareBasedScore,
  sets: boolean,
): RareLabelIntervalMethod {
  const average = averageOf(call, decided.labels.length);
  if (average === "samples")
    return {
      frequent: () => false,
      measureSpread: (units) => scoreSpread(units.length, 1, [movingRows(decided, share, units)]),
    };
  const rareLabels = rareGroups(decided, share, (units) => groupsOf(average, call, decided, units, sets));
  return average === "micro" ? { ...rareLabels, frequent: () => false } : rareLabels;
}

/** Returns the interval method of mean recall over the labels with true rows. */
export function rareRecallIntervals(decided: LabelDecisions): RareLabelIntervalMethod {
  return rareGroups(decided, SHARE_SCORES.recall, (units) => {
    const had = indexesOf(decided).filter((label) => units.some((row) => decided.has(row, label)));
    return had.map((label) => ({ labels: [label], weight: 1 / had.length }));
  });
}

function rareGroups(
  decided: LabelDecisions,
  share: ShareBasedScore,
  groups: (units: Uint32Array) => readonly Group[],
): RareLabelIntervalMethod {
  return {
    frequent: (units) =>
      groups(units).every((group) => countedOf(decided, share, group, units).units.length >= FREQUENT_LABEL_ROWS),
    measureSpread(units): TwoSidedSpread | TooFewRows {
      const unitGroups = groups(units);
      const counted = unitGroups.map((group) => countedOf(decided, share, group, units));
      const [only] = unitGroups;
      if (unitGroups.length === 1 && only && counted[0]?.units.length === 0)
        return {
          label: decided.labels[only.labels[0] ?? 0] ?? "",
          rows: 0,
          needed: 1,
          ...(share.predicted && { predicted: true }),
        };
      return scoreSpread(
        units.length,
        decided.labels.length,
        counted.map((one, i) => movingOf(one, share, unitGroups[i]!)),
      );
    },
  };
}

function averageOf({ arguments: { average, of: positive } }: Call, labels: number): unknown {
  if (typeof positive === "string") return "binary";
  return average === "auto" ? (labels === 2 ? "binary" : "macro") : average;
}
const indexesOf = ({ labels }: LabelDecisions): readonly number[] => labels.map((_, label) => label);

function groupsOf(
  average: unknown,
  { arguments: { of: positive } }: Call,
  decided: LabelDecisions,
  units: Uint32Array,
  sets: boolean,
): readonly Group[] {
  const all = indexesOf(decided);
  if (average === "micro") return [{ labels: all, weight: 1 }];
  if (average === "binary")
    return [{ labels: [typeof positive === "string" ? decided.labels.indexOf(positive) : 1], weight: 1 }];
  const have = all.map((label) => units.reduce((sum, row) => sum + Number(decided.has(row, label)), 0));
  if (average === "weighted") {
    const rows = have.reduce((sum, count) => sum + count, 0);
    return all.filter((label) => have[label]! > 0).map((label) => ({ labels: [label], weight: have[label]! / rows }));
  }
  // With one label per row, labels that are neither true nor predicted are left out; with label sets they score 0.
  const seen = all.filter((label) => have[label]! > 0 || units.some((row) => decided.gives(row, label)));
  return seen.map((label) => ({ labels: [label], weight: 1 / (sets ? all.length : seen.length) }));
}

/** Returns the spread of the mean of row scores: at most that of a share over as many rows. */
function movingRows(decided: LabelDecisions, share: ShareBasedScore, rows: Uint32Array): UncertainProportion {
  const { units, hits, totals } = countedOf(decided, share, { labels: indexesOf(decided), weight: 1 }, rows);
  const scores = new Float64Array(rows.length);
  units.forEach((unit, i) => (scores[unit] = share.score(hits[i]! / totals[i]!)));
  const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  const { low, high } = midPInterval(mean * scores.length, scores.length);
  const residuals = scores.map((one) => one - mean);
  return { label: 0, units: scores.map((_, unit) => unit), residuals, down: mean - low, up: high - mean };
}

interface Counted {
  /** Indices of the units that count. */
  readonly units: readonly number[];
  readonly hits: readonly number[];
  readonly totals: readonly number[];
}
function countedOf(
  { has, gives }: LabelDecisions,
  { counts }: ShareBasedScore,
  { labels }: Group,
  rows: Uint32Array,
): Counted {
  const found = { units: [] as number[], hits: [] as number[], totals: [] as number[] };
  for (let index = 0; index < rows.length; index++) {
    let [hit, all] = [0, 0];
    for (const label of labels) {
      const [had, given] = [has(rows[index]!, label), gives(rows[index]!, label)];
      if (had && given) hit++;
      if (counts(had, given)) all++;
    }
    if (all === 0) continue;
    found.units.push(index);
    found.hits.push(hit);
    found.totals.push(all);
  }
  return found;
}

function movingOf(
  { units, hits, totals }: Counted,
  { score }: ShareBasedScore,
  { labels, weight }: Group,
): UncertainProportion {
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  const [hit, all] = [sum(hits), sum(totals)];
  const share = all === 0 ? 0 : hit / all;
  const residuals = hits.map((hitCount, i) => hitCount - share * totals[i]!);
  // Decisions of one row are correlated, so they count as fewer (Korn and Graubard, 1998).
  const spread = sum(residuals.map((one) => one ** 2));
  const effective = spread > 0 ? Math.min(all, (share * (1 - share) * all ** 2) / spread) : units.length;
  const { low, high } = midPInterval(share * effective, effective);
  return {
    label: labels[0]!,
    units,
    residuals,
    down: weight * (score(share) - score(low)),
    up: weight * (score(high) - score(share)),
  };
}
