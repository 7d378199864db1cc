/**
 * `tunebook bench coverage [--sets N] [--rows 20,100] [--only WORD] [--rare]`: measures how often 95 % intervals
 * contain the true value, for scores and for differences of two models on the same rows. It draws N sets (1,000) from a
 * population whose value is known or counted on a million rows, and scores them with the code of `evaluate`. Target: 93
 * to 97 %. The column "none" counts sets without an interval. `--rare` uses settings with a rare label and 2,000 sets.
 * It fails where the lower bound of the coverage is below 93 %, or the interval is 1.3 times as wide as that of the
 * best published method.
 */
import { Command } from "commander";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import { scoreDifference, resampleMetrics, type MeasuredMetric } from "#kernel/inference/measuring/comparison.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { seededRandom, type RandomSource } from "#stdlib/statistics/chance.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows } from "#stdlib/metrics/shared/row-sums.js";
import {
  labelsResampler,
  numbersResampler,
  textsResampler,
  resamplingOf,
  metricResampleScorer,
} from "#stdlib/metrics/shared/resampled-outcomes.js";
import type { GeneratedTextMetricInput } from "#stdlib/metrics/kind.js";
import { registry } from "#stdlib/registry.js";
import { rareCoverage } from "./coverage/rare.js";
import { table } from "./table.js";

/** A row of a population: the true value and the predictions of two models. */
type Row = readonly [truth: number, first: number, second: number];
type Draw = (generator: RandomSource) => Row;
interface Simulated {
  readonly name: string;
  readonly sizes: readonly number[];
  /**
   * Number of rows on which the true value is counted. For scores that depend on the number of rows: the number of sets
   * of each size whose mean is the true value.
   */
  readonly counted: number | { readonly sets: number };
  readonly row: Draw;
  /** Measures the metric for one model's predictions: 1 for the first, 2 for the second. */
  measure(rows: readonly Row[], model: 1 | 2): Promise<MeasuredMetric>;
}

const uniform = (generator: RandomSource): number => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
function normal(generator: RandomSource): number {
  return Math.sqrt(-2 * Math.log(uniform(generator))) * Math.cos(2 * Math.PI * uniform(generator));
}
const call = (word: string, given: Call["arguments"] = {}): Call => ({ kind: "metric", word, arguments: given });
const metricOf = (word: string) => implementationOf(registry, "metric", word);

/** Two models with accuracy `share` and slightly more. Where the first is right, the second mostly is too. */
const shares =
  (share: number, more: number): Draw =>
  (g) => {
    const [both, one] = [uniform(g), uniform(g)];
    const first = both < share ? 1 : 0;
    const kept = first === 1 ? one < 1 - more / 2 : one < (more * (1 + share / 2)) / (1 - share);
    return [1, first, kept ? 1 : 0];
  };
function accuracy(share: number, sizes: readonly number[]): Simulated {
  return {
    name: `accuracy near ${String(share)}`,
    sizes,
    counted: 1_000_000,
    row: shares(share, 0.04),
    measure: (rows, model) => labelled("accuracy", {}, 2, rows, model),
  };
}

async function labelled(
  word: string,
  given: Call["arguments"],
  kinds: number,
  rows: readonly Row[],
  model: 1 | 2,
): Promise<MeasuredMetric> {
  const metric = await metricOf(word);
  const input = {
    labels: Array.from({ length: kinds }, (_, i) => `l${String(i)}`),
    truth: Int32Array.from(rows, ([truth]) => truth),
    predicted: Int32Array.from(rows, (row) => row[model]),
    probabilities: new Float64Array(0),
  };
  const own = call(word, given);
  return {
    name: word,
    call: own,
    value: mustExist(metric.compute, word)(own, input),
    better: "greater",
    share: word === "accuracy",
    resampling: resamplingOf(rows.length, metricResampleScorer(metric, own, "compute", input, labelsResampler(input)), {
      single: true,
    }),
  };
}

/** Four labels; the rarest occurs in one row of twenty. */
const LABELS = [0.5, 0.3, 0.15, 0.05];
const confused: Draw = (g) => {
  const label = (): number => {
    let left = uniform(g);
    return Math.max(
      0,
      LABELS.findIndex((share) => (left -= share) < 0),
    );
  };
  const truth = label();
  const first = uniform(g) < 0.75 ? truth : label();
  const second = uniform(g) < 0.7 ? first : uniform(g) < 0.8 ? truth : label();
  return [truth, first, second];
};

