/**
 * Data of an evaluation's charts in few numbers: ranking curves, calibration, predicted against true numbers, and
 * errors by text length. Models scored on the same rows share a chart.
 */
import type { MetricInputByAnswerKind } from "#stdlib/tasks/kind.js";
import { NORMAL_QUANTILE_95 } from "#stdlib/statistics/interval.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";
import { ranksOfRelevantTexts } from "#stdlib/metrics/shared/ranking.js";
import {
  reliabilityOfAllLabels,
  reliabilityOfTopLabels,
  type Reliability,
} from "#stdlib/metrics/shared/reliability.js";
import type {
  EvaluationPictures,
  ErrorByLengthPicture,
  RegressionPicture,
  RecallAtRankPicture,
} from "../../display/scores/pictures.js";
import { rankCurvesPicture, type RankedModel } from "./rankings.js";

/**
 * Splits rows into bins of roughly equal size by a numeric value. Bins cover adjacent ranges, and equal values stay
 * together.
 */
export interface EqualSizeBin {
  /** Minimum and maximum value of the bin. */
  readonly from: number;
  readonly to: number;
  readonly rows: Uint32Array;
}

/** Returns at most `bins` bins of at least `fewest` rows each; none if there are too few rows. */
export function equalSizeBins(
  values: ArrayLike<number>,
  { bins, fewest }: { readonly bins: number; readonly fewest: number },
): readonly EqualSizeBin[] {
  const n = values.length;
  if (n < fewest) return [];
  const order = Uint32Array.from({ length: n }, (_, row) => row).sort((a, b) => values[a]! - values[b]! || a - b);
  const wanted = Math.max(fewest, n / bins);
  const ends: number[] = [];
  for (let end = 1; end < n; end++) {
    const [from, alike] = [ends.at(-1) ?? 0, values[order[end]!] === values[order[end - 1]!]];
    // Cuts at the position nearest to an equal share, if enough rows remain after it.
    if (!alike && end - from >= fewest && n - end >= fewest && end >= wanted * (ends.length + 1) - 0.5) ends.push(end);
  }
  return [...ends, n].map((end, i) => {
    const rows = order.slice(i === 0 ? 0 : ends[i - 1]!, end);
    return { from: values[rows[0]!]!, to: values[rows[rows.length - 1]!]!, rows };
  });
}

/** Maximum number of models that colour and dash can distinguish. */
const MODELS = 4;
/** Same bins as `calibration_error`. */
const BINS = 15;
/** Points of a scatter plot, per model. */
const POINTS = 600;
/** Ranks of a search that are shown. */
const PLACES = 20;
const LENGTHS = 4;
/** Minimum rows for a meaningful proportion. */
const FEWEST = 20;

/**
 * Returns null if there is nothing to show. `lengths`: tokens of each row; undefined if rows have no length of their
 * own.
 */
export function evaluationPictures(
  on: string,
  all: readonly RankedModel[],
  lengths: Int32Array | undefined,
): EvaluationPictures | null {
  const models = all.slice(0, MODELS);
  const [first] = models;
  if (!first || rowsIn(first.outcome) < 2) return null;
  const pictures = {
    on,
    left: all.length - models.length,
    rankings: rankCurvesPicture(models),
    reliability: models.flatMap(({ name, outcome }) => {
      const found = reliabilityOf(outcome);
      return found ? [{ name, ...found }] : [];
    }),
    numbers: models.flatMap(numbersOf),
    places: models.flatMap(foundAt),
    lengths: lengths ? byLength(models, lengths) : null,
  };
  const { rankings, reliability, numbers, places } = pictures;
  const none = !rankings && reliability.length + numbers.length + places.length === 0 && !pictures.lengths;
  return none ? null : pictures;
}

function rowsIn(outcome: MetricInputByAnswerKind): number {
  if (outcome.kind === "ranking") return outcome.input.searches.length;
  if (outcome.kind === "pair") return outcome.input.same.length;
  const { truth } = outcome.input;
  return outcome.kind === "label_set" ? truth.length / Math.max(1, outcome.input.labels.length) : truth.length;
}

