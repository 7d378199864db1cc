/** Source: scikit-learn's `roc_auc_score` (`multi_class="ovr"`). NaN if a label is true for all rows, or for none. */
import { listNames } from "#dsl/language/diagnostics/lists.js";
import type { Call } from "#dsl/language/types/value.js";
import type { LabelSetMetricInput, MetricImplementation, LabelMetricInput, ResampleScorer } from "./kind.js";
import type { RareLabelIntervalMethod } from "../statistics/spread.js";
import { rareAreaIntervals } from "./shared/rare-areas.js";
import { rankDecisions, countDraws, type RankedDecisions } from "./shared/ranked-decisions.js";

/** Decisions per row and label: row r and label l of n have decision r · n + l. */
interface Decisions {
  readonly rows: number;
  readonly labels: number;
  trueAt(row: number, label: number): boolean;
  scoreAt(row: number, label: number): number;
}
/** `times`: weight of each row, as the number of times it was drawn. */
type Scorer = (times: Uint32Array) => number;

export const rocAuc: MetricImplementation = {
  compute: (call, input) => once(ofLabels(call, input), input.truth.length),
  ofLabelSets: (call, input) => once(ofSets(call, input), input.truth.length / input.labels.length),
  ofPairs(_call, { same, similarity }) {
    const order = rankDecisions(
      same.length,
      (row) => row,
      (row) => same[row] === 1,
      (row) => similarity[row]!,
    );
    return once((times) => areaOf(order, times).area, same.length);
  },
  samplers: {
    compute: (call, input) => drawn(ofLabels(call, input), input.truth.length),
    ofLabelSets: (call, input) => drawn(ofSets(call, input), input.truth.length / input.labels.length),
  },
  rare: {
    compute: (call, input) => rareIn(call, decisionsOf(input), input.labels, input.labels.length === 2),
    ofLabelSets: (call, input) => rareIn(call, decisionsOfSets(input), input.labels, false),
  },
  why: {
    compute: (_call, { truth, labels }) => whyNone(labels, truth.length, (row, label) => truth[row] === label),
    ofLabelSets: (_call, { truth, labels }) =>
      whyNone(labels, truth.length / labels.length, (row, label) => truth[row * labels.length + label] === 1),
    ofPairs: (_call, { same, labels }) => whyNone(labels, same.length, (row, label) => same[row] === label),
  },
};

/** Returns the reason for NaN: a label that all rows or no rows have cannot be ranked. */
function whyNone(
  labels: readonly string[],
  rows: number,
  trueAt: (row: number, label: number) => boolean,
): string | null {
  const counted = labels.map((label, l) => {
    let have = 0;
    for (let row = 0; row < rows; row++) if (trueAt(row, l)) have++;
    return { label, have };
  });
  const all = counted.find(({ have }) => have === rows);
  if (all) return `every row is “${all.label}”`;
  const without = counted.filter(({ have }) => have === 0).map(({ label }) => `“${label}”`);
  return without.length === 0 ? null : `no row is ${listNames(without, { most: 3 })}`;
}

const once = (score: Scorer, rows: number): number => score(new Uint32Array(rows).fill(1));
const drawn =
  (score: Scorer, rows: number): ResampleScorer =>
  (drawnUnits) =>
    score(countDraws(drawnUnits, rows));

function decisionsOf({ truth, probabilities, labels }: LabelMetricInput): Decisions {
  const n = labels.length;
  return {
    rows: truth.length,
    labels: n,
    trueAt: (row, label) => truth[row] === label,
    scoreAt: (row, label) => probabilities[row * n + label]!,
  };
}

function decisionsOfSets({ truth, probabilities, labels }: LabelSetMetricInput): Decisions {
  const n = labels.length;
  return {
    rows: truth.length / n,
    labels: n,
    trueAt: (row, label) => truth[row * n + label] === 1,
    scoreAt: (row, label) => probabilities[row * n + label]!,
  };
}

function ofLabels(call: Call, input: LabelMetricInput): Scorer {
  const decisions = decisionsOf(input);
  if (decisions.labels !== 2) return averagedOver(call, decisions);
  const second = rankedLabel(decisions, 1);
  return (times) => areaOf(second, times).area;
}

const ofSets = (call: Call, input: LabelSetMetricInput): Scorer => averagedOver(call, decisionsOfSets(input));

/** `second`: only the second label is ranked. */
function rareIn(
  { arguments: { average } }: Call,
  { trueAt, scoreAt }: Decisions,
  names: readonly string[],
  second: boolean,
): RareLabelIntervalMethod {
  const all = names.map((_, label) => label);
  const rankings = second ? [[1]] : average === "micro" ? [all] : all.map((label) => [label]);
  return rareAreaIntervals({ names, trueAt, scoreAt }, rankings, average === "weighted");
}

function averagedOver({ arguments: { average } }: Call, decisions: Decisions): Scorer {
  const { labels: n } = decisions;
  const row = (index: number): number => Math.floor(index / n);
  if (average === "micro") {
    const all = rankDecisions(
      decisions.rows * n,
      row,
      (index) => decisions.trueAt(row(index), index % n),
      (index) => decisions.scoreAt(row(index), index % n),
    );
    return (times) => areaOf(all, times).area;
  }
  const each = Array.from({ length: n }, (_, label) => rankedLabel(decisions, label));
  return (times) => {
    const found = each.map((ranking) => areaOf(ranking, times));
    const weights = found.map(({ have }) => (average === "weighted" ? have : 1));
    const all = weights.reduce((a, b) => a + b, 0);
    return found.reduce((sum, { area }, label) => sum + area * weights[label]!, 0) / all;
  };
}

function rankedLabel(decisions: Decisions, label: number): RankedDecisions {
  return rankDecisions(
    decisions.rows,
    (row) => row,
    (row) => decisions.trueAt(row, label),
    (row) => decisions.scoreAt(row, label),
  );
}

/** Returns the area under the curve; ties count half. */
function areaOf(
  { rows, truth, level }: RankedDecisions,
  times: Uint32Array,
): { readonly area: number; readonly have: number } {
  let [have, others, won, hits, other] = [0, 0, 0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const counts = times[rows[i]!]!;
    if (truth[i] === 1) hits += counts;
    else other += counts;
    if (level[i] === 1) continue;
    won += other * (have + hits / 2);
    have += hits;
    others += other;
    [hits, other] = [0, 0];
  }
  return { area: have * others === 0 ? Number.NaN : won / (have * others), have };
}
