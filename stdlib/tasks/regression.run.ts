/** One number over the pooled text; the loss is transformers' for `problem_type: regression`. */
import { CodedError } from "#dsl/check/codes.js";
import type { Call } from "#dsl/plan/plan.js";
import type { Answers, TaskImplementation, Taught } from "../kinds/task.js";
import { real } from "./feeds.js";
import { shown } from "./numbers.js";
import "./codes.js";

export interface ScorePrediction {
  readonly text: string;
  readonly score: number;
}
interface TaughtScores extends Taught {
  readonly truth: Float64Array;
}
interface Range {
  readonly from: number;
  readonly to: number;
}

const answers: Answers<TaughtScores, ScorePrediction> = {
  score(said, { truth }, { call }) {
    const predicted = Float64Array.from(said, (logits) => within(logits[0]!, call));
    const input = { truth, predicted };
    const mean = (of: (difference: number) => number): number =>
      truth.reduce((sum, right, i) => sum + of(predicted[i]! - right), 0) / truth.length;
    return {
      told: { loss: mean((d) => d * d), mean_absolute_error: mean(Math.abs) },
      measure: (metric, of) => metric.ofNumbers?.(of, input) ?? Number.NaN,
      labels: [],
      confusion: [],
      mistakesBy: "error",
      mistakes: (most) =>
        Array.from(truth, (right, row) => ({
          row,
          truth: shown(right),
          predicted: shown(predicted[row]!),
          by: Math.abs(predicted[row]! - right),
        }))
          .sort((a, b) => b.by - a.by)
          .slice(0, most),
    };
  },
  predictions: (said, texts, { call }) =>
    said.map((logits, i) => ({ text: texts[i]!, score: within(logits[0]!, call) })),
  columns: ["score"],
  cells: ({ score }) => [shown(score)],
};

export const regression: TaskImplementation = {
  supervision: {
    rows: "texts",
    inputs: () => ({ labels: { dtype: "f32", shape: ["batch"] } }),
    teach(rows) {
      const values = rows.values("score");
      if (!values) return null;
      const range = rangeOf(rows.call);
      const truth = Float64Array.from(values as ArrayLike<number>);
      truth.forEach((score, i) => {
        if (range && (score < range.from || score > range.to))
          throw new CodedError("score-out-of-range", { row: rows.numbers[i]!, score, ...range });
      });
      const taught: TaughtScores = {
        truth,
        counts: (batch) => batch.rows.length,
        feeds: (batch) => ({
          labels: real(
            Float32Array.from(batch.rows, (row) => truth[row]!),
            [batch.rows.length],
          ),
        }),
      };
      return taught;
    },
  },
  headPaths: "sentence",
  outputs: () => 1,
  head(_layers, _body, o) {
    const logits = o.sentence(o.labels);
    return {
      logits: () => logits,
      loss({ labels }, reduction) {
        const squares = logits.reshape([labels.shape[0]!]).subtract(labels).square();
        return reduction === "mean" ? squares.mean() : squares.sum();
      },
    };
  },
  answers: answers as Answers,
};

function rangeOf(call: Call): Range | null {
  const range = call.arguments["range"];
  return range !== null && typeof range === "object" && "from" in range ? range : null;
}
function within(score: number, call: Call): number {
  const range = rangeOf(call);
  return range ? Math.min(range.to, Math.max(range.from, score)) : score;
}
