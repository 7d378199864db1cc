/**
 * `tunebook bench learning-curve [--share S] [--seeds N] [--only SET,…]`: forecasts the score at all training rows from
 * a share of them, drawn by seed, for each real data set. It compares the forecast with the actual score on the same
 * test rows. Printed for the first draw, in points: the score at the share and at all rows, the forecast and its 80 %
 * interval. Printed over all draws: how often the interval contains the score, its width, and the error of its centre.
 */
import { Command } from "commander";
import { GrowingRidgeProbe, type ProbeTargets } from "#kernel/data/judging/growing-probe.js";
import { measureLearningCurve } from "#kernel/data/judging/learning-curve.js";
import { forecastLearningCurve, type ForecastInterval } from "#kernel/data/judging/power-law.js";
import { standardiseFeatures } from "#kernel/data/judging/ridge.js";
import { learningCurveSizes } from "#kernel/data/judging/learning-sizes.js";
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";
import { SETS, vectorsOf, type JudgedSet } from "./judging/sets.js";
import { table } from "./table.js";

interface Options {
  readonly share: string;
  readonly seeds: string;
  readonly only?: string;
}
interface Tried {
  readonly now: number;
  readonly interval: ForecastInterval;
  readonly truth: number;
}
const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
const points = (score: number): string => (100 * score).toFixed(1);

async function tried(set: JudgedSet, share: number, seeds: number) {
  const all = await set.rows();
  const labels = [...new Set(all.map(({ label }) => label))].sort();
  const answers: ProbeTargets = {
    labels: Int32Array.from(all, ({ label }) => labels.indexOf(label)),
    count: labels.length,
  };
  const vectors = await vectorsOf(
    set.name,
    all.map(({ text }) => text),
  );
  const rows = standardiseFeatures(vectors);
  const of = (part: string): Uint32Array => Uint32Array.from(all.flatMap((row, i) => (row.part === part ? [i] : [])));
  const [train, scored] = [of("train"), of("test")];
  const whole = new GrowingRidgeProbe(rows, answers);
  whole.learn(train);
  const truth = mean([...whole.scoreRows(scored)]);
  const runs: Tried[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const learnt = shuffle(train.slice(), seededRandom(seed, train.length)).slice(0, Math.round(share * train.length));
    const { sizes, draws } = learningCurveSizes(learnt.length, labels.length);
    const measured = await measureLearningCurve(rows, answers, [{ learnt, scored }], { sizes, draws, seed });
    const told = forecastLearningCurve(measured, { errors: false, seed });
    runs.push({ now: told.points.at(-1)!.middle, interval: told.scoreAt(train.length), truth });
  }
  return { runs, rows: train.length, scored: scored.length, labels: labels.length };
}

async function main(o: Options): Promise<void> {
  const only = o.only?.split(",");
  const lines: string[][] = [];
  for (const set of SETS.filter(({ name }) => !only || only.includes(name))) {
    const { runs, rows, scored, labels } = await tried(set, Number(o.share), Number(o.seeds));
    const [first] = runs;
    const { low, middle, high } = first!.interval;
    const holds = ({ interval, truth }: Tried): boolean =>
      truth >= interval.low - 1e-9 && truth <= interval.high + 1e-9;
    const width = runs.map(({ interval }) => interval.high - interval.low);
    lines.push([
      ...[set.name, String(labels), String(Math.round(Number(o.share) * rows)), String(rows), String(scored)],
      ...[points(first!.now), `${points(middle)} (${points(low)}–${points(high)})`, points(first!.truth)],
      holds(first!) ? "holds" : "misses",
      `${String(runs.filter(holds).length)} of ${String(runs.length)}`,
      `${points(mean(width))} (${points(Math.max(...width))})`,
      points(mean(runs.map(({ interval, truth }) => Math.abs(interval.middle - truth)))),
    ]);
  }
  console.log(
    table(
      [
        "set",
        "labels",
        "rows",
        "of",
        "test",
        "now",
        "forecast",
        "score",
        "",
        "of the draws",
        "width (greatest)",
        "off",
      ],
      lines,
    ),
  );
}

await new Command("bench learning-curve")
  .option("--share <share>", "of the training rows", "0.25")
  .option("--seeds <n>", "draws of it", "10")
  .option("--only <sets>", "names of sets")
  .action(main)
  .parseAsync();
