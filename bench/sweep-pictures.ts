/**
 * `tunebook bench sweep-pictures [--trials N] [--reports N]`: measures how long a sweep's output takes to be rebuilt,
 * while it runs and at its end, its size, and each chart by itself. Limits at 500 trials: 200 ms per update, 3 MB for
 * the output.
 */
import { Command } from "commander";
import {
  sweepPictureView,
  sweepPictures,
  sweepCellView,
  type SweepPictureName,
} from "#kernel/display/sweeps/sweep-output.js";
import { trialsTable } from "#kernel/display/sweeps/trials-table.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { SweepView } from "#kernel/display/sweeps/view.js";
import { axesOf } from "#kernel/study/axes.js";
import { dimensionsOf, settingTextsAtPoint } from "#kernel/study/points.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";
import { table } from "./table.js";

const LIMITS = { milliseconds: 200, bytes: 3e6 } as const;
const TIMES = 15;

function measured(make: () => DisplayOutput): { readonly milliseconds: number; readonly bytes: number } {
  make();
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < TIMES; i++) {
    const begun = performance.now();
    // Serialised as for sending.
    bytes = Buffer.byteLength(JSON.stringify(make().bundle));
    times.push(performance.now() - begun);
  }
  return { milliseconds: times.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? NaN, bytes };
}

const share = (from: number, to: number) => ({ space: "uniform" as const, from, to, integer: false });
const vary: SweepPlan["vary"] = {
  batch_size: { space: "choice", of: [8, 16, 32, 64] },
  "optimizer.learning_rate": { space: "log", from: 1e-5, to: 1e-2, integer: false },
  "optimizer.weight_decay": share(0, 0.1),
  dropout: share(0, 0.5),
  "schedule.warmup": share(0, 0.2),
  "technique.rank": { space: "choice", of: [4, 8, 16, 32] },
};

/** Random trials; a score rises over its reports towards a final value that depends on the learning rate. */
function made(trials: number, reports: number, running: number, goals: 1 | 2): SweepView {
  const drawing = seededRandom(0);
  const next = (): number => drawBelow(drawing, 1_000_000) / 1_000_000;
  const all = Array.from({ length: trials }, (_, i) => {
    const drawn = dimensionsOf(vary).map((dimension) => {
      const at = next();
      if (dimension.kind === "choice") return [dimension.name, Math.floor(at * dimension.size)] as const;
      const { from, to, scale } = dimension;
      return [dimension.name, scale === "log" ? from * (to / from) ** at : from + at * (to - from)] as const;
    });
    const point: Readonly<Record<string, number>> = Object.fromEntries(drawn);
    const quality = 0.9 - 0.09 * (Math.log10(point["optimizer.learning_rate"] ?? 1) + 3) ** 2 + 0.02 * next();
    const on = Array.from({ length: reports }, (__, n) => ({
      step: 50 * (n + 1),
      score: quality * (1 - 0.4 * Math.exp((-3 * n) / reports)) + 0.004 * next(),
    }));
    const state = i < trials - running ? ("done" as const) : ("running" as const);
    return {
      number: i + 1,
      point,
      values: settingTextsAtPoint(vary, point),
      state,
      reports: on,
      begun: 20_000 * i,
      seconds: 20,
      score: state === "done" ? quality : null,
      scores: [quality, 5 + 30 * next()],
      steps: 50 * reports,
    };
  });
  const [first, second] = [
    { direction: "maximize", metric: "f1(macro)" },
    { direction: "minimize", metric: "latency" },
  ] as const;
  const clock = running > 0 ? { clock: { now: 20_000 * trials, since: 0, budgetMs: null } } : {};
  const aims: SweepView["goals"] = goals === 1 ? [first] : [first, second];
  return { name: "search", goals: aims, axes: axesOf(vary), trials: all, wanted: 2 * trials, ...clock };
}

const options = new Command("sweep-pictures")
  .option("--trials <n>", "trials of the sweep", "500")
  .option("--reports <n>", "scores that a trial tells on its way", "40")
  .parse()
  .opts<{ readonly trials: string; readonly reports: string }>();
const [trials, reports] = [Number(options.trials), Number(options.reports)];
const [live, ended, two] = [made(trials, reports, 4, 1), made(trials, reports, 0, 1), made(trials, reports, 0, 2)];
const cells: Readonly<Record<string, () => DisplayOutput>> = {
  "cell, running": () => sweepCellView(live),
  "cell, ended": () => sweepCellView(ended, { ended: true }),
  "cell, two goals": () => sweepCellView(two, { ended: true }),
  table: () => trialsTable(ended),
};
const pictures = (Object.keys(sweepPictures) as readonly SweepPictureName[]).map(
  (name): readonly [string, () => DisplayOutput] => [
    name,
    () => sweepPictureView(name === "front" ? two : ended, name) ?? { bundle: {} },
  ],
);
const rows = [...Object.entries(cells), ...pictures].map(([name, make]) => {
  const { milliseconds, bytes } = measured(make);
  const over = milliseconds > LIMITS.milliseconds || bytes > LIMITS.bytes;
  if (over) process.exitCode = 1;
  return [name, milliseconds.toFixed(1), (bytes / 1e6).toFixed(2), over ? "over" : ""];
});
console.log(table(["", "median ms", "MB", ""], rows));
