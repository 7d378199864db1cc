/** Chart pictures beyond their lines: colour keys, legends that identify lines, labels that do not overlap. */
import assert from "node:assert/strict";
import { confusionFigure } from "#kernel/display/scores/confusion.js";
import { curvesFigure } from "#kernel/display/curves/curves.js";
import { sweepFigure } from "#kernel/display/sweeps/sweep-output.js";
import { sweepViewOfTrials, type SweepTrial } from "#kernel/display/sweeps/view.js";
import { drawFigure } from "#kernel/display/svg/draw.js";
import type { Trace } from "#kernel/display/figure.js";
import { runEvents } from "./examples.js";

const trials: readonly SweepTrial[] = [0.4, 0.9, 0.6].map((score, i) => ({
  number: i + 1,
  values: { rate: `${String(i + 1)}e-4`, epochs: String(i + 1) },
  score,
  state: "done",
}));

describe("chart images", () => {
  it("explain line colours in a colour bar and keep sweep lines readable", () => {
    const figure = sweepFigure(sweepViewOfTrials(trials, { direction: "maximize", metric: "accuracy" }));
    const line = figure.data.at(-1)?.["line"] as Readonly<Record<string, unknown>>;
    assert.equal(line["showscale"], true);
    assert.deepEqual((line["colorbar"] as Trace)["title"], {
      text: "accuracy",
      side: "right",
    });
    const { svg } = drawFigure(figure);
    assert.match(svg, /<g fill="none" stroke-width="3"/);
    // The metric labels the score axis, the history axis and the colour key. The last two labels are vertical.
    assert.equal(svg.match(/rotate\(-90\)">accuracy</g)?.length, 2);
    const key = [...svg.matchAll(/<rect [^>]*width="11"[^>]*fill="(#[0-9a-f]{6})"/g)].map((part) => part[1]);
    assert.ok(key.length > 10 && key[0] !== key.at(-1), key.join(" "));
  });
  it("distinguish the loss of each step from its mean in the legend", () => {
    const { svg } = drawFigure(curvesFigure(runEvents()));
    const marks = [...svg.matchAll(/<path d="M[\d.]+ [\d.]+h18"[^>]*>/g)].map(([mark]) => mark);
    assert.match(marks[0] ?? "", /stroke-width="1" opacity="0\.[345]/);
    assert.match(marks[1] ?? "", /stroke-width="2"\/?>/);
  });
  it("slant axis labels that would overlap, without truncating them", () => {
    const labels = Array.from({ length: 12 }, (_, i) => `balance_not_updated${String(i)}`);
    const confusion = labels.map((_, i) => labels.map((__, j) => (i === j ? 1 : 0)));
    const { svg } = drawFigure(confusionFigure(labels, confusion));
    assert.equal(svg.match(/rotate\(-32\)">balance_not_updated\d+</g)?.length, 12);
    const few = drawFigure(
      confusionFigure(
        ["a", "b"],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    );
    assert.doesNotMatch(few.svg, /rotate\(-32\)/);
  });
});
