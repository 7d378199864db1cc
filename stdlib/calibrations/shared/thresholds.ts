/** The share at which a metric of yes and no is best: every place between two shares is tried, of metrics that read all rows at each place some at equal distances. */
import type { RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { CalibrationData } from "../kind.js";
import type { MetricImplementation } from "../../metrics/kind.js";
import { softmaxInto } from "../../statistics/probabilities.js";

/** Places that are tried of a metric which reads all rows at each. */
const MOST = 500;
/** Of equally good ones the nearest to it is taken. */
const USUAL = 0.5;

/** Rows × labels, as tasks make them of logits. */
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

/** The same object where it is 1. */
export function scaledByTemperature(logits: Float32Array, temperature: number | undefined): Float32Array {
  return temperature === undefined || temperature === 1 ? logits : logits.map((logit) => logit / temperature);
}

/** Null: none is better than another. */
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
/** `places` rise: down them rows that yes is said of come to those before. */
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

/** Half way between neighbours, so that the like of these rows fall on the same side; and beneath and above all. */
function placesIn(shares: Float64Array, most: number): readonly number[] {
  const levels = [0, ...new Set(shares.toSorted()), 1];
  const all = levels.slice(1).map((level, i) => (levels[i]! + level) / 2);
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)]!);
}
