/** A logit for each label; the loss of a text is the mean binary cross-entropy over the labels. */
import { binaryCrossEntropies, ofRows } from "#dsl/tensor/losses.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Answers, AskedRows, CommonAnswer, TaskImplementation, Taught } from "./kind.js";
import { singleText } from "../row-formats/single-text.js";
import type { LabelSetMetricInput } from "../metrics/kind.js";
import { drawnSets, resampling, samplerOf } from "../metrics/shared/resampled-outcomes.js";
import { real } from "./shared/feeds.js";
import { lossSettings } from "./shared/loss-settings.js";
import { positiveWeights, weighsPositives } from "./shared/positive-weights.js";
import { countsOfSets } from "../metrics/shared/counts.js";
import { numbering } from "./shared/label-scores.js";
import { numberWhereTold, percent } from "../statistics/probabilities.js";
import { word } from "./multilabel_classification.js";

export interface LabelsPrediction {
  readonly text: string;
  /** In the model's order. */
  readonly labels: readonly string[];
  readonly probabilities: Readonly<Record<string, number>>;
}
interface TaughtSets extends Taught {
  /** rows × labels, row-major. */
  readonly truth: Uint8Array;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const threshold = (call: Call): number => argumentsOf(word, call).threshold;
/** Of each label: as fitted, or the task's own. */
function leasts({ call, labels, thresholds }: Pick<AskedRows, "call" | "labels" | "thresholds">): readonly number[] {
  return labels.map((label) => (thresholds && Object.hasOwn(thresholds, label) ? thresholds[label]! : threshold(call)));
}

function outcome(
  said: readonly Float32Array[],
  truth: Uint8Array,
  labels: readonly string[],
  least: readonly number[],
) {
  const n = labels.length;
  const probabilities = new Float32Array(said.length * n);
  said.forEach((logits, row) => logits.forEach((x, l) => (probabilities[row * n + l] = sigmoid(x))));
  const predicted = Uint8Array.from(probabilities, (p, at) => (p >= least[at % n]! ? 1 : 0));
  // Infinite ones give a label, or don't, without saying how likely it is.
  if (said.some((logits) => !Number.isFinite(logits[0]))) probabilities.fill(Number.NaN);
  return { labels, truth, predicted, probabilities } satisfies LabelSetMetricInput;
}

/** Mean over texts and labels; softplus keeps it finite. */
function lossOf(said: readonly Float32Array[], truth: Uint8Array, n: number): number {
  let sum = 0;
  said.forEach((logits, row) =>
    logits.forEach((x, l) => {
      sum += Math.max(x, 0) - x * truth[row * n + l]! + Math.log1p(Math.exp(-Math.abs(x)));
    }),
  );
  return sum / (said.length * n);
}

const named = (always: readonly string[]): string => `always “${always.join(", ")}”`;
/** Surer than any threshold. */
const SURE = 30;

function givenAlways(labels: readonly string[], given: ReadonlySet<string>, name: string) {
  const logits = Float32Array.from(labels, (label) => (given.has(label) ? SURE : -SURE));
  return { name: given.size === labels.length ? `always ${name}` : name, said: () => logits };
}
/** Of all sets the one with the best F1 over all decisions: it has the commonest labels, as many as pay. */
function commonestGiven(labels: readonly string[], shares: readonly number[]) {
  const order = labels.map((_, l) => l).sort((a, b) => shares[b]! - shares[a]!);
  const total = shares.reduce((a, b) => a + b, 0);
  let [hit, best, most] = [0, 0, 0];
  order.forEach((l, i) => {
    hit += shares[l]!;
    const f1 = (2 * hit) / (i + 1 + total);
    if (f1 > best) [best, most] = [f1, i + 1];
  });
  const given = labels.filter((_, l) => order.slice(0, most).includes(l));
  return most === labels.length
    ? givenAlways(labels, new Set(given), "every label")
    : givenAlways(labels, new Set(given), named(given));
}

const answers: Answers<TaughtSets, LabelsPrediction> = {
  score(said, { truth }, rows) {
    const { labels } = rows;
    const n = labels.length;
    const input = outcome(said, truth, labels, leasts(rows));
    const { predicted, probabilities } = input;
    const draw = drawnSets(input);
    const commonest = commonestSet(input);
    const labelsOf = (sets: Uint8Array, row: number): string =>
      labels.filter((_, l) => sets[row * n + l] === 1).join(", ") || "none";
    const wrong = said.flatMap((_, row) => {
      const off = labels.flatMap((_, l) => {
        const at = row * n + l;
        return truth[at] === predicted[at] ? [] : [Math.abs(probabilities[at]! - truth[at]!)];
      });
      return off.length > 0 ? [{ row, by: Math.max(...off) }] : [];
    });
    return {
      told: { loss: lossOf(said, truth, n), accuracy: 1 - wrong.length / said.length },
      measure: (metric, of) => numberWhereTold(input, (own) => metric.ofLabelSets?.(of, own) ?? Number.NaN),
      resampling: (metric, of) =>
        resampling(said.length, samplerOf(metric, of, "ofLabelSets", input, draw), { single: true }),
      byLabel: {
        of: ["row", "rows"],
        head: "label",
        rows: countsOfSets(input).map((count, l) => ({ label: labels[l]!, ...count })),
      },
      ...(commonest && { commonest }),
      labels,
      confusion: [],
      mistakesBy: "probability",
      mistakes: (most) =>
        wrong
          .sort((a, b) => b.by - a.by)
          .slice(0, most)
          .map(({ row, by }) => ({ row, by, truth: labelsOf(truth, row), predicted: labelsOf(predicted, row) })),
      notes: rows.thresholds ? [] : atOtherThresholds(input),
      outcome: { of: "label_set", input, least: threshold(rows.call) },
    };
  },
  /** Each label as likely as it is common, so that of those that are rarer than the threshold none is given. */
  constant({ labels, values, call }) {
    const sets = Array.from((values("labels") ?? []) as Iterable<readonly string[]>);
    if (sets.length === 0) return null;
    const shares = labels.map((label) => sets.filter((set) => set.includes(label)).length / sets.length);
    const always = labels.filter((_, l) => shares[l]! >= threshold(call));
    const logits = Float32Array.from(shares, (p) => Math.log(Math.max(p, 1e-9) / Math.max(1 - p, 1e-9)));
    const others = {
      "all labels": givenAlways(labels, new Set(labels), "every label"),
      "commonest labels": commonestGiven(labels, shares),
    };
    return { name: always.length === 0 ? "never a label" : named(always), said: () => logits, others };
  },
  predictions(said, texts, rows) {
    const { labels } = rows;
    const least = leasts(rows);
    return said.map((logits, i) => {
      const shares = Float32Array.from(logits, sigmoid);
      return {
        text: texts[i]!,
        labels: labels.filter((_, l) => shares[l]! >= least[l]!),
        probabilities: Object.fromEntries(labels.map((label, l) => [label, shares[l]!])),
      };
    });
  },
  answer: ({ labels }) => labels.join(", "),
  columns: ["labels", "probabilities"],
  cells: ({ labels, probabilities }) => [
    labels.join(", ") || "none",
    labels.map((label) => percent(probabilities[label]!)).join(", "),
  ],
};

/** The set of labels that is given most often. */
function commonestSet({ labels, truth, predicted }: LabelSetMetricInput): CommonAnswer | undefined {
  const n = labels.length;
  const rows = truth.length / n;
  const key = (sets: Uint8Array, row: number): string => sets.subarray(row * n, (row + 1) * n).join("");
  const given = new Map<string, number>();
  for (let row = 0; row < rows; row++) given.set(key(predicted, row), (given.get(key(predicted, row)) ?? 0) + 1);
  const [most] = [...given].sort(([, a], [, b]) => b - a);
  if (!most) return undefined;
  let right = 0;
  for (let row = 0; row < rows; row++) if (key(truth, row) === most[0]) right++;
  const names = labels.filter((_, l) => most[0][l] === "1").join(", ");
  return { answer: names ? `“${names}”` : "no label", given: most[1] / rows, right: right / rows };
}

/** At which threshold F1 over all decisions is best on these very rows. */
function atOtherThresholds({ truth, probabilities }: LabelSetMetricInput): readonly string[] {
  if (Number.isNaN(probabilities[0])) return [];
  const order = Uint32Array.from(truth, (_, at) => at).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const have = truth.reduce((sum, t) => sum + t, 0);
  let [hit, best] = [0, { score: 0, least: 0.5 }];
  order.forEach((at, i) => {
    hit += truth[at]!;
    const least = probabilities[at]!;
    // Where the next stands level, both come or neither.
    if (i + 1 < order.length && probabilities[order[i + 1]!] === least) return;
    const score = (2 * hit) / (i + 1 + have);
    if (score > best.score) best = { score, least };
  });
  if (best.score === 0) return [];
  return [`f1(micro) is best on these rows, ${best.score.toFixed(4)}, at \`threshold: ${shown(best.least)}\``];
}
/** Rounded down, so that the probability itself still counts. */
function shown(least: number): string {
  return String(Math.max(1e-4, Math.floor(least * 1e4) / 1e4));
}

export const multilabelClassification: TaskImplementation = {
  supervision: {
    rowFormat: singleText,
    inputs: (labels, about) => ({
      labels: { dtype: "f32", shape: ["batch", labels] },
      ...(about && weighsPositives(about.call) && { weights: { dtype: "f32", shape: [labels] } }),
    }),
    teach(rows) {
      const values = rows.values("labels");
      if (!values) return null;
      const sets = Array.from(values as Iterable<readonly string[]>);
      const number = numbering(rows, sets);
      const n = rows.labels.length;
      const truth = new Uint8Array(rows.count * n);
      sets.forEach((labels, row) => {
        for (const label of labels) truth[row * n + number(label)] = 1;
      });
      const weights = weighsPositives(rows.call) ? positiveWeights(rows.call, rows.labels, truth) : null;
      const taught: TaughtSets = {
        truth,
        severalRight: truth,
        counts: (batch) => batch.rows.length,
        feeds(batch) {
          const labels = new Float32Array(batch.rows.length * n);
          Array.from(batch.rows).forEach((row, at) => labels.set(truth.subarray(row * n, (row + 1) * n), at * n));
          return { labels: real(labels, [batch.rows.length, n]), ...(weights && { weights: real(weights, [n]) }) };
        },
      };
      return taught;
    },
  },
  headPaths: "sentence",
  head(_layers, _body, o) {
    const logits = o.sentence(o.labels);
    return {
      logits: () => logits,
      probabilities: () => logits.sigmoid(),
      loss({ labels, weights, each }, reduction) {
        const settings = { positive: weights, focal: lossSettings(o.call).focal };
        return ofRows(binaryCrossEntropies(logits, labels, settings).mean([1]), reduction, each);
      },
      plain: ({ labels }, reduction) => ofRows(binaryCrossEntropies(logits, labels, {}).mean([1]), reduction),
    };
  },
  answers: answers as Answers,
};
