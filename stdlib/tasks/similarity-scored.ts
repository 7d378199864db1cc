/** What an evaluation of vectors found: by scores, by labels, or by what each text finds. */
import type { Call } from "#dsl/plan/plan.js";
import type { MetricImplementation, PairMetricInput } from "../kinds/metric.js";
import type { Scored } from "../kinds/task.js";
import { correlation, ranks } from "../metrics/correlation.js";
import { meanReciprocalRank } from "../metrics/ranking.js";
import { bestOfCuts, share } from "../metrics/threshold.js";
import { shown } from "./numbers.js";
import { settingsOf } from "./similarity-losses.js";
import type { TaughtPairs } from "./similarity-rows.js";
import { dot, lossOfCosines, searchesIn, unit, type Searches } from "./similarity-scores.js";

/** What is asked of the vectors of a split. */
interface Found {
  readonly taught: TaughtPairs;
  /** Of the two texts of each row. */
  readonly cosines: Float64Array;
  readonly loss: number;
  readonly ranged: boolean;
  searches(): Searches;
}

/** `said`: the vectors of all first texts, then of all second ones. */
export function scorePairs(
  said: readonly Float32Array[],
  taught: TaughtPairs,
  { call }: { readonly call: Call },
): Scored {
  const vectors = said.map(unit);
  const first = (row: number): Float64Array => vectors[row]!;
  const second = (row: number): Float64Array => vectors[taught.count + row]!;
  const cosines = Float64Array.from({ length: taught.count }, (_, row) => dot(first(row), second(row)));
  const settings = settingsOf(call);
  let made: Searches | undefined;
  const searches = (): Searches => (made ??= searchesIn(taught, { first, second }, settings.scale));
  const loss = taught.loss === "ranking" ? searches().loss : lossOfCosines(cosines, taught, settings);
  const ranged = taught.loss === "cosine" || (call.arguments["range"] ?? null) !== null;
  const found = { taught, cosines, loss, searches, ranged };
  if (taught.scores) return byScores(found, taught.scores);
  return taught.same ? byLabels(found, taught.same) : bySearches(found);
}

const common = { labels: [], confusion: [], mistakesBy: "error" } as const;

function measuring(
  loss: number,
  of: (metric: MetricImplementation, call: Call) => number | undefined,
): Scored["measure"] {
  return (metric, call) => metric.ofLoss?.(call, loss) ?? of(metric, call) ?? Number.NaN;
}

function byScores({ cosines, loss, ranged }: Found, scores: NonNullable<TaughtPairs["scores"]>): Scored {
  const numbers = { truth: scores.written, predicted: cosines };
  const order = { truth: ranks(scores.written), predicted: ranks(cosines) };
  // Scores of any scale are no cosines: then a row is as far off as its place among the others.
  const off = (row: number): number =>
    ranged
      ? Math.abs(scores.cosines[row]! - cosines[row]!)
      : Math.abs(order.truth[row]! - order.predicted[row]!) / cosines.length;
  return {
    ...common,
    told: { loss, spearman: correlation(order.truth, order.predicted) },
    measure: measuring(loss, (metric, call) => metric.ofNumbers?.(call, numbers)),
    mistakes: (most) =>
      Array.from(cosines, (cosine, row) => ({
        row,
        truth: shown(scores.written[row]!),
        predicted: shown(cosine),
        by: off(row),
      }))
        .sort(gravest)
        .slice(0, most),
  };
}

function byLabels({ taught: { labels }, cosines, loss, searches }: Found, same: Uint8Array): Scored {
  const pairs: PairMetricInput = { labels, same, similarity: cosines };
  const { value, threshold } = bestOfCuts(pairs, share);
  const said = (row: number): 0 | 1 => (cosines[row]! >= threshold ? 1 : 0);
  return {
    ...common,
    told: { loss, accuracy: value },
    measure: measuring(
      loss,
      (metric, call) => metric.ofPairs?.(call, pairs) ?? metric.ofRankings?.(call, { searches: searches().ranks }),
    ),
    mistakes: (most) =>
      Array.from(same, (truth, row) => ({
        row,
        truth: labels[truth]!,
        predicted: labels[said(row)]!,
        by: Math.abs(cosines[row]! - threshold),
      }))
        .filter((mistake) => mistake.truth !== mistake.predicted)
        .sort(gravest)
        .slice(0, most),
    notes: [
      `most pairs are told apart where a similarity of ${shown(threshold)} or more counts as "${labels[1]!}"`,
      "accuracy, f1, precision and recall are those of the threshold that serves them best on these very rows",
    ],
  };
}

function bySearches({ taught, loss, searches }: Found): Scored {
  const { ranks: found, astray } = searches();
  return {
    ...common,
    told: { loss, mrr: meanReciprocalRank(found) },
    measure: measuring(loss, (metric, call) => metric.ofRankings?.(call, { searches: found })),
    mistakes: (most) =>
      astray
        .slice(0, most)
        .map(({ row, found: predicted, by }) => ({ row, truth: taught.text_pair[row]!, predicted, by })),
  };
}

function gravest(a: { readonly by: number }, b: { readonly by: number }): number {
  return b.by - a.by;
}
