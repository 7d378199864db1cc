/** Intervals of scores that are means of shares (precision, recall, F1, balanced accuracy), where a label is rare. */
import type { Call } from "#dsl/language/types/value.js";
import type { LabelSetMetricInput, MetricInput } from "../kind.js";
import { midP } from "../../statistics/mid-p.js";
import { spreadOf, type Moving, type RareLabels, type Spread, type TooFew } from "../../statistics/spread.js";

/** Rows of the rarest label from which on the percentile bootstrap holds (`tunebook bench coverage --rare`). */
export const FREQUENT = 200;

/** Which decisions a label has and is given, row by row. */
export interface Decided {
  readonly labels: readonly string[];
  has(row: number, label: number): boolean;
  gives(row: number, label: number): boolean;
}
export const ofLabels = ({ labels, truth, predicted }: Omit<MetricInput, "probabilities">): Decided => ({
  labels,
  has: (row, label) => truth[row] === label,
  gives: (row, label) => predicted[row] === label,
});
export const ofSets = ({ labels, truth, predicted }: Omit<LabelSetMetricInput, "probabilities">): Decided => ({
  labels,
  has: (row, label) => truth[row * labels.length + label] === 1,
  gives: (row, label) => predicted[row * labels.length + label] === 1,
});

/** The share that a score of one label is made of. */
export interface ShareOf {
  /** Whether a decision counts in the denominator; it counts as a hit where the label is both had and given. */
  counts(has: boolean, gives: boolean): boolean;
  /** The score of a share; it rises with it. */
  score(share: number): number;
  /** The denominator is of what was predicted. */
  readonly predicted?: true;
}
export const SHARES = {
  precision: { counts: (_has, gives) => gives, score: (share) => share, predicted: true },
  recall: { counts: (has) => has, score: (share) => share },
  /** 2j / (1 + j) of the share j that is right of all that has the label or is given it (Lam, 2023). */
  f1: { counts: (has, gives) => has || gives, score: (share) => (2 * share) / (1 + share) },
} satisfies Readonly<Record<string, ShareOf>>;

/** Labels whose decisions are counted together, and what their score counts in the mean. */
interface Group {
  readonly labels: readonly number[];
  readonly weight: number;
}

/**
 * Of precision, recall and F1. A mean over rows or over all decisions depends on no single label, but draws of it are too narrow
 * where few are wrong: it always goes by its share.
 */
export function rareShares(call: Call, decided: Decided, share: ShareOf, sets: boolean): RareLabels {
  const average = averageOf(call, decided.labels.length);
  if (average === "samples")
    return { frequent: () => false, of: (units) => spreadOf(units.length, 1, [movingRows(decided, share, units)]) };
  const own = rareGroups(decided, share, (units) => groupsOf(average, call, decided, units, sets));
  return average === "micro" ? { ...own, frequent: () => false } : own;
}

/** The mean over labels that some unit has of how many of their units are found. */
export function rareRecalls(decided: Decided): RareLabels {
  return rareGroups(decided, SHARES.recall, (units) => {
    const had = indexesOf(decided).filter((label) => units.some((row) => decided.has(row, label)));
    return had.map((label) => ({ labels: [label], weight: 1 / had.length }));
  });
}

function rareGroups(decided: Decided, share: ShareOf, groups: (units: Uint32Array) => readonly Group[]): RareLabels {
  return {
    frequent: (units) =>
      groups(units).every((group) => countedOf(decided, share, group, units).units.length >= FREQUENT),
    of(units): Spread | TooFew {
      const own = groups(units);
      const counted = own.map((group) => countedOf(decided, share, group, units));
      const [only] = own;
      if (own.length === 1 && only && counted[0]?.units.length === 0)
        return {
          label: decided.labels[only.labels[0] ?? 0] ?? "",
          rows: 0,
          needed: 1,
          ...(share.predicted && { predicted: true }),
        };
      return spreadOf(
        units.length,
        decided.labels.length,
        counted.map((one, i) => movingOf(one, share, own[i]!)),
      );
    },
  };
}

function averageOf({ arguments: { average, of } }: Call, labels: number): unknown {
  if (typeof of === "string") return "binary";
  return average === "auto" ? (labels === 2 ? "binary" : "macro") : average;
}
const indexesOf = ({ labels }: Decided): readonly number[] => labels.map((_, label) => label);

function groupsOf(
  average: unknown,
  { arguments: { of } }: Call,
  decided: Decided,
  units: Uint32Array,
  sets: boolean,
): readonly Group[] {
  const all = indexesOf(decided);
  if (average === "micro") return [{ labels: all, weight: 1 }];
  if (average === "binary") return [{ labels: [typeof of === "string" ? decided.labels.indexOf(of) : 1], weight: 1 }];
  const have = all.map((label) => units.reduce((sum, row) => sum + Number(decided.has(row, label)), 0));
  if (average === "weighted") {
    const rows = have.reduce((sum, own) => sum + own, 0);
    return all.filter((label) => have[label]! > 0).map((label) => ({ labels: [label], weight: have[label]! / rows }));
  }
  // Of one label each, those that nobody has or is given are left out; of sets they score 0.
  const seen = all.filter((label) => have[label]! > 0 || units.some((row) => decided.gives(row, label)));
  return seen.map((label) => ({ labels: [label], weight: 1 / (sets ? all.length : seen.length) }));
}

/** The mean of the rows' own scores. Its distance from its mean is at most a share's of as many rows. */
function movingRows(decided: Decided, share: ShareOf, rows: Uint32Array): Moving {
  const { units, hits, of } = countedOf(decided, share, { labels: indexesOf(decided), weight: 1 }, rows);
  const scores = new Float64Array(rows.length);
  units.forEach((unit, i) => (scores[unit] = share.score(hits[i]! / of[i]!)));
  const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  const { low, high } = midP(mean * scores.length, scores.length);
  const residuals = scores.map((one) => one - mean);
  return { label: 0, units: scores.map((_, unit) => unit), residuals, down: mean - low, up: high - mean };
}

interface Counted {
  /** Positions of units that count. */
  readonly units: readonly number[];
  readonly hits: readonly number[];
  readonly of: readonly number[];
}
function countedOf({ has, gives }: Decided, { counts }: ShareOf, { labels }: Group, rows: Uint32Array): Counted {
  const found = { units: [] as number[], hits: [] as number[], of: [] as number[] };
  for (let at = 0; at < rows.length; at++) {
    let [hit, all] = [0, 0];
    for (const label of labels) {
      const [had, given] = [has(rows[at]!, label), gives(rows[at]!, label)];
      if (had && given) hit++;
      if (counts(had, given)) all++;
    }
    if (all === 0) continue;
    found.units.push(at);
    found.hits.push(hit);
    found.of.push(all);
  }
  return found;
}

function movingOf({ units, hits, of }: Counted, { score }: ShareOf, { labels, weight }: Group): Moving {
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  const [hit, all] = [sum(hits), sum(of)];
  const share = all === 0 ? 0 : hit / all;
  const residuals = hits.map((own, i) => own - share * of[i]!);
  // Decisions of one row go together: they count as fewer (Korn and Graubard, 1998).
  const spread = sum(residuals.map((one) => one ** 2));
  const effective = spread > 0 ? Math.min(all, (share * (1 - share) * all ** 2) / spread) : units.length;
  const { low, high } = midP(share * effective, effective);
  return {
    label: labels[0]!,
    units,
    residuals,
    down: weight * (score(share) - score(low)),
    up: weight * (score(high) - score(share)),
  };
}
