/** Sweep histories as tests/oracles/optuna_pruners.py draws them, run with our pruners. */
import type { Call, Value } from "#dsl/language/types/value.js";
import type { PrunerImplementation } from "#stdlib/pruners/kind.js";
import type { TrialReport, Study, StudyTrial } from "#stdlib/searches/kind.js";
import { registry } from "#stdlib/registry.js";
import { whole } from "#tests/oracles/numbers.js";

export type Named = "median" | "percentile" | "asha" | "hyperband";
interface Running {
  readonly number: number;
  readonly reports: readonly TrialReport[];
  readonly fails: boolean;
  done: number;
}

/** Returns a letter for each trial: 0 if it finished, f if it failed, else the report after which it was pruned. */
export async function history(name: Named, seed: number): Promise<string> {
  const below = drawn(`pruners/${name}/${seed}`);
  const call = callOf(name, below);
  const pruner = (await registry.find("pruner", call.word)!.load!()) as PrunerImplementation;
  const minimized = below(2) === 1;
  const [count, atOnce] = [3 + below(7), name === "asha" || name === "hyperband" ? 1 : 1 + below(3)];
  const trials: StudyTrial[] = [];
  const ends = Array<string>(count).fill("");
  const running: Running[] = [];
  const study: Study = {
    ...{ dimensions: [], objectives: 1, minimized: [minimized], seed, trials, wanted: count },
    allows: () => true,
  };
  while (trials.length < count || running.length > 0) {
    while (trials.length < count && running.length < atOnce) {
      const begun = trials.length;
      running.push({ number: begun, done: 0, ...curve(below) });
      trials.push({ number: begun + 1, point: {}, state: "running", scores: null, reports: [], violation: 0 });
    }
    const one = running[below(running.length)]!;
    const reports = one.reports
      .slice(0, ++one.done)
      .map(({ step, score }) => ({ step, score: minimized ? -score : score }));
    const trial = (trials[one.number] = { ...trials[one.number]!, reports });
    const left = one.done < one.reports.length;
    const pruned = left && pruner.prunes(call, study, trial, Infinity) !== null;
    if (left && !pruned) continue;
    ends[one.number] = pruned ? String(one.done) : one.fails ? "f" : "0";
    const state = pruned ? "pruned" : one.fails ? "failed" : "done";
    trials[one.number] = { ...trial, state, scores: state === "done" ? [reports.at(-1)!.score] : null };
    running.splice(running.indexOf(one), 1);
  }
  return ends.join("");
}

function drawn(name: string): (count: number) => number {
  const numbers = whole(name, 400, 2 ** 20);
  let at = -1;
  return (count) => numbers[++at]! % count;
}

function callOf(name: Named, below: (count: number) => number): Call {
  const common = { startup: 1 + below(4), warmup: below(5), every: 1 + below(4) };
  const [reduction, first, brackets] = [2 + below(3), 1 + below(3), 1 + below(4)];
  const share = [0.1, 0.25, 0.5, 0.75][below(4)]!;
  const given: Record<Named, Readonly<Record<string, Value>>> = {
    median: common,
    percentile: { share: { share }, ...common },
    asha: { reduction, first },
    hyperband: { reduction, brackets, first },
  };
  return { word: name, kind: "pruner", arguments: given[name] };
}

function curve(below: (count: number) => number): {
  readonly reports: readonly TrialReport[];
  readonly fails: boolean;
} {
  const [gap, shift, count] = [[1, 2, 5][below(3)]!, below(2), 2 + below(6)];
  const places = Array.from({ length: count }, (_, i) => i);
  const odd = places.map(() => below(25) === 0);
  const values = places.map(() => below(30) / 10);
  const reports = places.map((i) => ({ step: shift + gap * (i + 1), score: odd[i] ? Number.NaN : values[i]! }));
  return { reports, fails: below(15) === 0 };
}
