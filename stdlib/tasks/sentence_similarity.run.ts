/**
 * Texts that are read each by itself, by one body: the states of their tokens become a vector, and how alike two texts are is
 * the cosine of their vectors. What is learnt follows from the data (similarity-losses.ts).
 */
import type { Call } from "#dsl/plan/plan.js";
import type { MetricImplementation } from "../kinds/metric.js";
import type { Answers, PairAnswers, Scored, TaskAbout, TaskImplementation } from "../kinds/task.js";
import { correlation, ranks } from "../metrics/correlation.js";
import { meanReciprocalRank } from "../metrics/ranking.js";
import { bestOfCuts, share } from "../metrics/threshold.js";
import { normalised, pool, POOLINGS, type Pooling } from "./pooling.js";
import { shown } from "./numbers.js";
import { lossIn, lossOf, settingsOf } from "./similarity-losses.js";
import { teachPairs, type TaughtPairs } from "./similarity-rows.js";
import { dot, lossOfCosines, searchesIn, unit } from "./similarity-scores.js";

export interface EmbeddingPrediction {
  readonly text: string;
  readonly embedding: Float32Array;
}
export interface SimilarityPrediction {
  readonly text: string;
  readonly text_pair: string;
  /** Cosine of the two embeddings. */
  readonly similarity: number;
}

const poolingOf = (call: Call): Pooling => POOLINGS.find((pooling) => pooling === call.arguments["pooling"]) ?? "mean";

/** `said`: the vectors of all first texts, then of all second ones. */
function score(said: readonly Float32Array[], taught: TaughtPairs, { call }: { readonly call: Call }): Scored {
  const { count, scores, same } = taught;
  const vectors = said.map(unit);
  const first = (row: number): Float64Array => vectors[row]!;
  const second = (row: number): Float64Array => vectors[count + row]!;
  const settings = settingsOf(call);
  const cosines = Float64Array.from({ length: count }, (_, row) => dot(first(row), second(row)));
  const common = { labels: [], confusion: [], mistakesBy: "error" as const };
  const measuring =
    (loss: number, of: (metric: MetricImplementation, call: Call) => number | undefined): Scored["measure"] =>
    (metric, measured) =>
      metric.ofLoss?.(measured, loss) ?? of(metric, measured) ?? Number.NaN;
  if (scores) {
    const loss =
      taught.loss === "ranking"
        ? searchesIn(taught, { first, second }, settings.scale).loss
        : lossOfCosines(cosines, taught, settings);
    const numbers = { truth: scores.written, predicted: cosines };
    const right = call.arguments["range"] ? scores.cosines : scores.written;
    return {
      ...common,
      told: { loss, spearman: correlation(ranks(scores.written), ranks(cosines)) },
      measure: measuring(loss, (metric, measured) => metric.ofNumbers?.(measured, numbers)),
      mistakes: (most) =>
        worst(
          Array.from(right, (truth, row) => ({
            row,
            truth: shown(truth),
            predicted: shown(cosines[row]!),
            by: Math.abs(truth - cosines[row]!),
          })),
          most,
        ),
    };
  }
  const searches = searchesIn(taught, { first, second }, settings.scale);
  const loss = taught.loss === "ranking" ? searches.loss : lossOfCosines(cosines, taught, settings);
  const ranking = { searches: searches.ranks };
  const others = searches.astray.map(({ row, found, by }) => ({
    row,
    truth: taught.text_pair[row]!,
    predicted: found,
    by,
  }));
  if (!same)
    return {
      ...common,
      told: { loss, mrr: meanReciprocalRank(ranking.searches) },
      measure: measuring(loss, (metric, measured) => metric.ofRankings?.(measured, ranking)),
      mistakes: (most) => others.slice(0, most),
    };
  const { labels } = taught;
  const pairs = { labels, same, similarity: cosines };
  const best = bestOfCuts(pairs, share);
  return {
    ...common,
    told: { loss, accuracy: best.value },
    measure: measuring(
      loss,
      (metric, measured) => metric.ofPairs?.(measured, pairs) ?? metric.ofRankings?.(measured, ranking),
    ),
    mistakes: (most) =>
      worst(
        Array.from(same, (truth, row) => ({
          row,
          truth: labels[truth]!,
          predicted: labels[cosines[row]! >= best.threshold ? 1 : 0]!,
          by: Math.abs(cosines[row]! - best.threshold),
        })).filter((m) => m.truth !== m.predicted),
        most,
      ),
    notes: [
      `most pairs are told apart where a similarity of ${shown(best.threshold)} or more counts as "${labels[1]!}"; accuracy, f1, precision and recall are those of the threshold that serves them best on these very rows`,
    ],
  };
}

function worst<M extends { readonly by: number }>(mistakes: readonly M[], most: number): readonly M[] {
  return [...mistakes].sort((a, b) => b.by - a.by).slice(0, most);
}

const ofPairs: PairAnswers<SimilarityPrediction> = {
  predictions: (said, texts) =>
    said.map(([first, second], i) => ({
      text: texts[i]![0],
      text_pair: texts[i]![1],
      similarity: dot(unit(first), unit(second)),
    })),
  columns: ["similarity"],
  cells: ({ similarity }) => [shown(similarity)],
};

const answers: Answers<TaughtPairs, EmbeddingPrediction> = {
  score,
  predictions: (said, texts) => said.map((vector, i) => ({ text: texts[i]!, embedding: vector.slice() })),
  columns: ["embedding"],
  cells: ({ embedding }) => [
    `${embedding.length} numbers: ${Array.from(embedding.subarray(0, 4), (x) => x.toFixed(3)).join(", ")}, …`,
  ],
  ofPairs: ofPairs as PairAnswers,
};

export const sentenceSimilarity: TaskImplementation = {
  supervision: {
    rows: "apart",
    inputs(_labels, about: TaskAbout = { call: { word: "", kind: "task", arguments: {} }, roles: [] }) {
      const ranking = lossOf(about.call, about.roles) === "ranking";
      const candidates = ranking ? "candidates" : "pairs";
      return {
        labels: { dtype: "f32", shape: ranking ? ["pairs", candidates] : ["pairs"] },
        firsts: { dtype: "i32", shape: ["pairs"] },
        seconds: { dtype: "i32", shape: [candidates] },
      };
    },
    teach: teachPairs,
  },
  headPaths: [],
  pooled: false,
  bare: true,
  head(_layers, body, o) {
    const vectors = pool(body, o.mask, poolingOf(o.call));
    const units = normalised(vectors);
    const at = (texts: typeof o.mask) => units.reshape([units.shape[0]!, 1, units.shape[1]!]).takeRows(texts);
    return {
      logits: () => (o.call.arguments["normalize"] === false ? vectors : units),
      loss: ({ labels, firsts, seconds }, reduction) =>
        lossIn(lossOf(o.call, o.roles), { a: at(firsts!), b: at(seconds!), labels, reduction, ...settingsOf(o.call) }),
    };
  },
  answers: answers as Answers,
};