function reliabilityOf(outcome: MetricInputByAnswerKind): Reliability | null {
  if (outcome.kind === "label") return reliabilityOfTopLabels(outcome.input, BINS);
  return outcome.kind === "label_set" ? reliabilityOfAllLabels(outcome.input, BINS) : null;
}

/** Samples rows at equal distances if there are many. */
function numbersOf({ name, outcome }: RankedModel): readonly RegressionPicture[] {
  if (outcome.kind !== "number") return [];
  const { truth, predicted } = outcome.input;
  const step = Math.max(1, Math.ceil(truth.length / POINTS));
  const rows = Array.from({ length: Math.ceil(truth.length / step) }, (_, i) => i * step);
  return [
    { name, truth: rows.map((row) => truth[row]!), predicted: rows.map((row) => predicted[row]!), total: truth.length },
  ];
}

/** Share of searches with a correct result at or before each rank. */
function foundAt({ name, outcome }: RankedModel): readonly RecallAtRankPicture[] {
  if (outcome.kind !== "ranking") return [];
  const { searches } = outcome.input;
  const firsts = new Uint32Array(PLACES + 1);
  for (const ranks of searches)
    firsts[Math.min(PLACES, (ranksOfRelevantTexts(ranks)[0] ?? Number.POSITIVE_INFINITY) - 1)]!++;
  let sum = 0;
  const found = Array.from(firsts.subarray(0, PLACES), (count) => (sum += count) / searches.length);
  return [{ name, found }];
}

/** Bins with equal row counts; null if there are too few rows, or all lengths are equal. */
function byLength(models: readonly RankedModel[], lengths: Int32Array): ErrorByLengthPicture | null {
  const able = models.flatMap(({ name, outcome }) => {
    const mistakes = wrongIn(outcome);
    return mistakes && rowsIn(outcome) === lengths.length ? [{ name, of: mistakes }] : [];
  });
  const bins = equalSizeBins(lengths, { bins: LENGTHS, fewest: FEWEST });
  const [first] = able;
  if (!first || bins.length < 2) return null;
  const kind = first.of.kind;
  return {
    kind,
    bins: bins.map(({ from, to, rows }) => ({ from, to, rows: rows.length })),
    models: able
      .filter(({ of: mistakes }) => mistakes.kind === kind)
      .map(({ name, of: mistakes }) => ({ name, values: bins.map(({ rows }) => meanIn(rows, mistakes)) })),
  };
}

interface Wrong {
  readonly kind: ErrorByLengthPicture["kind"];
  /** 1 if the row is wrong, or the size of its error. */
  mistakeAt(row: number): number;
}
function wrongIn(outcome: MetricInputByAnswerKind): Wrong | null {
  if (outcome.kind === "label") {
    const { truth, predicted } = outcome.input;
    return { kind: "mistakes", mistakeAt: (row) => Number(truth[row] !== predicted[row]) };
  }
  if (outcome.kind === "label_set") {
    const { truth, predicted, labels } = outcome.input;
    const places = labels.map((_, l) => l);
    const n = labels.length;
    return {
      kind: "mistakes",
      mistakeAt: (row) => Number(places.some((l) => truth[row * n + l] !== predicted[row * n + l])),
    };
  }
  if (outcome.kind !== "number") return null;
  const { truth, predicted } = outcome.input;
  return { kind: "absolute error", mistakeAt: (row) => Math.abs(truth[row]! - predicted[row]!) };
}

/** Proportions have Wilson's interval, means that of the normal distribution. */
function meanIn(
  rows: Uint32Array,
  { kind, mistakeAt }: Wrong,
): ErrorByLengthPicture["models"][number]["values"][number] {
  const n = rows.length;
  const sum = rows.reduce((all, row) => all + mistakeAt(row), 0);
  const value = sum / n;
  if (kind === "mistakes") return { value, ...wilsonInterval(sum, n) };
  const variance = rows.reduce((all, row) => all + (mistakeAt(row) - value) ** 2, 0) / Math.max(1, n - 1);
  const half = NORMAL_QUANTILE_95 * Math.sqrt(variance / n);
  return { value, low: Math.max(0, value - half), high: value + half };
}
