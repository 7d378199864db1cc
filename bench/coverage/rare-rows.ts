/**
 * Populations with one rare label, the predictions of two models for them, and functions that draw and measure sets of
 * rows.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MeasuredMetric } from "#kernel/inference/measuring/comparison.js";
import type { LabelSetMetricInput, MetricImplementation, LabelMetricInput } from "#stdlib/metrics/kind.js";
import { seededRandom, type RandomSource } from "#stdlib/statistics/chance.js";
import {
  labelsResampler,
  labelSetsResampler,
  resamplingOf,
  metricResampleScorer,
} from "#stdlib/metrics/shared/resampled-outcomes.js";
import { registry } from "#stdlib/registry.js";

export interface Setting {
  readonly name: string;
  /** Mean number of rows per label. For label sets: how many of the `rows` have the label. */
  readonly counts: readonly number[];
  /** Number of rows; only for label sets. */
  readonly rows?: number;
  /** Distance between the score of a row's true label and the others, in standard deviations, per model. */
  readonly apart: readonly [number, number];
  /** Score threshold above which the rare label (for label sets: each label) is predicted. */
  readonly from: number;
}
export const SETTINGS: readonly Setting[] = [
  { name: "5 of 100", counts: [95, 5], apart: [2.6, 3], from: 1.9 },
  { name: "3 of 100", counts: [97, 3], apart: [2.6, 3], from: 1.9 },
  { name: "5 of 500", counts: [495, 5], apart: [3, 3.4], from: 2.3 },
  { name: "10 of 200", counts: [190, 10], apart: [2.2, 2.6], from: 1.7 },
  { name: "6 of 200, four labels", counts: [100, 60, 34, 6], apart: [2.2, 2.5], from: 0 },
  { name: "6 of 200, sets of three labels", counts: [80, 40, 6], rows: 200, apart: [2.2, 2.6], from: 1.6 },
];

const uniform = (generator: RandomSource): number => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
function normal(generator: RandomSource): number {
  return Math.sqrt(-2 * Math.log(uniform(generator))) * Math.cos(2 * Math.PI * uniform(generator));
}
/** Noise of two models on the same rows; half of its variance is shared. */
function noises(g: RandomSource): readonly [number, number] {
  const shared = normal(g) * Math.SQRT1_2;
  return [shared + normal(g) * Math.SQRT1_2, shared + normal(g) * Math.SQRT1_2];
}

export type Drawn = readonly [Answered, Answered];
export type Answered =
  | { readonly of: "compute"; readonly input: LabelMetricInput }
  | { readonly of: "ofLabelSets"; readonly input: LabelSetMetricInput };

/** Draws labels, each at least once, and returns both models' predictions for them. */
export function drawnRows(setting: Setting, g: RandomSource): Drawn {
  const { counts } = setting;
  const n = counts.length;
  const rows = rowsOf(setting);
  for (;;) {
    const truth = setting.rows === undefined ? drawnTruth(counts, rows, g) : drawnSetsOf(counts, rows, g);
    const seen =
      setting.rows === undefined ? new Set(truth) : new Set(truth.flatMap((is, at) => (is === 1 ? [at % n] : [])));
    if (seen.size === n) return answers(setting, truth, g);
  }
}
const rowsOf = ({ counts, rows }: Setting): number => rows ?? counts.reduce((sum, one) => sum + one, 0);

function drawnTruth(counts: readonly number[], rows: number, g: RandomSource): readonly number[] {
  return Array.from({ length: rows }, () => {
    let left = uniform(g) * rows;
    return Math.max(
      0,
      counts.findIndex((count) => (left -= count) < 0),
    );
  });
}
function drawnSetsOf(counts: readonly number[], rows: number, g: RandomSource): readonly number[] {
  return Array.from({ length: rows }, () => counts.map((count) => Number(uniform(g) * rows < count))).flat();
}

/** Rows with exactly the setting's share of each label. */
function population(setting: Setting, times: number, g: RandomSource): Drawn {
  const { counts, rows } = setting;
  const truth =
    rows === undefined
      ? counts.flatMap((count, label) => Array<number>(count * times).fill(label))
      : drawnSetsOf(
          counts.map((count) => count * times),
          rows * times,
          g,
        );
  return answers(setting, truth, g);
}
const answers = (setting: Setting, truth: readonly number[], g: RandomSource): Drawn =>
  setting.rows === undefined ? labelRows(setting, truth, g) : setRows(setting, truth, g);

function labelRows({ counts, apart, from }: Setting, of: readonly number[], g: RandomSource): Drawn {
  const n = counts.length;
  const labels = counts.map((_, label) => `l${String(label)}`);
  const truth = Int32Array.from(of);
  const total = truth.length;
  const models = apart.map(() => ({
    predicted: new Int32Array(total),
    probabilities: new Float64Array(total * n),
  }));
  const scores = [new Float64Array(n), new Float64Array(n)] as const;
  truth.forEach((own, row) => {
    for (let label = n === 2 ? 1 : 0; label < n; label++)
      noises(g).forEach((noise, model) => {
        scores[model]![label] =
          noise + (label === own ? apart[model]! : 0) + (n === 2 ? 0 : Math.log(counts[label]!) / 2);
      });
    models.forEach(({ predicted, probabilities }, model) => {
      const said = scores[model]!;
      if (n === 2) said[0] = from;
      const sum = said.reduce((all, one) => all + Math.exp(one), 0);
      let best = 0;
      said.forEach((one, label) => {
        probabilities[row * n + label] = Math.exp(one) / sum;
        if (one > said[best]!) best = label;
      });
      predicted[row] = best;
    });
  });
  const [first, second] = models.map((model) => ({ of: "compute", input: { labels, truth, ...model } }) as const);
  return [mustExist(first, "a model"), mustExist(second, "a model")];
}

