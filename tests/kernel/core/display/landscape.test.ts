/** The picture of losses over a plane of weights: the ellipse is where its form says, and nothing is drawn outside. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ellipseOf,
  landscapeFigure,
  landscapeOf,
  landscapeShown,
  type LandscapeTold,
} from "#kernel/core/display/landscape.js";
import { displaySymbol } from "#kernel/core/display/shown.js";

const along = [-1, 0, 1, 2, 3];
const told: LandscapeTold = {
  name: "start",
  ...{ x: along, y: along, rows: 64 },
  losses: ["old.test", "new.test"].map((on, k) => ({
    on,
    z: along.map((b) => along.map((a) => 0.1 + (a - 2 * k) ** 2 + b * b)),
  })),
  places: [
    { name: "start", x: 0, y: 0, off: 0, far: 0 },
    { name: "naive <b>", x: 2, y: 0, off: 0, far: 2 },
    { name: "held", x: 0.5, y: 1.5, off: 0, far: Math.hypot(0.5, 1.5) },
    { name: "far", x: 0.2, y: 0.1, off: 3, far: 3.01 },
  ],
  held: { by: "held", x: 0, y: 0, xx: 2, xy: 0.1, yy: 0.01 },
};
type Points = readonly (number | null)[];

describe("a landscape", () => {
  it("has its ellipse where the form has one value, whatever the form", () => {
    const form = fc.record({ a: fc.double({ min: 0.1, max: 10, noNaN: true }), b: fc.double({ min: 1e-4, max: 0.1, noNaN: true }), turn: fc.double({ min: 0, max: 3, noNaN: true }) }); // prettier-ignore
    fc.assert(
      fc.property(form, fc.double({ min: 0.01, max: 10, noNaN: true }), ({ a, b, turn }, level) => {
        const [c, s] = [Math.cos(turn), Math.sin(turn)];
        const [xx, xy, yy] = [a * c * c + b * s * s, (a - b) * c * s, a * s * s + b * c * c];
        const { axes, points } = ellipseOf({ xx, xy, yy }, level);
        for (const [x, y] of points)
          assert.ok(Math.abs((xx * x * x + 2 * xy * x * y + yy * y * y) / 2 - level) < 1e-6 * level);
        const wanted = [Math.sqrt((2 * level) / b), Math.sqrt((2 * level) / a)];
        axes.forEach((axis, i) => assert.ok(Math.abs(axis / wanted[i]! - 1) < 1e-6));
      }),
    );
  });
  it("draws both data with the same models and one legend, and of a long ellipse what is within", () => {
    const { data } = landscapeFigure(told);
    const rings = data.filter(({ legendgroup }) => String(legendgroup).startsWith("ewc"));
    assert.equal(rings.length, 4);
    for (const { x, y } of rings)
      for (const points of [x, y] as Points[]) {
        assert.ok(points.filter((value) => value !== null).length > 20);
        assert.ok(points.every((value) => value === null || (value >= -1 && value <= 3)));
      }
    // The one through the first model goes through it.
    const [first] = rings as [{ readonly x: Points; readonly y: Points }];
    const nearest = Math.min(...first.x.map((x, i) => (x === null ? 9 : Math.hypot(x - 2, first.y[i]!))));
    assert.ok(nearest < 0.05, String(nearest));
    const named = data.filter(({ showlegend }) => showlegend === true).map(({ name }) => name);
    assert.deepEqual(named, ["EWC's penalty as at naive &lt;b&gt;", "a quarter of it", "start", "naive &lt;b&gt;", "held", "far"]); // prettier-ignore
    const way = data.find(({ name }) => name === "far") as { readonly line: { readonly dash: string } };
    assert.equal(way.line.dash, "dot", "most of its way leads out of the plane");
  });
  it("says the same as text, shows itself, and has no ellipse where nothing was held", () => {
    const { bundle } = landscapeShown(told);
    assert.match(
      String(bundle["text/plain"]),
      /^Loss on old\.test and new\.test around start: 25 places, 64 rows each\n/,
    );
    assert.match(
      String(bundle["text/plain"]),
      /EWC's ellipse through naive <b>: half axes 40\.1 and 2, a loss of 4 more/,
    );
    assert.deepEqual(landscapeOf(told)[displaySymbol](), bundle);
    assert.deepEqual(Object.keys(landscapeOf(told)), Object.keys(told));
    const free = landscapeFigure({ ...told, held: null });
    assert.ok(free.data.every(({ legendgroup }) => !String(legendgroup).startsWith("ewc")));
  });
});
