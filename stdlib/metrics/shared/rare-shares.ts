/** Intervals of scores that are means of shares (precision, recall, F1, balanced accuracy), where a label is rare. */
import type { Call } from "#dsl/language/types/value.js";
import type { LabelSetMetricInput, MetricInput } from "../kind.js";
import { midPInterval } from "../../statistics/mid-p.js";
import {
  scoreSpread,
  type VaryingShare,
  type RareLabelMethod,
  type ScoreSpread,
  type TooFewRows,
} from "../../statistics/spread.js";

/** Rows of the rarest label from which on the percentile bootstrap holds (`tunebook bench coverage --rare`). */
export const FREQUENT_LABEL_ROWS = 200;

/** Which decisions a label has and is given, row by row. */
export interface LabelDecisions {
  readonly labels: readonly string[];
  has(row: number, label: number): boolean;
  gives(row: number, label: number): boolean;
}
export const decisionsOfLabels = ({
  labels,
  truth,
  predicted,
}: Omit<MetricInput, "probabilities">): LabelDecisions => ({
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

/** The share that a score of one label is made of. */
export interface ScoredShare {
  /** Whether a decision counts in the denominator; it counts as a hit where the label is both had and given. */
  counts(has: boolean, gives: boolean): boolean;
  /** The score of a share; it rises with it. */
  score(share: number): number;
  /** The denominator is of what was predicted. */
  readonly predicted?: true;
}
export const SCORED_SHARES = {
  precision: { counts: (_has, gives) => gives, score: (share) => share, predicted: true },
  recall: { counts: (has) => has, score: (share) => share },
  /** 2j / (1 + j) of the share j that is right of all that has the label or is given it (Lam, 2023). */
  f1: { counts: (has, gives) => has || gives, score: (share) => (2 * share) / (1 + share) },
} satisfies Readonly<Record<string, ScoredShare>>;

/** Labels whose decisions are counted together, and what their score counts in the mean. */
interface Group {
  readonly labels: readonly number[];
  readonly weight: number;
}

/**
 * Of precision, recall and F1. A mean over rows or over all decisions depends on no single label, but draws of it are too narrow
 * where few are wrong: it always goes by its share.
 */
export function rareShareIntervals(
  call: Call,
  decided: LabelDecisions,
  share: ScoredShare,
  sets: boolean,
): RareLabelMethod {
  const average = averageOf(call, decided.labels.length);
  if (average === "samples")
    return {
      frequent: () => false,
      measureSpread: (units) => scoreSpread(units.length, 1, [movingRows(decided, share, units)]),
    };
  const rareLabels = rareGroups(decided, share, (units) => groupsOf(average, call, decided, units, sets));
  return average === "micro" ? { ...rareLabels, frequent: () => false } : rareLabels;
}

/** The mean over labels that some unit has of how many of their units are found. */
export function rareRecallIntervals(decided: LabelDecisions): RareLabelMethod {
  return rareGroups(decided, SCORED_SHARES.recall, (units) => {
    const had = indexesOf(decided).filter((label) => units.some((row) => decided.has(row, label)));
    return had.map((label) => ({ labels: [label], weight: 1 / had.length }));
  });
}

function rareGroups(
  decided: LabelDecisions,
  share: ScoredShare,
  groups: (units: Uint32Array) => readonly Group[],
): RareLabelMethod {
  return {
    frequent: (units) =>
      groups(units).every((group) => countedOf(decided, share, group, units).units.length >= FREQUENT_LABEL_ROWS),
    measureSpread(units): ScoreSpread | TooFewRows {
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
  // Of one label each, those that nobody has or is given are left out; of sets they score 0.
  const seen = all.filter((label) => have[label]! > 0 || units.some((row) => decided.gives(row, label)));
  return seen.map((label) => ({ labels: [label], weight: 1 / (sets ? all.length : seen.length) }));
}

/** The mean of the rows' own scores. Its distance from its mean is at most a share's of as many rows. */
function movingRows(decided: LabelDecisions, share: ScoredShare, rows: Uint32Array): VaryingShare {
  const { units, hits, totals } = countedOf(decided, share, { labels: indexesOf(decided), weight: 1 }, rows);
  const scores = new Float64Array(rows.length);
  units.forEach((unit, i) => (scores[unit] = share.score(hits[i]! / totals[i]!)));
  const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  const { low, high } = midPInterval(mean * scores.length, scores.length);
  const residuals = scores.map((one) => one - mean);
  return { label: 0, units: scores.map((_, unit) => unit), residuals, down: mean - low, up: high - mean };
}

interface Counted {
  /** Positions of units that count. */
  readonly units: readonly number[];
  readonly hits: readonly number[];
  readonly totals: readonly number[];
}
function countedOf(
  { has, gives }: LabelDecisions,
  { counts }: ScoredShare,
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

function movingOf({ units, hits, totals }: Counted, { score }: ScoredShare, { labels, weight }: Group): VaryingShare {
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  const [hit, all] = [sum(hits), sum(totals)];
  const share = all === 0 ? 0 : hit / all;
  const residuals = hits.map((hitCount, i) => hitCount - share * totals[i]!);
  // Decisions of one row go together: they count as fewer (Korn and Graubard, 1998).
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
