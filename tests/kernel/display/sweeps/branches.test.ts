/** Pictures of a sweep with conditional settings and with trials that a user stopped. */
import assert from "node:assert/strict";
import { chooseContourAxes } from "#kernel/display/sweeps/contour.js";
import { intermediateScoresPanel } from "#kernel/display/sweeps/curves.js";
import { trialsWithAllScores } from "#kernel/display/sweeps/front.js";
import { slicePanel } from "#kernel/display/sweeps/slices.js";
import { bestTrial, doneTrialsOf, type SweepTrial, type SweepView } from "#kernel/display/sweeps/view.js";
import type { SweepAxis } from "#kernel/study/axes.js";

const axis = (name: string): SweepAxis => ({
  name,
  label: name,
  options: [],
  dimension: { name, kind: "number", scale: "linear", from: 0, to: 10, integer: false },
});
const trial = (number: number, score: number | null, more: Partial<SweepTrial> = {}): SweepTrial => ({
  number,
  score,
  state: "done",
  values: {},
  point: { rate: number },
  ...more,
});
const viewOf = (trials: readonly SweepTrial[], goals = 1): SweepView => ({
  goals: [
    { direction: "maximize", metric: "accuracy" },
    ...Array.from({ length: goals - 1 }, () => ({ direction: "minimize" as const, metric: "latency" })),
  ],
  axes: ["technique.rank", "rate", "batch"].map(axis),
  trials,
  wanted: null,
});

describe("charts of a sweep with branches", () => {
  const lora = trial(2, 0.6, { point: { rate: 2, batch: 2, "technique.rank": 4 } });
  const view = viewOf([
    trial(1, 0.9, { point: { rate: 1, batch: 4 } }),
    lora,
    trial(3, 0.7, { point: { rate: 3, batch: 1 } }),
  ]);
  const names = (on: SweepAxis) => slicePanel(view, on, 185).traces.map(({ name }) => name);
  it("highlight the best trial only on axes of settings that it has", () => {
    assert.deepEqual(names(axis("technique.rank")), ["done"]);
    assert.deepEqual(names(axis("rate")), ["done", "best"]);
  });
  it("choose settings that most trials have for the contour plot", () => {
    assert.deepEqual(
      chooseContourAxes(view, view.axes)?.map(({ name }) => name),
      ["rate", "batch"],
    );
  });
});

describe("trial stopped by the user", () => {
  const stopped = trial(2, 0.9, { state: "stopped", scores: [0.9, 3], reports: [{ step: 4, score: 0.9 }] });
  const view = viewOf([trial(1, 0.5, { scores: [0.5, 5] }), stopped, trial(3, null, { state: "stopped" })], 2);
  it("counts with its score in every chart, marked as stopped; is ignored without a score", () => {
    assert.equal(bestTrial(view.trials, view.goals[0]), stopped);
    assert.deepEqual(
      doneTrialsOf(view).map(({ number }) => number),
      [1, 2],
    );
    assert.deepEqual(
      trialsWithAllScores(view).map(({ number }) => number),
      [1, 2],
    );
    assert.deepEqual(
      slicePanel(view, axis("rate"), 185).traces.map(({ name }) => name),
      ["done", "stopped", "best"],
    );
  });
  it("is a dot in the learning curves if it has one score, like a pruned trial", () => {
    const given = [1, 2].map((step) => ({ step, score: 0.2 * step }));
    const some = [
      trial(4, 0.2, { state: "pruned", reports: given.slice(0, 1) }),
      trial(5, 0.3, { state: "pruned", reports: given }),
    ];
    const traces = intermediateScoresPanel(viewOf(some))?.traces ?? [];
    assert.deepEqual(
      traces.map(({ mode }) => mode),
      ["lines", "markers"],
    );
  });
});
