/** Made-up sweeps: trials over a space with conditions, deterministic for the same wishes. */
import type { SettingSearchSpace, SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { axesOf } from "#kernel/study/axes.js";
import { dimensionsOf, settingTextsAtPoint } from "#kernel/study/points.js";
import type { SweepGoal, SweepTrial, SweepView } from "#kernel/display/sweeps/view.js";
import type { SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";

export interface Wishes {
  readonly trials: number;
  readonly wanted?: number | null;
  /** Number of trials, from the end, that are still running. */
  readonly running?: number;
  readonly goals?: 1 | 2;
  readonly reports?: number;
  readonly direction?: SweepGoal["direction"];
}
const call = (kind: string, word: string, args: Call["arguments"] = {}): Call => ({ word, kind, arguments: args });
const log = (from: number, to: number): SettingSearchSpace => ({ space: "log", from, to, integer: false });

export const vary: SweepPlan["vary"] = {
  technique: {
    space: "choice",
    of: [
      {
        nested: call("technique", "lora", { targets: ["query", "value"] }),
        spaces: { rank: { space: "choice", of: [4, 8, 16, 32] } },
      },
      call("technique", "full"),
    ],
  },
  "optimizer.learning_rate": log(1e-5, 1e-2),
  batch_size: { space: "choice", of: [8, 16, 32, 64] },
  "optimizer.weight_decay": { space: "uniform", from: 0, to: 0.1, integer: false },
  epochs: { space: "uniform", from: 1, to: 6, integer: true },
};
const START = Date.UTC(2026, 0, 5, 9, 0, 0);

export function madeSweep({
  trials: count,
  wanted = count,
  running = 0,
  goals = 1,
  reports = 8,
  direction = "maximize",
}: Wishes): SweepView {
  const random = uniform(7);
  const dimensions = dimensionsOf(vary);
  let at = START;
  const trials = Array.from({ length: count }, (_, i): SweepTrial => {
    const number = i + 1;
    const point = drawn(dimensions, random);
    const values = settingTextsAtPoint(vary, point);
    const quality = qualityOf(point) + 0.02 * (random() - 0.5);
    const fate = random();
    const state =
      i >= count - running ? "running" : fate < 0.07 ? "failed" : fate < 0.28 && quality < 0.8 ? "pruned" : "done";
    const share = state === "done" ? 1 : state === "pruned" ? 0.25 + 0.25 * random() : 0.4;
    const told = Math.max(1, Math.round(share * reports));
    const score = (x: number): number => Number((direction === "maximize" ? x : 1 - x).toFixed(5));
    const on = Array.from({ length: state === "failed" ? 0 : told }, (__, n) => ({
      step: (n + 1) * 50,
      score: score(quality * (1 - 0.45 * Math.exp(-3.2 * ((n + 1) / reports))) + 0.006 * (random() - 0.5)),
    }));
    const seconds = 20 * share * (0.8 + 0.4 * random());
    const begun = at;
    if (state !== "running") at += 1000 * seconds;
    const own = {
      number,
      point,
      values,
      reports: on,
      begun,
      seconds,
      steps: 50 * reports,
      run: null,
      error: state === "failed" ? "the loss is no number at step 12" : null,
      ...(state === "pruned" && { why: `below the median of 5 trials at step ${String(on.at(-1)?.step ?? 0)}` }),
    };
    if (state !== "done") return { ...own, state, score: null };
    const first = on.at(-1)!.score;
    const latency = 4 + 30 * (1 - (point["technique"] ?? 0)) * random() + 20 * quality ** 3 * random();
    return { ...own, state, score: first, ...(goals > 1 && { scores: [first, Number(latency.toFixed(3))] }) };
  });
  return {
    name: "search",
    goals: [
      { direction, metric: direction === "maximize" ? "f1(macro)" : "loss" },
      ...(goals > 1 ? [{ direction: "minimize" as const, metric: "latency" }] : []),
    ],
    axes: axesOf(vary),
    trials,
    wanted,
    ...(running > 0 && { clock: { now: at + 9000, since: START, budgetMs: null } }),
  };
}

/** The quality depends mostly on the rate, a little on the batch size and hardly on the other settings. */
function qualityOf(point: SearchPoint): number {
  const rate = Math.log10(point["optimizer.learning_rate"] ?? 1e-3) + 3.1;
  return 0.9 - 0.09 * rate ** 2 + 0.012 * (point["batch_size"] ?? 0) + (point["technique"] === 0 ? 0.02 : 0);
}
function drawn(dimensions: readonly SearchDimension[], random: () => number): SearchPoint {
  const point: Record<string, number> = {};
  for (const dimension of dimensions) {
    const { when } = dimension;
    const share = random();
    if (when && point[when.dimension] !== when.option) continue;
    if (dimension.kind === "choice") point[dimension.name] = Math.floor(share * dimension.size);
    else {
      const { from, to, scale, integer } = dimension;
      const value = scale === "log" ? from * (to / from) ** share : from + share * (to - from);
      // Rounded, because powers differ in their last digit between V8 versions.
      point[dimension.name] = integer ? Math.round(value) : Number(value.toPrecision(12));
    }
  }
  return point;
}
/** The mulberry32 generator. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
