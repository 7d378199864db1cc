/**
 * Finds the threshold at which a binary metric is best. It tries every midpoint between two probabilities, or a limited
 * number of them at equal distances for metrics that must read all rows for each threshold.
 */
import type { RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { CalibrationData } from "../kind.js";
import type { MetricImplementation } from "../../metrics/kind.js";
import { softmaxInto } from "../../statistics/probabilities.js";

/** Maximum number of thresholds to try for a metric that reads all rows for each. */
const MOST = 500;
/** Among equally good thresholds, the nearest to this value is taken. */
const USUAL = 0.5;

/** Returns probabilities [rows × labels], computed from logits as the task computes them. */
export function labelProbabilities(
  outputs: readonly Float32Array[],
  truth: CalibrationData["truth"],
  temperature = 1,
): Float32Array {
  const n = outputs[0]?.length ?? 0;
  const shares = new Float32Array(outputs.length * n);
  outputs.forEach((logits, row) => {
    const scaledLogits = scaledByTemperature(logits, temperature);
    if ("one" in truth) softmaxInto(scaledLogits, shares.subarray(row * n, (row + 1) * n));
    else scaledLogits.forEach((logit, l) => (shares[row * n + l] = 1 / (1 + Math.exp(-logit))));
  });
  return shares;
}

/** Divides the logits by the temperature; returns the same array for temperature 1. */
export function scaledByTemperature(logits: Float32Array, temperature: number | undefined): Float32Array {
  return temperature === undefined || temperature === 1 ? logits : logits.map((logit) => logit / temperature);
}

/** Returns the best threshold; null if all score the same. */
export function bestThreshold(
  { yes, shares }: Told,
  {
    metric,
    call,
    better = "greater",
  }: { readonly metric: MetricImplementation; readonly call: Call; readonly better?: RankingDirection | undefined },
): number | null {
  const places = placesIn(shares, metric.ofYes ? Number.POSITIVE_INFINITY : MOST);
  const measured = metric.ofYes
    ? byCounts(places, { yes, shares }, metric.ofYes)
    : byRows(places, { yes, shares }, { metric, call });
  const scores = better === "greater" ? measured : measured.map((score) => -score);
  const known = scores.filter((score) => !Number.isNaN(score));
  const greatest = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (known.every((score) => score === greatest)) return null;
  const best = places.filter((_, i) => scores[i] === greatest);
  return best.reduce((a, b) => (Math.abs(b - USUAL) < Math.abs(a - USUAL) ? b : a));
}

interface Told {
  readonly yes: Uint8Array;
  readonly shares: Float64Array;
}
/**
 * Scores all thresholds from counts. `places` is ascending; going down, each threshold adds rows predicted positive.
 */
function byCounts(
  places: readonly number[],
  { yes, shares }: Told,
  score: NonNullable<MetricImplementation["ofYes"]>,
): readonly number[] {
  const order = Uint32Array.from(shares, (_, row) => row).sort((a, b) => shares[b]! - shares[a]!);
  const have = yes.reduce((sum, is) => sum + is, 0);
  const scores = new Array<number>(places.length);
  let [given, hit] = [0, 0];
  for (let i = places.length - 1; i >= 0; i--) {
    while (given < order.length && shares[order[given]!]! >= places[i]!) hit += yes[order[given++]!]!;
    scores[i] = score({ hit, given, have, all: shares.length });
  }
  return scores;
}

function byRows(
  places: readonly number[],
  { yes, shares }: Told,
  { metric, call }: { readonly metric: MetricImplementation; readonly call: Call },
): readonly number[] {
  const binary = { ...call, arguments: { ...call.arguments, average: "binary", of: null } };
  const truth = Int32Array.from(yes);
  const probabilities = Float64Array.from({ length: 2 * shares.length }, (_, i) => {
    const share = shares[i >> 1]!;
    return i % 2 === 0 ? 1 - share : share;
  });
  return places.map((place) => {
    const predicted = Int32Array.from(shares, (share) => Number(share >= place));
    return metric.compute?.(binary, { labels: ["no", "yes"], truth, predicted, probabilities }) ?? Number.NaN;
  });
}

/**
 * Returns the midpoints between neighbouring probabilities, plus one below and one above all, so that similar rows fall
 * on the same side.
 */
function placesIn(shares: Float64Array, most: number): readonly number[] {
  const levels = [0, ...new Set(shares.toSorted()), 1];
  const all = levels.slice(1).map((level, i) => (levels[i]! + level) / 2);
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)]!);
}
