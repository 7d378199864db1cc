/** Evaluates vectors by scores, by labels, or by retrieval. */
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, PairMetricInput } from "../../metrics/kind.js";
import type { ScoredOutcome } from "../kind.js";
import type { BootstrapScorer } from "../../statistics/bootstrap.js";
import { correlation, ranksOf } from "../../metrics/shared/correlation.js";
import { reciprocalRankMeans } from "../../metrics/shared/ranking.js";
import { scoreOfAllRows } from "../../metrics/shared/row-sums.js";
import { bestSimilarityThreshold, accuracyAtThreshold } from "../../metrics/shared/threshold.js";
import {
  numbersResampler,
  cachedPerDraw,
  resamplingOf,
  metricResampleScorer,
  pickValues,
} from "../../metrics/shared/resampled-outcomes.js";
import { numberText } from "../../text/numbers.js";
import { similarityLossSettingsOf } from "./similarity-losses.js";
import type { TextPairTargets } from "./similarity-rows.js";
import {
  dotProduct,
  lossOfCosines,
  meanOfValues,
  retrieveTextPairs,
  unitVector,
  type PairRetrievalResults,
} from "./similarity-scores.js";

/** Inputs of the metrics for a split's vectors. */
interface Found {
  readonly taught: TextPairTargets;
  /** Cosine of the two texts of each row. */
  readonly cosines: Float64Array;
  readonly loss: number;
  /** Returns the loss on resamples. */
  lossOf(): BootstrapScorer | null;
  readonly ranged: boolean;
  searches(): PairRetrievalResults;
}

/** `outputs`: the vectors of all first texts, then of all second ones. */
export function scorePairs(
  outputs: readonly Float32Array[],
  taught: TextPairTargets,
  { call }: { readonly call: Call },
): ScoredOutcome {
  const vectors = outputs.map(unitVector);
  const first = (row: number): Float64Array => vectors[row]!;
  const second = (row: number): Float64Array => vectors[taught.count + row]!;
  const cosines = Float64Array.from({ length: taught.count }, (_, row) => dotProduct(first(row), second(row)));
  const settings = similarityLossSettingsOf(call);
  let made: PairRetrievalResults | undefined;
  const searches = (): PairRetrievalResults => (made ??= retrieveTextPairs(taught, { first, second }, settings.scale));
  const ranks = taught.loss === "ranking";
  const loss = ranks ? meanOfValues(searches().losses) : lossOfCosines(cosines, taught, settings);
  const lossOf = (): BootstrapScorer | null => {
    if (!ranks)
      return resamplingOf(taught.count, (drawn) =>
        lossOfCosines(pickValues(cosines, drawn), drawnOf(taught, drawn), settings),
      );
    const { losses } = searches();
    return resamplingOf(losses.length, (drawn) => meanOfValues(pickValues(losses, drawn)));
  };
  const ranged = taught.loss === "cosine" || (call.arguments["range"] ?? null) !== null;
  const found = { taught, cosines, loss, lossOf, searches, ranged };
  if (taught.scores) return byScores(found, taught.scores);
  return taught.same ? byLabels(found, taught.same) : bySearches(found);
}

const common = { labels: [], confusion: [], mistakesBy: "error" } as const;

type Drawn = Pick<TextPairTargets, "loss" | "scores" | "same">;
function drawnOf({ loss, scores, same }: TextPairTargets, drawn: Uint32Array): Drawn {
  return {
    loss,
    scores: scores && { written: pickValues(scores.written, drawn), cosines: pickValues(scores.cosines, drawn) },
    same: same && Uint8Array.from(drawn, (row) => same[row]!),
  };
}

function measuring(
  { loss, lossOf }: Found,
  measureOther: (metric: MetricImplementation, call: Call) => number | undefined,
  drawn: (metric: MetricImplementation, call: Call) => BootstrapScorer | null,
): Pick<ScoredOutcome, "measure" | "resampling"> {
  return {
    measure: (metric, call) => metric.ofLoss?.(call, loss) ?? measureOther(metric, call) ?? Number.NaN,
    resampling(metric, call) {
      const { ofLoss } = metric;
      const lossResampling = ofLoss && lossOf();
      return lossResampling
        ? { ...lossResampling, score: (units) => ofLoss(call, lossResampling.score(units)) }
        : drawn(metric, call);
    },
  };
}

function drawnSearches(
  metric: MetricImplementation,
  call: Call,
  searches: PairRetrievalResults["ranks"],
): BootstrapScorer | null {
  const draw = cachedPerDraw((drawn: Uint32Array) => ({ searches: Array.from(drawn, (search) => searches[search]!) }));
  return resamplingOf(searches.length, metricResampleScorer(metric, call, "ofRankings", { searches }, draw), {
    unit: "search",
  });
}