async function numbered(word: string, rows: readonly Row[], model: 1 | 2): Promise<MeasuredMetric> {
  const metric = await metricOf(word);
  const input = {
    truth: Float64Array.from(rows, ([truth]) => truth),
    predicted: Float64Array.from(rows, (row) => row[model]),
  };
  const own = call(word);
  return {
    name: word,
    call: own,
    value: mustExist(metric.ofNumbers, word)(own, input),
    better: "greater",
    share: false,
    resampling: resamplingOf(
      rows.length,
      metricResampleScorer(metric, own, "ofNumbers", input, numbersResampler(input)),
    ),
  };
}
const alike: Draw = (g) => {
  const truth = normal(g);
  const shared = normal(g);
  return [truth, 0.7 * truth + 0.5 * shared + 0.4 * normal(g), 0.75 * truth + 0.5 * shared + 0.4 * normal(g)];
};

/** Overlap scores of answers: many 0, many 1, the rest in between. */
const overlaps: Draw = (g) => {
  const kind = uniform(g);
  const first = kind < 0.3 ? 0 : kind < 0.6 ? 1 : uniform(g);
  const second = uniform(g) < 0.7 ? first : uniform(g) < 0.35 ? 0 : Math.sqrt(uniform(g));
  return [0, first, second];
};
function means(rows: readonly Row[], model: 1 | 2): Promise<MeasuredMetric> {
  const sums = rowMeansOf(rows.length, (row) => rows[row]![model]);
  return Promise.resolve({
    name: "token_f1",
    call: call("token_f1"),
    value: scoreOfAllRows(sums),
    better: "greater",
    share: false,
    resampling: resamplingOf(rows.length, rowSumsSampler(sums)),
  });
}

/**
 * Texts of 5 to 20 words, of which a model gets some wrong. Rows contain random numbers from which the texts are
 * generated.
 */
const WORDS = Array.from({ length: 60 }, (_, i) => `w${String(i)}`);
const texts: Draw = (g) => [uniform(g), uniform(g), uniform(g)];
function textOf([seed, ...own]: Row, model: 0 | 1 | 2): string {
  const g = seededRandom(Math.floor(seed * 2 ** 31), 0);
  const words = Array.from({ length: 5 + Math.floor(uniform(g) * 16) }, () => WORDS[Math.floor(uniform(g) ** 2 * 60)]!);
  if (model === 0) return words.join(" ");
  const wrong = seededRandom(Math.floor(own[model - 1]! * 2 ** 31), model);
  const share = uniform(wrong) ** 2;
  return words.map((word) => (uniform(wrong) < share ? WORDS[Math.floor(uniform(wrong) * 60)]! : word)).join(" ");
}
async function written(
  word: string,
  given: Call["arguments"],
  rows: readonly Row[],
  model: 1 | 2,
): Promise<MeasuredMetric> {
  const metric = await metricOf(word);
  const input: GeneratedTextMetricInput = {
    targets: rows.map((row) => textOf(row, 0)),
    written: rows.map((row) => textOf(row, model)),
  };
  const own = call(word, given);
  return {
    name: word,
    call: own,
    value: mustExist(metric.ofWritten, word)(own, input),
    better: "greater",
    share: false,
    resampling: resamplingOf(rows.length, metricResampleScorer(metric, own, "ofWritten", input, textsResampler(input))),
  };
}

/**
 * A row's random draw, and the confidence of two models in the same label. The first is calibrated; the second is
 * overconfident.
 */
const sure: Draw = (g) => {
  const says = 0.5 + uniform(g) / 2;
  return [uniform(g), says, Math.min(0.999, says + 0.15 * uniform(g))];
};
async function calibrated(rows: readonly Row[], model: 1 | 2): Promise<MeasuredMetric> {
  const metric = await metricOf("calibration_error");
  const own = call("calibration_error", { bins: 15 });
  const input = {
    labels: ["said", "other"],
    truth: Int32Array.from(rows, ([chance, says]) => (chance < says ? 0 : 1)),
    predicted: new Int32Array(rows.length),
    probabilities: Float64Array.from(rows.flatMap((row) => [row[model], 1 - row[model]])),
  };
  return {
    name: own.word,
    call: own,
    value: mustExist(metric.compute, own.word)(own, input),
    better: "less",
    share: false,
    resampling: resamplingOf(rows.length, metricResampleScorer(metric, own, "compute", input, labelsResampler(input))),
  };
}

