/** Sweeps and trials for tests of journals: a space of each kind, a nested one, and points of it. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { TrialRecord } from "#kernel/study/trial.js";
import type { JournalSpec } from "#kernel/sweep-runs/journal/journal.js";

const lora = { kind: "technique", word: "lora", arguments: {} };
export const vary: SweepPlan["vary"] = {
  "optimizer.learning_rate": { space: "log", from: 1e-5, to: 1e-2, integer: false },
  batch_size: { space: "choice", of: [8, 16] },
  epochs: { space: "uniform", from: 1, to: 5, integer: true },
  technique: {
    space: "choice",
    of: [
      { kind: "technique", word: "full", arguments: {} },
      { nested: lora, spaces: { rank: { space: "choice", of: [4, 8] } } },
    ],
  },
};
export const one: JournalSpec = { vary, goals: [{ metric: "f1(macro)", direction: "maximize" }] };

export const trial: TrialRecord = {
  number: 1,
  values: { "optimizer.learning_rate": "0.001", batch_size: "16", epochs: "3", technique: "lora(rank: 8)" },
  point: { "optimizer.learning_rate": 0.001, batch_size: 1, epochs: 3, technique: 1, "technique/1.rank": 1 },
  score: 0.9,
  state: "done",
  seconds: 1.5,
  run: "runs/search_1",
  error: null,
  begun: Date.UTC(2026, 10, 27),
};
export const running = (number: number): TrialRecord => ({
  ...trial,
  number,
  score: null,
  state: "running",
  seconds: 0,
  run: null,
});
