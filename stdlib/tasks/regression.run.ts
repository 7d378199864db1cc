/**
 * One number from the pooled text; the loss is transformers' for `problem_type: regression`. The last layer learns
 * standardized scores (mean 0, deviation 1), so that any scale is learnable. All reported values are on the original
 * scale.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { reduceRowLosses } from "#dsl/tensor/losses.js";
import type { InitialValue } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Call } from "#dsl/language/types/value.js";
import type { AnswerDecoder, AnswerFrequency, TaskImplementation, TrainingTargets } from "./kind.js";
import { singleText } from "../row-formats/single-text.js";
import { numbersResampler, resamplingOf, metricResampleScorer } from "../metrics/shared/resampled-outcomes.js";
import { float32NDArray } from "./shared/feeds.js";
import { numberText } from "../text/numbers.js";

export interface ScorePrediction {
  readonly text: string;
  readonly score: number;
}
interface TaughtScores extends TrainingTargets {
  readonly truth: Float64Array;
}
interface Range {
  readonly from: number;
  readonly to: number;
}

const STANDARD = { mean: "target.mean", scale: "target.scale" };

const answers: AnswerDecoder<TaughtScores, ScorePrediction> = {
  score(outputs, { truth }, { call }) {
    const predicted = Float64Array.from(outputs, (logits) => within(logits[0]!, call));
    const input = { truth, predicted };
    const draw = numbersResampler(input);
    const commonest = commonestNumber(truth, predicted);
    const mean = (measure: (difference: number) => number): number =>
      truth.reduce((sum, right, i) => sum + measure(predicted[i]! - right), 0) / truth.length;
    return {
      metrics: { loss: mean((d) => d * d), mean_absolute_error: mean(Math.abs) },
      measure: (metric, metricCall) => metric.ofNumbers?.(metricCall, input) ?? Number.NaN,
      resampling: (metric, metricCall) =>
        resamplingOf(truth.length, metricResampleScorer(metric, metricCall, "ofNumbers", input, draw)),
      ...(commonest && { commonest }),
      spread: { predicted: deviationOf(predicted), truth: deviationOf(truth), mean: meanOf(predicted) },
      labels: [],
      confusion: [],
      mistakesBy: "error",
      mistakes: (most) =>
        Array.from(truth, (right, row) => ({
          row,
          truth: numberText(right),
          predicted: numberText(predicted[row]!),
          by: Math.abs(predicted[row]! - right),
        }))
          .sort((a, b) => b.by - a.by)
          .slice(0, most),
      outcome: { kind: "number", input },
    };
  },
  /** The mean minimizes the squared error, the median the absolute error. */
  constant({ values, call }) {
    const known = Float64Array.from((values("score") ?? []) as Iterable<number>).sort();
    if (known.length === 0) return null;
    const always = (constantName: string, score: number) => {
      const prediction = within(score, call);
      return {
        name: `always ${numberText(prediction)}, the ${constantName}`,
        predict: () => Float32Array.of(prediction),
      };
    };
    return { ...always("mean", meanOf(known)), others: { median: always("median", medianOf(known)) } };
  },
  predictions: (outputs, texts, { call }) =>
    outputs.map((logits, i) => ({ text: texts[i]!, score: within(logits[0]!, call) })),
  answer: ({ score }) => numberText(score),
  columns: ["score"],
  cells: ({ score }) => [numberText(score)],
};

export const regression: TaskImplementation = {
  supervision: {
    rowFormat: singleText,
    inputs: () => ({ labels: { dtype: "f32", shape: ["batch"] } }),
    teach(rows) {
      const values = rows.values("score");
      if (!values) return null;
      const range = rangeOf(rows.call);
      const truth = Float64Array.from(values as Iterable<number>);
      truth.forEach((score, i) => {
        if (range && (score < range.from || score > range.to))
          throw new CodedError("score-out-of-range", { row: rows.names[i]!, score, ...range });
      });
      const taught: TaughtScores = {
        truth,
        standard: standardOf(truth),
        counts: (batch) => batch.rows.length,
        feeds: (batch) => ({
          labels: float32NDArray(
            Float32Array.from(batch.rows, (row) => truth[row]!),
            [batch.rows.length],
          ),
        }),
      };
      return taught;
    },
  },
  headPaths: "sentence",
  standard: STANDARD,
  outputs: () => 1,
  head({ graph }, _body, options) {
    const standardState = (name: string, initial: InitialValue): Tensor =>
      graph.state(name, { type: { dtype: "f32", shape: [1] }, trains: false, initial });
    const [mean, scale] = [
      standardState(STANDARD.mean, { zeros: true }),
      standardState(STANDARD.scale, { ones: true }),
    ];
    const learnt = options.sentence(options.labels);
    return {
      logits: () => learnt.multiply(scale).add(mean),
      loss({ labels, each }, reduction) {
        const wanted = labels.subtract(mean).divide(scale);
        return reduceRowLosses(learnt.reshape([labels.shape[0]!]).subtract(wanted).square(), reduction, each);
      },
      reportedLoss: (loss) => loss.multiply(scale.square().reshape([])),
    };
  },
  answers: answers as AnswerDecoder,
};

function meanOf(numbers: Float64Array): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
function deviationOf(numbers: Float64Array): number {
  const mean = meanOf(numbers);
  return Math.sqrt(numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length);
}
/** The numbers must be sorted. */
function medianOf(numbers: Float64Array): number {
  const middle = numbers.length >> 1;
  return numbers.length % 2 === 1 ? numbers[middle]! : (numbers[middle - 1]! + numbers[middle]!) / 2;
}

/**
 * Returns the median prediction, and the shares of predictions and of true values within a tenth of the truth's
 * standard deviation of it.
 */
function commonestNumber(truth: Float64Array, predicted: Float64Array): AnswerFrequency | undefined {
  const n = truth.length;
  if (n === 0) return undefined;
  const mean = truth.reduce((sum, score) => sum + score, 0) / n;
  const near = 0.1 * Math.sqrt(truth.reduce((sum, score) => sum + (score - mean) ** 2, 0) / n);
  const middle = predicted.slice().sort()[n >> 1]!;
  const share = (scores: Float64Array): number => scores.filter((score) => Math.abs(score - middle) <= near).length / n;
  return { answer: `about ${numberText(middle)}`, given: share(predicted), right: share(truth) };
}

/** Returns mean and standard deviation; 1 for the deviation if all scores are equal. */
function standardOf(truth: Float64Array): { readonly mean: number; readonly scale: number } {
  const spread = deviationOf(truth);
  return { mean: meanOf(truth), scale: spread > 0 ? spread : 1 };
}
function rangeOf(call: Call): Range | null {
  const range = call.arguments["range"];
  return range !== null && typeof range === "object" && "from" in range ? range : null;
}
function within(score: number, call: Call): number {
  const range = rangeOf(call);
  return range ? Math.min(range.to, Math.max(range.from, score)) : score;
}