/** Draws pairs that are already sorted by similarity, so that no resample needs sorting. */
function drawnPairs({ labels, same, similarity }: PairMetricInput): (drawn: Uint32Array) => PairMetricInput {
  const order = Uint32Array.from(same, (_, row) => row).sort((a, b) => similarity[b]! - similarity[a]!);
  return cachedPerDraw((drawn) => {
    const times = new Uint32Array(same.length);
    for (const row of drawn) times[row]!++;
    const [some, alike] = [new Uint8Array(drawn.length), new Float64Array(drawn.length)];
    let to = 0;
    for (const row of order)
      for (let left = times[row]!; left > 0; left--, to++) [some[to], alike[to]] = [same[row]!, similarity[row]!];
    return { labels, same: some, similarity: alike };
  });
}

function byScores(found: Found, scores: NonNullable<TextPairTargets["scores"]>): ScoredOutcome {
  const { cosines, loss, ranged } = found;
  const numbers = { truth: scores.written, predicted: cosines };
  const draw = numbersResampler(numbers);
  const order = { truth: ranksOf(scores.written), predicted: ranksOf(cosines) };
  // Scores of an arbitrary scale can't be compared with cosines; a row's error is then the difference of ranks.
  const off = (row: number): number =>
    ranged
      ? Math.abs(scores.cosines[row]! - cosines[row]!)
      : Math.abs(order.truth[row]! - order.predicted[row]!) / cosines.length;
  return {
    ...common,
    metrics: { loss, spearman: correlation(order.truth, order.predicted) },
    ...measuring(
      found,
      (metric, call) => metric.ofNumbers?.(call, numbers),
      (metric, call) => resamplingOf(cosines.length, metricResampleScorer(metric, call, "ofNumbers", numbers, draw)),
    ),
    mistakes: (most) =>
      Array.from(cosines, (cosine, row) => ({
        row,
        truth: numberText(scores.written[row]!),
        predicted: numberText(cosine),
        by: off(row),
      }))
        .sort(gravest)
        .slice(0, most),
    outcome: { kind: "number", input: numbers },
  };
}

function byLabels(found: Found, same: Uint8Array): ScoredOutcome {
  const { taught, cosines, loss, searches } = found;
  const { labels } = taught;
  const pairs: PairMetricInput = { labels, same, similarity: cosines };
  const { value, threshold } = bestSimilarityThreshold(pairs, accuracyAtThreshold);
  const draw = drawnPairs(pairs);
  const predictedLabel = (row: number): 0 | 1 => (cosines[row]! >= threshold ? 1 : 0);
  return {
    ...common,
    metrics: { loss, accuracy: value },
    ...measuring(
      found,
      (metric, call) => metric.ofPairs?.(call, pairs) ?? metric.ofRankings?.(call, { searches: searches().ranks }),
      (metric, call) => {
        const { ofPairs } = metric;
        if (!ofPairs) return drawnSearches(metric, call, searches().ranks);
        return resamplingOf(same.length, (drawn) => ofPairs(call, draw(drawn)));
      },
    ),
    mistakes: (most) =>
      Array.from(same, (truth, row) => ({
        row,
        truth: labels[truth]!,
        predicted: labels[predictedLabel(row)]!,
        by: Math.abs(cosines[row]! - threshold),
      }))
        .filter((mistake) => mistake.truth !== mistake.predicted)
        .sort(gravest)
        .slice(0, most),
    outcome: { kind: "pair", input: pairs },
    notes: [
      `most pairs are classified correctly if a similarity of ${numberText(threshold)} or more counts as "${labels[1]!}"`,
      "accuracy, f1, precision and recall use the threshold that is best on these rows",
    ],
  };
}

function bySearches(searchOutcome: Found): ScoredOutcome {
  const { taught, loss, searches } = searchOutcome;
  const { ranks: found, astray } = searches();
  return {
    ...common,
    metrics: { loss, mrr: scoreOfAllRows(reciprocalRankMeans(found)) },
    ...measuring(
      searchOutcome,
      (metric, call) => metric.ofRankings?.(call, { searches: found }),
      (metric, call) => drawnSearches(metric, call, found),
    ),
    mistakes: (most) =>
      astray
        .slice(0, most)
        .map(({ row, found: predicted, by }) => ({ row, truth: String(taught.text_pair.at(row)), predicted, by })),
    outcome: { kind: "ranking", input: { searches: found } },
  };
}

function gravest(a: { readonly by: number }, b: { readonly by: number }): number {
  return b.by - a.by;
}
