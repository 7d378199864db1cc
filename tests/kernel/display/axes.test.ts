/** Axes of few or equal values: the sizes are visible, and related values are next to each other. */
import assert from "node:assert/strict";
import { curvesFigure } from "#kernel/display/curves/curves.js";
import type { Trace } from "#kernel/display/figure.js";
import { sweepFigure } from "#kernel/display/sweeps/sweep-output.js";
import { sweepViewOfTrials } from "#kernel/display/sweeps/view.js";
import { drawFigure } from "#kernel/display/svg/draw.js";
import type { RunEvent } from "#kernel/events/events.js";

const stamp = { at: "2026-01-01T00:00:00.000Z", run: "r" };
const validated = (...scores: readonly number[]): readonly RunEvent[] => [
  { ...stamp, kind: "started", recipe: "", plan: "", engine: "", steps: 9 },
  ...scores.flatMap((perplexity, i): readonly RunEvent[] => [
    { ...stamp, kind: "evaluated", step: i + 1, split: "validation", metrics: { loss: 1.64182, perplexity } },
    { ...stamp, kind: "checkpoint", step: i + 1, folder: "", best: true, by: "perplexity" },
  ]),
];
const axis = (events: readonly RunEvent[]) =>
  (curvesFigure(events).layout as Record<string, Trace>)["yaxis2"]!["range"] as number[] | undefined;

describe("figure axes", () => {
  for (const scores of [[5.1645823], [5.16458012, 5.16458391], [0], [-2.5]])
    it(`of nearly constant validations show their magnitude: ${scores.join(", ")}`, () => {
      const [low, high] = axis(validated(...scores))!;
      assert.ok(low! < Math.min(...scores) && high! > Math.max(...scores));
      assert.ok(high! - low! >= 0.1 * Math.max(...scores.map(Math.abs)), `${low} – ${high}`);
    });
  it("of varying validations adapt to them", () => assert.equal(axis(validated(5.1, 5.0)), undefined));
  it("place the ring of the best validation exactly on its point", () => {
    const { data } = curvesFigure(validated(5.1645823));
    const of = (name: string) => data.find((trace) => trace["name"] === name)!;
    assert.deepEqual(of("best")["y"], of("validation perplexity")["y"]);
    assert.equal(of("best")["yaxis"], "y2");
  });
  it("of a sweep with 200,000 trials are computed without one argument per trial", () => {
    const trials = Array.from({ length: 200_000 }, (_, i) => ({
      number: i + 1,
      values: { rank: String(i % 7) },
      score: i / 200_000,
      state: "done" as const,
      seconds: 1,
    }));
    const figure = sweepFigure(sweepViewOfTrials(trials, { direction: "maximize", metric: "accuracy" }));
    assert.equal(figure.data.length, 4);
  });
  it("of a sweep without scores show no numbers", () => {
    const running = { number: 1, values: { seed: "1" }, score: null, state: "running" } as const;
    const figure = sweepFigure(sweepViewOfTrials([running], { direction: "maximize", metric: "f1(macro)" }));
    const y = (figure.layout as Record<string, Trace>)["yaxis"]!;
    assert.deepEqual([y["range"], y["showticklabels"]], [[0, 1], false]);
    const { svg } = drawFigure(figure);
    assert.match(svg, /no score yet/);
    assert.doesNotMatch(svg, />-1</);
    const done = { ...running, score: 0.5, state: "done" } as const;
    const first = sweepFigure(sweepViewOfTrials([done], { direction: "maximize", metric: "f1(macro)" }));
    assert.deepEqual((first.layout as Record<string, Trace>)["yaxis"]!["range"], [0.45, 0.55]);
  });
});
