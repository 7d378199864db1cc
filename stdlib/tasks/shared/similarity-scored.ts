/** What an evaluation of vectors found: by scores, by labels, or by what each text finds. */
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, PairMetricInput } from "../../metrics/kind.js";
import type { Scored } from "../kind.js";
import type { Resampling } from "../../statistics/bootstrap.js";
import { correlation, ranks } from "../../metrics/shared/correlation.js";
import { reciprocalRanks } from "../../metrics/shared/ranking.js";
import { whole } from "../../metrics/shared/row-sums.js";
import { bestOfCuts, share } from "../../metrics/shared/threshold.js";
import { drawnNumbers, lately, resampling, samplerOf, some } from "../../metrics/shared/resampled-outcomes.js";
import { shown } from "../../text/numbers.js";
import { settingsOf } from "./similarity-losses.js";
import type { TaughtPairs } from "./similarity-rows.js";
import { dot, lossOfCosines, mean, searchesIn, unit, type Searches } from "./similarity-scores.js";

/** What is asked of the vectors of a split. */
interface Found {
  readonly taught: TaughtPairs;
  /** Of the two texts of each row. */
  readonly cosines: Float64Array;
  readonly loss: number;
  /** The same of what is drawn. */
  lossOf(): Resampling | null;
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
  const ranks = taught.loss === "ranking";
  const loss = ranks ? mean(searches().losses) : lossOfCosines(cosines, taught, settings);
  const lossOf = (): Resampling | null => {
    if (!ranks)
      return resampling(taught.count, (drawn) => lossOfCosines(some(cosines, drawn), drawnOf(taught, drawn), settings));
    const { losses } = searches();
    return resampling(losses.length, (drawn) => mean(some(losses, drawn)));
  };
  const ranged = taught.loss === "cosine" || (call.arguments["range"] ?? null) !== null;
  const found = { taught, cosines, loss, lossOf, searches, ranged };
  if (taught.scores) return byScores(found, taught.scores);
  return taught.same ? byLabels(found, taught.same) : bySearches(found);
}

const common = { labels: [], confusion: [], mistakesBy: "error" } as const;

type Drawn = Pick<TaughtPairs, "loss" | "scores" | "same">;
function drawnOf({ loss, scores, same }: TaughtPairs, drawn: Uint32Array): Drawn {
  return {
    loss,
    scores: scores && { written: some(scores.written, drawn), cosines: some(scores.cosines, drawn) },
    same: same && Uint8Array.from(drawn, (row) => same[row]!),
  };
}

function measuring(
  { loss, lossOf }: Found,
  of: (metric: MetricImplementation, call: Call) => number | undefined,
  drawn: (metric: MetricImplementation, call: Call) => Resampling | null,
): Pick<Scored, "measure" | "resampling"> {
  return {
    measure: (metric, call) => metric.ofLoss?.(call, loss) ?? of(metric, call) ?? Number.NaN,
    resampling(metric, call) {
      const { ofLoss } = metric;
      const own = ofLoss && lossOf();
      return own ? { ...own, score: (units) => ofLoss(call, own.score(units)) } : drawn(metric, call);
    },
  };
}

function drawnSearches(metric: MetricImplementation, call: Call, searches: Searches["ranks"]): Resampling | null {
  const draw = lately((drawn: Uint32Array) => ({ searches: Array.from(drawn, (search) => searches[search]!) }));
  return resampling(searches.length, samplerOf(metric, call, "ofRankings", { searches }, draw), { of: "search" });
}

/** Pairs that are drawn, the most alike first: so no draw needs sorting. */
function drawnPairs({ labels, same, similarity }: PairMetricInput): (drawn: Uint32Array) => PairMetricInput {
  const order = Uint32Array.from(same, (_, row) => row).sort((a, b) => similarity[b]! - similarity[a]!);
  return lately((drawn) => {
    const times = new Uint32Array(same.length);
    for (const row of drawn) times[row]!++;
    const [some, alike] = [new Uint8Array(drawn.length), new Float64Array(drawn.length)];
    let to = 0;
    for (const row of order)
      for (let left = times[row]!; left > 0; left--, to++) [some[to], alike[to]] = [same[row]!, similarity[row]!];
    return { labels, same: some, similarity: alike };
  });
}

function byScores(found: Found, scores: NonNullable<TaughtPairs["scores"]>): Scored {
  const { cosines, loss, ranged } = found;
  const numbers = { truth: scores.written, predicted: cosines };
  const draw = drawnNumbers(numbers);
  const order = { truth: ranks(scores.written), predicted: ranks(cosines) };
  // Scores of any scale are no cosines: then a row is as far off as its place among the others.
  const off = (row: number): number =>
    ranged
      ? Math.abs(scores.cosines[row]! - cosines[row]!)
      : Math.abs(order.truth[row]! - order.predicted[row]!) / cosines.length;
  return {
    ...common,
    told: { loss, spearman: correlation(order.truth, order.predicted) },
    ...measuring(
      found,
      (metric, call) => metric.ofNumbers?.(call, numbers),
      (metric, call) => resampling(cosines.length, samplerOf(metric, call, "ofNumbers", numbers, draw)),
    ),
    mistakes: (most) =>
      Array.from(cosines, (cosine, row) => ({
        row,
        truth: shown(scores.written[row]!),
        predicted: shown(cosine),
        by: off(row),
      }))
        .sort(gravest)
        .slice(0, most),
    outcome: { of: "number", input: numbers },
  };
}

function byLabels(found: Found, same: Uint8Array): Scored {
  const { taught, cosines, loss, searches } = found;
  const { labels } = taught;
  const pairs: PairMetricInput = { labels, same, similarity: cosines };
  const { value, threshold } = bestOfCuts(pairs, share);
  const draw = drawnPairs(pairs);
  const said = (row: number): 0 | 1 => (cosines[row]! >= threshold ? 1 : 0);
  return {
    ...common,
    told: { loss, accuracy: value },
    ...measuring(
      found,
      (metric, call) => metric.ofPairs?.(call, pairs) ?? metric.ofRankings?.(call, { searches: searches().ranks }),
      (metric, call) => {
        const { ofPairs } = metric;
        if (!ofPairs) return drawnSearches(metric, call, searches().ranks);
        return resampling(same.length, (drawn) => ofPairs(call, draw(drawn)));
      },
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
    outcome: { of: "pair", input: pairs },
    notes: [
      `most pairs are told apart where a similarity of ${shown(threshold)} or more counts as "${labels[1]!}"`,
      "accuracy, f1, precision and recall are those of the threshold that serves them best on these very rows",
    ],
  };
}

function bySearches(own: Found): Scored {
  const { taught, loss, searches } = own;
  const { ranks: found, astray } = searches();
  return {
    ...common,
    told: { loss, mrr: whole(reciprocalRanks(found)) },
    ...measuring(
      own,
      (metric, call) => metric.ofRankings?.(call, { searches: found }),
      (metric, call) => drawnSearches(metric, call, found),
    ),
    mistakes: (most) =>
      astray
        .slice(0, most)
        .map(({ row, found: predicted, by }) => ({ row, truth: String(taught.text_pair.at(row)), predicted, by })),
    outcome: { of: "ranking", input: { searches: found } },
  };
}

function gravest(a: { readonly by: number }, b: { readonly by: number }): number {
  return b.by - a.by;
}
