/**
 * Texts that are read each by itself, by one body: the states of their tokens become a vector, and how alike two texts are is
 * the cosine of their vectors. What is learnt follows from the data (similarity-losses.ts).
 */
import { must } from "#dsl/language/diagnostics/must.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Answers, PairAnswers, TaskAbout, TaskImplementation } from "./kind.js";
import { pairEncoding } from "../row-formats/pair-encoding.js";
import { normalised, pool, POOLINGS, type Pooling } from "./shared/pooling.js";
import { shown } from "../text/numbers.js";
import { lossIn, lossOf, settingsOf, toldBy } from "./shared/similarity-losses.js";
import { teachPairs, type TaughtPairs } from "./shared/similarity-rows.js";
import { scorePairs } from "./shared/similarity-scored.js";
import { dot, unit } from "./shared/similarity-scores.js";

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
  score: scorePairs,
  predictions: (said, texts) => said.map((vector, i) => ({ text: texts[i]!, embedding: vector.slice() })),
  /** All pairs as alike as each other, where labels say which belong together: then the commoner label is right. */
  constant: ({ values, call }) =>
    toldBy(
      call,
      ["label", "score"].filter((role) => values(role) !== undefined),
    ) === "label"
      ? { name: "all pairs alike", said: () => Float32Array.of(1), likelihood: false }
      : null,
  answer: ({ embedding }) => Array.from(embedding.subarray(0, 16), shown).join(" "),
  columns: ["embedding"],
  cells: ({ embedding }) => [
    `${embedding.length} numbers: ${Array.from(embedding.subarray(0, 4), (x) => x.toFixed(3)).join(", ")}, …`,
  ],
  ofPairs: ofPairs as PairAnswers,
};

export const sentenceSimilarity: TaskImplementation = {
  supervision: {
    rowFormat: pairEncoding,
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
      loss: ({ labels, each, ...places }, reduction) =>
        lossIn(lossOf(o.call, o.roles), {
          a: at(must(places["firsts"], "firsts")),
          b: at(must(places["seconds"], "seconds")),
          labels,
          ...(each && { each }),
          reduction,
          ...settingsOf(o.call),
        }),
    };
  },
  answers: answers as Answers,
};
