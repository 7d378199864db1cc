/** Properties of single searches beyond the contract of all. */
import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Value } from "#dsl/language/types/value.js";
import type { SearchDimension, SearchPoint, Study, StudyTrial } from "#stdlib/searches/kind.js";
import { sobolPoint } from "#stdlib/searches/shared/sobol/sequence.js";
import {
  valueCount,
  isAllowedValue,
  nearestValue,
  valueAtShare,
  nthValue,
} from "#stdlib/searches/shared/dimension-values.js";
import { registry } from "#stdlib/registry.js";
import { done, history, study } from "./spaces.js";

const suggested = async (word: string, given: Readonly<Record<string, Value>>, of: Study, number: number) =>
  (await implementationOf(registry, "search", word)).suggest({ word, kind: "search", arguments: given }, of, number);
const TPE = { startup: 10, candidates: 24 };

const rank: SearchDimension = { name: "rank", kind: "number", scale: "linear", from: 2, to: 8, integer: true, step: 2 };
const kind: SearchDimension = { name: "kind", kind: "choice", size: 3 };
const rate: SearchDimension = { name: "rate", kind: "number", scale: "log", from: 1e-4, to: 1e-2, integer: false };
const branch = { ...rank, name: "kind/1.rank", when: { dimension: "kind", option: 1 } };

async function whole(dimensions: readonly SearchDimension[], points: number | null): Promise<readonly SearchPoint[]> {
  const trials: StudyTrial[] = [];
  for (;;) {
    const point = await suggested("grid", { points }, study(dimensions, trials), trials.length + 1);
    if (point === null) return trials.map((trial) => trial.point);
    trials.push(done(trials.length + 1, point, 0));
  }
}

describe("grid search", () => {
  it("tries each combination once, including those of active branches", async () => {
    const points = await whole([kind, branch, { ...rate }], 3);
    assert.equal(points.length, (2 + 4) * 3);
    assert.equal(new Set(points.map((p) => JSON.stringify(p))).size, points.length);
    assert.deepEqual([...new Set(points.map((p) => p["rate"]))].sort(), [1e-4, 1e-3, 1e-2]);
    assert.deepEqual([...new Set(points.flatMap((p) => p["kind/1.rank"] ?? []))].sort(), [2, 4, 6, 8]);
  });

  it("tries every value of each dimension in its first part", async () => {
    const five: SearchDimension = { name: "five", kind: "choice", size: 5 };
    const first = (await whole([five, rank, kind], null)).slice(0, 20);
    assert.deepEqual(
      ["five", "rank", "kind"].map((name) => new Set(first.map((p) => p[name])).size),
      [5, 4, 3],
    );
  });

  it("rejects a continuous range unless the number of points is set", async () => {
    await assert.rejects(
      suggested("grid", { points: null }, study([kind, rate]), 1),
      (error) => error instanceof CodedError && error.code === "not-a-grid",
    );
  });

  it("skips points that an inserted trial has tried", async () => {
    const between = done(1, { kind: 0, rank: 2 }, 0);
    const point = await suggested("grid", { points: null }, study([kind, rank], [between]), 2);
    assert.notDeepEqual(point, between.point);
  });
});

describe("Sobol points", () => {
  it("are even in every dimension and over pairs, also beyond the tabulated direction numbers", () => {
    const points = Array.from({ length: 64 }, (_, i) => sobolPoint(i, 70, 5));
    for (const d of [0, 1, 40, 63, 64, 69]) assert.equal(new Set(points.map((p) => Math.floor(p[d]! * 64))).size, 64);
    for (const [a, b] of [
      [0, 1],
      [2, 3],
      [64, 65],
    ] as const)
      assert.equal(new Set(points.map((p) => `${Math.floor(p[a]! * 8)} ${Math.floor(p[b]! * 8)}`)).size, 64);
  });
});

describe("TPE search", () => {
  const dimensions = [kind, branch, rate];
  const known = history(dimensions, 40, 4).map((trial) =>
    done(trial.number, trial.point, Math.log(trial.point["rate"]!)),
  );

  it("learns nothing from failed trials or NaN scores", async () => {
    const extra = { ...done(41, { kind: 0, rate: 1e-3 }, NaN) };
    const failed = { ...extra, state: "failed", scores: null } as const;
    assert.deepEqual(
      await suggested("tpe", TPE, study(dimensions, [...known, extra]), 42),
      await suggested("tpe", TPE, study(dimensions, [...known, failed]), 42),
    );
  });

  it("avoids trials that still run", async () => {
    const near = (await suggested("tpe", TPE, study(dimensions, known), 41))!;
    const running = Array.from({ length: 8 }, (_, i): StudyTrial => {
      const point = { ...near, rate: near["rate"]! * (1 + i / 1000) };
      return { ...done(41 + i, point), state: "running", scores: null };
    });
    const next = (await suggested("tpe", TPE, study(dimensions, [...known, ...running]), 41))!;
    assert.notEqual(next["rate"], near["rate"]);
  });

  it("tries nothing twice, and ends after all points were tried", async () => {
    const trials: StudyTrial[] = [];
    for (;;) {
      const point = await suggested("tpe", TPE, study([kind, branch], trials), trials.length + 1);
      if (point === null) break;
      trials.push(done(trials.length + 1, point, point["kind"]!));
    }
    assert.equal(new Set(trials.map((t) => JSON.stringify(t.point))).size, 6);
    assert.equal(trials.length, 6);
  });
});

describe("values of a search dimension", () => {
  const steps: SearchDimension = {
    name: "s",
    kind: "number",
    scale: "linear",
    from: 0,
    to: 0.3,
    integer: false,
    step: 0.1,
  };

  it("are exact decimals, including the last one", () => {
    assert.equal(valueCount(steps), 4);
    assert.deepEqual(
      [0, 1, 2, 3].map((place) => nthValue(steps, place)),
      [0, 0.1, 0.2, 0.3],
    );
    assert.equal(valueAtShare(steps, 0.999), 0.3);
    assert.equal(nearestValue(steps, 0.26), 0.3);
  });

  it("exclude values off the steps", () => {
    assert.deepEqual(
      [0.3, 0.15, 0.4, -0.1, NaN].map((x) => isAllowedValue(steps, x)),
      [true, false, false, false, false],
    );
    assert.deepEqual(
      [0, 2, 3, 1.5].map((x) => isAllowedValue(kind, x)),
      [true, true, false, false],
    );
    assert.ok(!isAllowedValue(kind, undefined));
  });
});