function setRows({ counts, apart, from }: Setting, of: readonly number[], g: RandomSource): Drawn {
  const labels = counts.map((_, label) => `l${String(label)}`);
  const truth = Uint8Array.from(of);
  const total = truth.length;
  const models = apart.map(() => ({ predicted: new Uint8Array(total), probabilities: new Float64Array(total) }));
  for (let at = 0; at < total; at++)
    noises(g).forEach((noise, model) => {
      const said = noise + truth[at]! * apart[model]!;
      models[model]!.predicted[at] = Number(said > from);
      models[model]!.probabilities[at] = 1 / (1 + Math.exp(from - said));
    });
  const [first, second] = models.map((model) => ({ of: "ofLabelSets", input: { labels, truth, ...model } }) as const);
  return [mustExist(first, "a model"), mustExist(second, "a model")];
}

export interface Asked {
  readonly name: string;
  readonly word: string;
  readonly given: Call["arguments"];
}
const asked = (word: string, name = word, given: Call["arguments"] = {}): Asked => ({ name, word, given });
const averages = (word: string, ...kinds: readonly string[]): readonly Asked[] =>
  kinds.map((average) => asked(word, `${word}(${average})`, { average, of: null }));
const ofRare = (word: string, label: string): Asked => asked(word, `${word}(of: rare)`, { average: "auto", of: label });

export function metricsOf({ counts, rows }: Setting): readonly Asked[] {
  const rare = `l${String(counts.length - 1)}`;
  const rates = ["precision", "recall", "f1"];
  const single = rates.map((word) => ofRare(word, rare));
  const ranking = ["roc_auc", "average_precision"];
  if (rows !== undefined)
    return [
      asked("accuracy"),
      ...single,
      ...averages("f1", "macro", "micro", "weighted", "samples"),
      ...["precision", "recall"].flatMap((word) => averages(word, "macro", "micro")),
      ...ranking.flatMap((word) => averages(word, "macro", "micro", "weighted")),
    ];
  const agreement = [
    asked("matthews_correlation"),
    ...["none", "quadratic"].map((weights) => asked("cohen_kappa", `cohen_kappa(${weights})`, { weights })),
  ];
  const of = counts.length === 2 ? ["macro"] : ["macro", "micro", "weighted"];
  // Leaves out the means of recall, which equal balanced accuracy and accuracy, and all micro averages, which equal
  // accuracy.
  return [
    ...[asked("accuracy"), asked("balanced_accuracy")],
    ...single,
    ...averages("f1", ...of),
    ...averages("precision", "macro"),
    ...ranking.flatMap((word) => averages(word, ...of)),
    ...(counts.length === 2 ? agreement.slice(0, 2) : agreement),
  ];
}

export async function measureOf({ word, given, name }: Asked, answered: Answered): Promise<MeasuredMetric> {
  const metric = await implementationOf(registry, "metric", word);
  const call: Call = { kind: "metric", word, arguments: given };
  const value = valueOf(metric, call, answered);
  const sampler =
    answered.of === "compute"
      ? metricResampleScorer(metric, call, "compute", answered.input, labelsResampler(answered.input))
      : metricResampleScorer(metric, call, "ofLabelSets", answered.input, labelSetsResampler(answered.input));
  const rows =
    answered.of === "compute"
      ? answered.input.truth.length
      : answered.input.truth.length / answered.input.labels.length;
  return {
    name,
    call,
    value,
    better: "greater",
    share: word === "accuracy",
    resampling: resamplingOf(rows, sampler, { single: true }),
  };
}
function valueOf(metric: MetricImplementation, call: Call, answered: Answered): number {
  return answered.of === "compute"
    ? mustExist(metric.compute, call.word)(call, answered.input)
    : mustExist(metric.ofLabelSets, call.word)(call, answered.input);
}

/** Returns the value of both models in the population, counted on `rows` rows. */
export async function trueValues(
  setting: Setting,
  metrics: readonly Asked[],
  rows = 600_000,
): Promise<ReadonlyMap<Asked, readonly [number, number]>> {
  const size = rowsOf(setting);
  const drawn = population(setting, Math.ceil(rows / size), seededRandom(7, size));
  const values = new Map<Asked, readonly [number, number]>();
  for (const one of metrics) {
    const metric = await implementationOf(registry, "metric", one.word);
    const call: Call = { kind: "metric", word: one.word, arguments: one.given };
    values.set(one, [valueOf(metric, call, drawn[0]), valueOf(metric, call, drawn[1])]);
  }
  return values;
}
