/**
 * A plane through weights, and EWC's penalty over it: compared with numbers computed by hand, and weight by weight.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { ewcPenaltyAt, landscapeFigure, type LandscapeData } from "#kernel/display/landscape.js";
import {
  ewcPenaltyOnPlane,
  projectOnPlane,
  weightPlaneThrough,
  type TrainableWeights,
} from "#kernel/models/weight-plane.js";

const named = (name: string, ...values: readonly number[]) => ({ name, weights: weights(...values) });
const weights = (...[first = 0, ...more]: readonly number[]): TrainableWeights =>
  new Map([
    ["a", Float32Array.of(first)],
    ["b", Float32Array.from(more)],
  ]);
const flat = (of: TrainableWeights): readonly number[] => [...of.values()].flatMap((values) => [...values]);
const near = (got: number, wanted: number, within = 1e-6): void =>
  assert.ok(Math.abs(got - wanted) <= within * Math.max(1, Math.abs(wanted)), `${String(got)}, not ${String(wanted)}`);
const costOf = (at: readonly number[], fisher: TrainableWeights, anchor: TrainableWeights): number =>
  flat(fisher).reduce((sum, f, i) => sum + (f * (at[i]! - flat(anchor)[i]!) ** 2) / 2, 0);

interface Line {
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | null)[];
}

describe("EWC penalty on a weight plane", () => {
  // Along (1, 0, 1) / √2 and (0, 1, 0); the anchor (0, 1, 2) is off the plane, directly above (√2, 1).
  const [start, first, second] = [named("m", 0, 0, 0), named("one", 1, 0, 1), named("two", 0.5, 2, 0.5)];
  const [fisher, anchor] = [weights(3, 1, 1), weights(0, 1, 2)];
  const plane = weightPlaneThrough(start, [first, second]);
  const held = ewcPenaltyOnPlane("beyond", { fisher, anchor }, start.weights, plane);

  it("matches the value computed by hand for an anchor off the plane", () => {
    // Q = ((3 + 1) / 2, 0; 0, 1), b = (−2 / √2, −1), so the centre is (√2 / 2, 1): the weights (½, 1, ½), which cost ½
    // (3 · ¼ + 0 + 9 / 4) = 1.5. The anchor's projection, the weights (1, 1, 1), costs ½ (3 + 1) = 2.
    const { centre, least, xx, xy, yy } = held;
    [xx, xy, yy, centre.x, centre.y, least].forEach((got, i) => near(got, [2, 0, 1, Math.SQRT1_2, 1, 1.5][i]!));
    near(ewcPenaltyAt(held, { x: Math.SQRT2, y: 1 }), 2);
    // The first model: ½ (3 · 1 + 1 · 1 + 1 · 1).
    near(ewcPenaltyAt(held, { x: Math.SQRT2, y: 0 }), 2.5);
  });

  it("has the same value along the plotted ellipse", () => {
    const side = Array.from({ length: 9 }, (_, i) => i - 4);
    const places = [projectOnPlane(start, start.weights, plane), ...[first, second].map((one) => projectOnPlane(one, start.weights, plane))]; // prettier-ignore
    const losses = [{ on: "d.test", rows: 1, z: side.map(() => side.map(() => 1)) }];
    const told: LandscapeData = { name: "m", x: side, y: side, losses, places, held };
    const rings = landscapeFigure(told).data.filter(({ legendgroup }) => String(legendgroup).startsWith("ewc"));
    assert.equal(rings.length, 1, "a quarter of 2.5 is less than the least");
    const { x, y } = rings[0] as unknown as Line;
    assert.ok(x.length > 90);
    const [along, across] = plane.map(flat) as [readonly number[], readonly number[]];
    x.forEach((a, i) => {
      const at = along.map((one, k) => a! * one + y[i]! * across[k]!);
      near(costOf(at, fisher, anchor), 2.5);
    });
  });

  it("matches the direct computation at any point, also for directions without cost", () => {
    const number = fc.double({ min: -3, max: 3, noNaN: true });
    const five = fc.tuple(number, number, number, number, number);
    const most = fc.tuple(...Array.from({ length: 5 }, () => fc.constantFrom(0, 0, 0.1, 1, 7)));
    fc.assert(
      fc.property(five, five, five, five, most, five, (from, a, b, to, f, [x, y]) => {
        const [at, one, two] = [named("m", ...from), named("a", ...a), named("b", ...b)];
        fc.pre(Math.hypot(...a.map((value, i) => value - from[i]!)) > 0.1);
        const [along, across] = (() => {
          try {
            return weightPlaneThrough(at, [one, two]);
          } catch {
            return [];
          }
        })();
        fc.pre(along !== undefined && across !== undefined);
        const [of, star] = [weights(...f), weights(...to)];
        const got = ewcPenaltyOnPlane("h", { fisher: of, anchor: star }, at.weights, [along, across]);
        const place = from.map((value, i) => value + x * flat(along)[i]! + y * flat(across)[i]!);
        // A difference in single precision may lose nearly all of the penalty.
        const scale = 1 + costOf(from, of, star) + got.xx * x * x + got.yy * y * y;
        assert.ok(Math.abs(ewcPenaltyAt(got, { x, y }) - costOf(place, of, star)) < 1e-4 * scale);
      }),
    );
  });

  it("has its centre at zero in a direction without cost, and an exact zero as minimum", () => {
    const flatly = ewcPenaltyOnPlane("h", { fisher: weights(0, 2, 0), anchor: weights(5, 1, 5) }, start.weights, plane);
    assert.deepEqual([flatly.xx, flatly.least], [0, 0]);
    near(flatly.centre.x, 0);
    near(flatly.centre.y, 1);
    const within = ewcPenaltyOnPlane("h", { fisher, anchor: weights(0.3, 0.7, 0.3) }, start.weights, plane);
    assert.equal(within.least, 0);
  });

  it("rejects models that span no plane and names them", () => {
    const refused = (...ends: Parameters<typeof weightPlaneThrough>[1]): string => {
      try {
        weightPlaneThrough(start, ends);
      } catch (error) {
        if (error instanceof CodedError && error.code === "bad-option") return error.message;
        throw error;
      }
      return "taken";
    };
    assert.match(refused(first, named("on", 2, 0, 2)), /one through one and on, which are on a line with m/);
    assert.match(refused(first, named("back", -1e-3, 0, -1e-3)), /one and back, which are on a line with m/);
    assert.match(refused(named("still", 0, 0, 0), second), /one through still, whose weights equal those of m/);
    assert.match(refused(first, named("still", 0, 0, 0)), /one through still, whose weights equal those of m/);
    assert.equal(refused(first, named("near", 0, 1e-5, 0)), "taken");
  });
});
