/**
 * Intervals of average precision, where a label is rare: it is the mean over the true decisions of the precision at their place,
 * and is taken for a share of as many (Boyd, Eng and Page, 2013). That is rather too wide; draws of few rows are too narrow.
 */
import type { LabelSetMetricInput } from "../kind.js";
import { midP } from "../../statistics/mid-p.js";
import { spreadOf, type Moving, type RareLabels } from "../../statistics/spread.js";
import { understated, VARY } from "./rare-areas.js";
import { FREQUENT } from "./rare-shares.js";

/** `micro`: all decisions are ranked together. */
export function rarePrecision(input: LabelSetMetricInput, average: "macro" | "micro" | "weighted"): RareLabels {
  const { labels, truth } = input;
  const n = labels.length;
  const all = labels.map((_, label) => label);
  const rankings = average === "micro" ? [all] : all.map((label) => [label]);
  const haveOf = (ranking: readonly number[], units: Uint32Array): number =>
    units.reduce((sum, row) => sum + ranking.reduce((own, label) => own + truth[row * n + label]!, 0), 0);
  const every = Uint32Array.from({ length: truth.length / n }, (_, row) => row);
  // A label that no row at all has scores 0; one that other rows than these have is left out.
  const anywhere = rankings.map((ranking) => haveOf(ranking, every) > 0);
  return {
    frequent: (units) => average !== "micro" && rankings.every((ranking) => haveOf(ranking, units) >= FREQUENT),
    of(units) {
      const have = rankings.map((ranking) => haveOf(ranking, units));
      if (have.every((own) => own === 0)) return { label: labels[0] ?? "", rows: 0, needed: 1 };
      const weights = have.map((own, i) => (average === "weighted" ? own : Number(own > 0 || !anywhere[i])));
      const sum = weights.reduce((a, b) => a + b, 0);
      const shares = rankings.map((ranking, i) => movingOf(input, ranking, units, weights[i]! / sum));
      return spreadOf(units.length, n, shares);
    },
  };
}

function movingOf(
  { labels, truth, probabilities }: LabelSetMetricInput,
  ranking: readonly number[],
  rows: Uint32Array,
  weight: number,
): Moving {
  const [each, n] = [ranking.length, labels.length];
  const [is, said] = [new Uint8Array(rows.length * each), new Float64Array(rows.length * each)];
  for (let at = 0; at < is.length; at++) {
    const from = rows[Math.floor(at / each)]! * n + ranking[at % each]!;
    is[at] = truth[from]!;
    said[at] = probabilities[from]!;
  }
  const { score, have, parts } = influences(is, said);
  const residuals = new Float64Array(rows.length);
  parts.forEach((part, at) => (residuals[Math.floor(at / each)]! += part));
  const squares = residuals.reduce((sum, one) => sum + one ** 2, 0);
  const variance = squares < ROUNDING ? 0 : squares;
  const effective = variance > 0 ? (score * (1 - score)) / (variance * understated(have)) : have;
  // Of few true rows chance may have all of them vary little.
  const of = have < VARY ? Math.min(have, effective) : effective;
  // A ranking that is not perfect leaves no less room below it than a perfect one would.
  const { low: least, high } = midP(score * of, of);
  const low = Math.min(least, midP(have, have).low);
  const units = Uint32Array.from(rows, (_, at) => at);
  return { label: ranking[0]!, units, residuals, down: weight * (score - low), up: weight * (high - score) };
}
/** Squares of what sums leave of 0. */
const ROUNDING = 1e-24;

/** Average precision, and how much it would change with the weight of each decision (the infinitesimal jackknife). */
export function influences(
  is: Uint8Array,
  said: Float64Array,
): { readonly score: number; readonly have: number; readonly parts: Float64Array } {
  const order = Uint32Array.from(is, (_, at) => at).sort((a, b) => said[b]! - said[a]!);
  const have = is.reduce((sum, one) => sum + one, 0);
  const parts = new Float64Array(is.length);
  if (have === 0) return { score: 0, have, parts };
  // Where each level ends: hits and all until there, and hits within.
  const levels: { readonly from: number; readonly to: number; readonly hits: number; readonly own: number }[] = [];
  let [hits, score] = [0, 0];
  for (let from = 0, to = 0; from < order.length; from = to) {
    let own = 0;
    for (; to < order.length && said[order[to]!] === said[order[from]!]; to++) own += is[order[to]!]!;
    hits += own;
    score += (own * hits) / to;
    levels.push({ from, to, hits, own });
  }
  // A sum of precisions is divided once, so that the score of a perfect ranking is exactly 1.
  score /= have;
  // Whatever stands lower has its precision changed: by 1 / all where the decision is true, by −hits / all² in any case.
  let [more, less] = [0, 0];
  for (const { from, to, hits: until, own } of levels.toReversed()) {
    more += own / to;
    less += (own * (until / to)) / to;
    for (let i = from; i < to; i++) parts[order[i]!] = (is[order[i]!]! * (until / to - score + more) - less) / have;
  }
  return { score, have, parts };
}