const macro = { average: "macro", of: null };
const ALL: readonly Simulated[] = [
  ...[0.5, 0.9, 0.98].map((share) => accuracy(share, [20, 50, 200])),
  {
    name: "f1(macro)",
    sizes: [20, 50, 100, 200],
    counted: 1_000_000,
    row: confused,
    measure: (rows, model) => labelled("f1", macro, 4, rows, model),
  },
  ...["pearson", "r2", "root_mean_squared_error"].map((word): Simulated => ({
    name: word,
    sizes: [20, 50, 100, 200],
    counted: 1_000_000,
    row: alike,
    measure: (rows, model) => numbered(word, rows, model),
  })),
  {
    name: "spearman",
    sizes: [20, 50],
    counted: 400_000,
    row: alike,
    measure: (rows, model) => numbered("spearman", rows, model),
  },
  { name: "token_f1", sizes: [20, 50, 100, 200], counted: 1_000_000, row: overlaps, measure: means },
  {
    name: "bleu",
    sizes: [20, 50, 100],
    counted: 50_000,
    row: texts,
    measure: (rows, model) => written("bleu", {}, rows, model),
  },
  {
    name: "distinct(2)",
    sizes: [20, 50, 200],
    counted: { sets: 2000 },
    row: texts,
    measure: (rows, model) => written("distinct", { words: 2 }, rows, model),
  },
  { name: "calibration_error", sizes: [50, 200, 500], counted: 1_000_000, row: sure, measure: calibrated },
];

interface Covered {
  held: number;
  none: number;
  width: number;
}
const share = ({ held, none }: Covered, sets: number): string =>
  none === sets ? "–" : `${((100 * held) / (sets - none)).toFixed(1)} %`;

const counted = new Map<Simulated, readonly [number, number]>();
async function truly(one: Simulated, size: number): Promise<readonly [number, number]> {
  const known = counted.get(one);
  if (known) return known;
  const g = seededRandom(7, 0);
  const drawn = (length: number): Row[] => Array.from({ length }, () => one.row(g));
  const sets = typeof one.counted === "number" ? 1 : one.counted.sets;
  const sums: [number, number] = [0, 0];
  for (let set = 0; set < sets; set++) {
    const rows = drawn(typeof one.counted === "number" ? one.counted : size);
    for (const model of [1, 2] as const) sums[model - 1]! += (await one.measure(rows, model)).value;
  }
  const values = [sums[0] / sets, sums[1] / sets] as const;
  if (typeof one.counted === "number") counted.set(one, values);
  return values;
}

async function main({
  sets: wanted,
  only,
  rows: asked,
  rare,
}: {
  sets?: string;
  only?: string;
  rows?: string;
  rare?: true;
}): Promise<void> {
  if (rare) {
    if (!(await rareCoverage(Number(wanted ?? 2000), only))) process.exitCode = 1;
    return;
  }
  const sets = Number(wanted ?? 1000);
  const sizes = asked?.split(",").map(Number);
  const lines: string[][] = [];
  for (const one of ALL.filter(({ name }) => only === undefined || name.startsWith(only))) {
    const own = one.sizes.filter((size) => sizes?.includes(size) ?? true);
    if (own.length === 0) continue;
    for (const size of own) {
      const [a, b] = await truly(one, size);
      const g = seededRandom(11, size);
      const [alone, apart]: Covered[] = [0, 1].map(() => ({ held: 0, none: 0, width: 0 }));
      for (let set = 0; set < sets; set++) {
        const rows = Array.from({ length: size }, () => one.row(g));
        const measures = [await one.measure(rows, 1), await one.measure(rows, 2)] as const;
        const drawn = await resampleMetrics(measures);
        const [first, second] = measures.map((measure) => mustExist(drawn.get(measure), "a score"));
        const found = [
          [mustExist(first, "a score").score.interval, a, alone],
          [scoreDifference(mustExist(first, "a score"), mustExist(second, "a score")).interval, b - a, apart],
        ] as const;
        for (const [interval, truth, counts] of found) {
          if (!counts) continue;
          if (!interval) counts.none++;
          else {
            counts.width += interval.high - interval.low;
            if (interval.low <= truth && truth <= interval.high) counts.held++;
          }
        }
      }
      const [o, d] = [mustExist(alone, "counts"), mustExist(apart, "counts")];
      const mean = ({ width, none }: Covered): string => (width / Math.max(1, sets - none)).toPrecision(3);
      lines.push([one.name, String(size), share(o, sets), mean(o), share(d, sets), mean(d), String(o.none + d.none)]);
      console.error(lines.at(-1)!.join("  "));
    }
  }
  console.log(table(["score", "rows", "held", "width", "difference held", "width", "none"], lines));
}
await new Command("bench coverage")
  .option("--sets <n>", "sets of rows that are drawn: 1000, or 2000 with --rare")
  .option("--rows <list>", "sizes of sets, of those that there are: 20,100")
  .option("--only <word>", "scores whose name begins so")
  .option("--rare", "scores where one label is rare, beside published methods; fails where an interval doesn't hold")
  .action(main)
  .parseAsync();
