import assert from "node:assert/strict";
import { describeFigure } from "#kernel/display/figure-description.js";
import { figureView } from "#kernel/display/figure.js";
import { escapeHtml } from "#kernel/host/value-text.js";

const axes = { xaxis: { title: { text: "step" } }, yaxis: { title: "loss" } };

describe("description of a figure", () => {
  it("says how a line falls or rises, with its ends and its extreme", () => {
    const falling = { name: "training loss", x: [1, 2, 3, 4], y: [0.7, 0.4, 0.19, 0.2] };
    assert.equal(
      describeFigure({ data: [falling], layout: { title: { text: "Training of mood" }, ...axes } }),
      "Training of mood. training loss falls from 0.7 to 0.2 over step 1 to 4; lowest 0.19 at 3.",
    );
    const rising = { name: "accuracy", x: [1, 2, 3], y: [0.5, 0.95, 0.9] };
    assert.equal(describeFigure({ data: [rising] }), "accuracy rises from 0.5 to 0.9 over 1 to 3; highest 0.95 at 2.");
  });

  it("gives the range of a line whose ends hardly differ, and the value of a single point", () => {
    assert.equal(
      describeFigure({ data: [{ name: "rate", x: [0, 1, 2], y: [1, 3, 1.01] }] }),
      "rate starts at 1 and ends at 1.01 over 0 to 2; lowest 1, highest 3.",
    );
    assert.equal(describeFigure({ data: [{ name: "rate", x: [7], y: [0.25] }] }), "rate: 0.25 at 7.");
  });

  it("lists few bars, and gives the extremes of many", () => {
    const bar = (n: number): object => ({
      type: "bar",
      name: "rows",
      x: Array.from({ length: n }, (_, i) => `label ${String(i)}`),
      y: Array.from({ length: n }, (_, i) => i + 1),
    });
    assert.equal(describeFigure({ data: [{ ...bar(2) }] }), "rows: label 0 1, label 1 2.");
    assert.equal(describeFigure({ data: [{ ...bar(20) }] }), "rows: 20 bars, from 1 (label 0) to 20 (label 19).");
    assert.equal(describeFigure({ data: [{ type: "bar", orientation: "h", x: [3], y: ["a"] }] }), "values: a 3.");
  });

  it("covers points, cells and parallel lines", () => {
    assert.equal(
      describeFigure({ data: [{ mode: "markers", name: "trials", x: [1, 2], y: [0.3, 0.8] }], layout: axes }),
      "trials, loss: 2 points, from 0.3 (step 1) to 0.8 (step 2).",
    );
    assert.equal(
      describeFigure({
        data: [
          {
            type: "heatmap",
            z: [
              [1, 2],
              [3, 4],
            ],
          },
        ],
      }),
      "2 × 2 cells, from 1 to 4.",
    );
    assert.equal(
      describeFigure({
        data: [{ type: "parcoords", dimensions: [{ label: "rate", values: [1, 2] }, { label: "rank" }] }],
      }),
      "2 lines over rate, rank.",
    );
  });

  it("leaves out helper lines, limits the number of series, and accepts any JSON", () => {
    const line = (i: number): object => ({ name: `s${String(i)}`, x: [0, 1], y: [0, 1] });
    const many = describeFigure({ data: Array.from({ length: 11 }, (_, i) => ({ ...line(i) })) });
    assert.match(many, /s7 .*\. and 3 more series\.$/);
    assert.equal(describeFigure({ data: [{ ...line(0), hoverinfo: "skip" }] }), "");
    for (const odd of [null, 3, "x", {}, [null], [{}]])
      assert.equal(typeof describeFigure({ data: [{ x: odd, y: odd, z: odd, name: odd, type: odd }] }), "string");
  });

  it("is the alternative text of the picture, and part of the live figure", () => {
    const { bundle } = figureView({ data: [{ name: 'a "b"', x: [0, 1], y: [2, 1] }], layout: { meta: { sweep: 1 } } });
    const words = 'a "b" falls from 2 to 1 over 0 to 1.';
    assert.ok(String(bundle["text/html"]).includes(`alt="${escapeHtml(words)}"`));
    const live = bundle["application/vnd.plotly.v1+json"] as { readonly layout: { readonly meta: unknown } };
    assert.deepEqual(live.layout.meta, { sweep: 1, description: words });
  });
});
