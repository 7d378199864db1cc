/**
 * The plot of losses over a plane of weights: the ellipse matches its quadratic form, and nothing is drawn outside the
 * plot.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ewcPenaltyAt,
  ewcPenaltyEllipse,
  landscapeFigure,
  displayableLandscape,
  landscapeView,
  type LandscapeData,
} from "#kernel/display/landscape.js";
import { displaySymbol } from "#kernel/display/html.js";

const along = [-1, 0, 1, 2, 3];
const told: LandscapeData = {
  name: "start",
  x: along,
  y: along,
  losses: ["old.test", "new.test"].map((on, k) => ({
    on,
    rows: k === 0 ? 64 : 40,
    z: along.map((b) => along.map((a) => 0.1 + (a - 2 * k) ** 2 + b * b)),
  })),
  places: [
    { name: "start", x: 0, y: 0, off: 0, far: 0 },
    { name: "naive <b>", x: 2, y: 0, off: 0, far: 2 },
    { name: "held", x: 0.5, y: 1.5, off: 0, far: Math.hypot(0.5, 1.5) },
    { name: "far", x: 0.2, y: 0.1, off: 3, far: 3.01 },
  ],
  held: { by: "held", centre: { x: 0, y: 0 }, least: 0, xx: 2, xy: 0.1, yy: 0.01 },
};
type Points = readonly (number | null)[];
/** Returns the distance between a line and a point. */
function nearest(ring: object, x: number, y: number): number {
  const line = ring as { readonly x: Points; readonly y: Points };
  return Math.min(...line.x.map((a, i) => (a === null ? 9 : Math.hypot(a - x, line.y[i]! - y))));
}

describe("loss landscape", () => {
  it("draws the ellipse at one penalty value, for any quadratic form", () => {
    const form = fc.record({ a: fc.double({ min: 0.1, max: 10, noNaN: true }), b: fc.double({ min: 1e-4, max: 0.1, noNaN: true }), turn: fc.double({ min: 0, max: 3, noNaN: true }) }); // prettier-ignore
    fc.assert(
      fc.property(form, fc.double({ min: 0.01, max: 10, noNaN: true }), ({ a, b, turn }, level) => {
        const [c, s] = [Math.cos(turn), Math.sin(turn)];
        const [xx, xy, yy] = [a * c * c + b * s * s, (a - b) * c * s, a * s * s + b * c * c];
        const { axes, points } = ewcPenaltyEllipse({ xx, xy, yy }, level);
        for (const [x, y] of points)
          assert.ok(Math.abs((xx * x * x + 2 * xy * x * y + yy * y * y) / 2 - level) < 1e-6 * level);
        const wanted = [Math.sqrt((2 * level) / b), Math.sqrt((2 * level) / a)];
        axes.forEach((axis, i) => assert.ok(Math.abs(axis / wanted[i]! - 1) < 1e-6));
      }),
    );
  });
  it("draws both data sets with the same models and one legend, and clips a long ellipse", () => {
    const { data } = landscapeFigure(told);
    const rings = data.filter(({ legendgroup }) => String(legendgroup).startsWith("ewc"));
    assert.equal(rings.length, 4);
    for (const { x, y } of rings)
      for (const points of [x, y] as Points[]) {
        assert.ok(points.filter((value) => value !== null).length > 20);
        assert.ok(points.every((value) => value === null || (value >= -1 && value <= 3)));
      }
    // The first ring passes through the model `held`, the second through the first model.
    assert.deepEqual(rings.slice(0, 2).map((ring) => nearest(ring, 0.5, 1.5) < 0.05), [true, false]); // prettier-ignore
    assert.ok(nearest(rings[1]!, 2, 0) < 0.05);
    const named = data.filter(({ showlegend }) => showlegend === true).map(({ name }) => name);
    assert.deepEqual(named, ["EWC's penalty as at held", "EWC's penalty as at naive &lt;b&gt;", "start", "naive &lt;b&gt;", "held", "far"]); // prettier-ignore
    const way = data.find(({ name }) => name === "far") as { readonly line: { readonly dash: string } };
    assert.equal(way.line.dash, "dot", "most of its way leads out of the plane");
  });
  it("draws the first model's penalty and a quarter of it if the regularised model is far or the first", () => {
    for (const by of ["far", "naive <b>"]) {
      const { data } = landscapeFigure({ ...told, held: { ...told.held!, by } });
      const rings = data.filter(({ legendgroup }) => String(legendgroup).startsWith("ewc"));
      const names = rings.map(({ name }) => name);
      assert.deepEqual(names.slice(0, 2), ["EWC's penalty as at naive &lt;b&gt;", "a quarter of it"]);
      assert.ok(nearest(rings[0]!, 2, 0) < 0.05);
      assert.ok(nearest(rings[1]!, 1, 0) < 0.05);
    }
  });
  it("centres the ellipse on the minimum, and omits it if no point is that cheap", () => {
    // At (2, 0): 1 + (2 · 1 + 2) / 2 = 3. A quarter of it, 0.75, is below the minimum of 1, so no ellipse is drawn for
    // it.
    const held = { by: "far", centre: { x: 1, y: 1 }, least: 1, xx: 2, xy: 0, yy: 2 };
    assert.equal(ewcPenaltyAt(held, { x: 2, y: 0 }), 3);
    const { data } = landscapeFigure({ ...told, held });
    const rings = data.filter(({ legendgroup }) => String(legendgroup).startsWith("ewc"));
    assert.deepEqual(rings.map(({ name }) => name), Array(2).fill("EWC's penalty as at naive &lt;b&gt;")); // prettier-ignore
    const { x, y } = rings[0] as { readonly x: Points; readonly y: Points };
    x.forEach((a, i) => {
      assert.ok(a === null || Math.abs(Math.hypot(a - 1, y[i]! - 1) - Math.SQRT2) < 1e-9);
    });
    const { bundle } = landscapeView({ ...told, held });
    assert.match(
      String(bundle["text/plain"]),
      /EWC's ellipse through naive <b>: half axes 1\.41 and 1\.41, a cost of 3 by its Fisher information\nIts anchor is outside the plane, where the smallest penalty is 1, at x 1, y 1$/,
    );
  });
  it("gives the same facts as text, and has no ellipse without a penalty", () => {
    const { bundle } = landscapeView(told);
    assert.match(
      String(bundle["text/plain"]),
      /^Loss on old\.test \(64 rows\) and new\.test \(40 rows\) around start, at 25 places\n/,
    );
    assert.match(
      String(bundle["text/plain"]),
      /EWC's ellipse through held: half axes [\d.]+ and [\d.]+, a cost of 0\.34 by .*\nEWC's ellipse through naive <b>: half axes 40\.1 and 2, a cost of 4 by its Fisher information$/,
    );
    assert.deepEqual(displayableLandscape(told)[displaySymbol](), bundle);
    assert.deepEqual(Object.keys(displayableLandscape(told)), Object.keys(told));
    const free = landscapeFigure({ ...told, held: null });
    assert.ok(free.data.every(({ legendgroup }) => !String(legendgroup).startsWith("ewc")));
  });
});
