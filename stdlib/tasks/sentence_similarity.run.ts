/**
 * Encodes each text separately with one body: the states of its tokens are pooled to a vector, and the similarity of
 * two texts is the cosine of their vectors. The data determines the loss (similarity-losses.ts).
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { AnswerDecoder, PairAnswerDecoder, TaskContext, TaskImplementation } from "./kind.js";
import { pairEncoding } from "../row-formats/pair-encoding.js";
import { normalizeVectors, poolTokens, POOLINGS, type Pooling } from "./shared/pooling.js";
import { numberText } from "../text/numbers.js";
import {
  buildSimilarityLoss,
  similarityLossOf,
  similarityLossSettingsOf,
  pairTargetRole,
} from "./shared/similarity-losses.js";
import { textPairTargetsOf, type TextPairTargets } from "./shared/similarity-rows.js";
import { scorePairs } from "./shared/similarity-scored.js";
import { dotProduct, unitVector } from "./shared/similarity-scores.js";

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

const ofPairs: PairAnswerDecoder<SimilarityPrediction> = {
  predictions: (outputs, texts) =>
    outputs.map(([first, second], i) => ({
      text: texts[i]![0],
      text_pair: texts[i]![1],
      similarity: dotProduct(unitVector(first), unitVector(second)),
    })),
  columns: ["similarity"],
  cells: ({ similarity }) => [numberText(similarity)],
};

const answers: AnswerDecoder<TextPairTargets, EmbeddingPrediction> = {
  score: scorePairs,
  predictions: (outputs, texts) => outputs.map((vector, i) => ({ text: texts[i]!, embedding: vector.slice() })),
  /** All pairs have the same similarity. If labels state which texts match, the more frequent label is predicted. */
  constant: ({ values, call }) =>
    pairTargetRole(
      call,
      ["label", "score"].filter((role) => values(role) !== undefined),
    ) === "label"
      ? { name: "all pairs weigh the same", predict: () => Float32Array.of(1), likelihood: false }
      : null,
  answer: ({ embedding }) => Array.from(embedding.subarray(0, 16), numberText).join(" "),
  columns: ["embedding"],
  cells: ({ embedding }) => [
    `${embedding.length} numbers: ${Array.from(embedding.subarray(0, 4), (x) => x.toFixed(3)).join(", ")}, …`,
  ],
  ofPairs: ofPairs as PairAnswerDecoder,
};

export const sentenceSimilarity: TaskImplementation = {
  supervision: {
    rowFormat: pairEncoding,
    inputs(_labels, about: TaskContext = { call: { word: "", kind: "task", arguments: {} }, roles: [] }) {
      const ranking = similarityLossOf(about.call, about.roles) === "ranking";
      const candidates = ranking ? "candidates" : "pairs";
      return {
        labels: { dtype: "f32", shape: ranking ? ["pairs", candidates] : ["pairs"] },
        firsts: { dtype: "i32", shape: ["pairs"] },
        seconds: { dtype: "i32", shape: [candidates] },
      };
    },
    teach: textPairTargetsOf,
  },
  headPaths: [],
  pooled: false,
  bare: true,
  head(_layers, body, options) {
    const vectors = poolTokens(body, options.mask, poolingOf(options.call));
    const units = normalizeVectors(vectors);
    const takeUnits = (texts: typeof options.mask) =>
      units.reshape([units.shape[0]!, 1, units.shape[1]!]).takeRows(texts);
    return {
      logits: () => (options.call.arguments["normalize"] === false ? vectors : units),
      loss: ({ labels, each, ...places }, reduction) =>
        buildSimilarityLoss(similarityLossOf(options.call, options.roles), {
          a: takeUnits(mustExist(places["firsts"], "firsts")),
          b: takeUnits(mustExist(places["seconds"], "seconds")),
          labels,
          ...(each && { each }),
          reduction,
          ...similarityLossSettingsOf(options.call),
        }),
    };
  },
  answers: answers as AnswerDecoder,
};
