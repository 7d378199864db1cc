/** Draws in spaces that allow few points, and points that run with the same values. */
import assert from "node:assert/strict";
import type { SearchDimension, SearchPoint, StudyTrial } from "#stdlib/searches/kind.js";
import {
  pointDrawer,
  untriedPoints,
  drawNewPoint,
  randomNumbersForTrial,
} from "#stdlib/searches/shared/random-points.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { done, study } from "../spaces.js";

const whole = (name: string): SearchDimension => ({
  ...{ name, kind: "number", scale: "linear", from: 1, to: 512, integer: true },
});
const pair = [whole("a"), whole("b")];
const small = ({ a = 0, b = 0 }: SearchPoint): boolean => a * b <= 64;

describe("points of a constrained space", () => {
  it("are found, each a different one", () => {
    const trials: StudyTrial[] = [];
    for (let number = 1; number <= 60; number++) {
      const point = drawNewPoint(study(pair, trials, { allows: small }), randomNumbersForTrial(1, number));
      assert.ok(point && small(point), `trial ${String(number)}`);
      trials.push(done(number, point, 0));
    }
    assert.equal(new Set(trials.map(({ point }) => JSON.stringify(point))).size, 60);
    // The points are not all at one edge.
    assert.ok(
      trials.some(({ point }) => point["a"]! > point["b"]!) && trials.some(({ point }) => point["a"]! < point["b"]!),
    );
  });

  it("are found if almost no draw is allowed, and quickly after the first one", () => {
    const axes: SearchDimension[] = ["a", "b", "c", "d"].map((name) => ({
      ...{ name, kind: "number", scale: "linear", from: 0, to: 1, integer: false },
    }));
    const allows = (p: SearchPoint): boolean => axes.reduce((sum, { name }) => sum + (p[name] ?? 0), 0) <= 0.02;
    const next = pointDrawer(study(axes, [], { allows }), randomNumbersForTrial(1, 1));
    const points = Array.from({ length: 200 }, () => next());
    assert.ok(points.every((point) => point && allows(point)));
    assert.equal(new Set(points.map((point) => JSON.stringify(point))).size, 200);
  });

  it("are suggested by every search for as many trials as possible", async () => {
    for (const [word, given] of [
      ["random", {}],
      ["sobol", {}],
      ["tpe", { startup: 10, candidates: 24 }],
      ["gp", { startup: 10 }],
    ] as const) {
      const trials: StudyTrial[] = [];
      const search = await implementationOf(registry, "search", word);
      for (let number = 1; number <= 20; number++) {
        const of = study(pair, trials, { allows: small });
        const point = search.suggest({ word, kind: "search", arguments: given }, of, number);
        assert.ok(point && small(point), `${word} ${String(number)}`);
        trials.push(done(number, point, -point["a"]!));
      }
    }
  });

  it("are enumerated if they are countable", () => {
    const few: SearchDimension[] = [{ name: "a", kind: "choice", size: 3 }];
    const trials = [done(1, { a: 1 }, 0)];
    assert.deepEqual(untriedPoints(study(few, trials, { allows: ({ a }) => a !== 0 })), [{ a: 2 }]);
    assert.equal(untriedPoints(study(pair)), null);
  });
});

describe("points with the same written values", () => {
  it("are tried once", async () => {
    const rate: SearchDimension = { name: "rate", kind: "number", scale: "log", from: 1e-8, to: 1, integer: false };
    const written = (_: string, value: number): number => Number(value.toPrecision(1));
    for (const [word, given] of [
      ["tpe", { startup: 5, candidates: 24 }],
      ["gp", { startup: 5 }],
    ] as const) {
      const trials: StudyTrial[] = [];
      const search = await implementationOf(registry, "search", word);
      for (let number = 1; number <= 30; number++) {
        const of = study([rate], trials, { written });
        const point = search.suggest({ word, kind: "search", arguments: given }, of, number);
        assert.ok(point);
        trials.push(done(number, point, 1));
      }
      assert.equal(new Set(trials.map(({ point }) => written("", point["rate"]!))).size, 30, word);
    }
  });
});
