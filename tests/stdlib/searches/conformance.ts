/**
 * The contract of every search, whoever wrote it. It is called with each word of the kind, so that a new one is tested
 * without being named.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SearchDimension, SearchPoint, Study, StudyTrial } from "#stdlib/searches/kind.js";
import { dimensionsByName, isActiveDimension } from "#stdlib/searches/shared/active-dimensions.js";
import { allCombinations } from "#stdlib/searches/shared/combinations.js";
import { pointKey } from "#stdlib/searches/shared/tried-points.js";
import { isAllowedValue } from "#stdlib/searches/shared/dimension-values.js";
import { done, history, spaces, study } from "./spaces.js";

export type Suggest = (study: Study, number: number) => SearchPoint | null;
export interface Held {
  readonly suggest: Suggest;
  readonly random: Suggest;
  /** Whether it may end before everything possible is tried: a grid over ranges. */
  readonly ends: boolean;
}

const flat = (from: number, to: number): SearchDimension => ({
  name: "",
  kind: "number",
  scale: "linear",
  from,
  to,
  integer: false,
});
const named = (all: Readonly<Record<string, SearchDimension>>): readonly SearchDimension[] =>
  Object.entries(all).map(([name, dimension]) => ({ ...dimension, name }));
const PLANE = named({ x: flat(-1, 1), y: flat(-1, 1) });
const EASY = named({
  x: flat(-5, 5),
  y: flat(-5, 5),
  rate: { name: "", kind: "number", scale: "log", from: 1e-6, to: 1, integer: false },
});
const easy = (point: SearchPoint): number =>
  -(((point["x"]! - 1) / 5) ** 2 + ((point["y"]! + 2) / 5) ** 2 + ((Math.log10(point["rate"]!) + 4) / 3) ** 2);

/** Runs trials one after another, each with a score. */
function run(
  suggest: Suggest,
  of: Study,
  count: number,
  score: (point: SearchPoint) => number = value,
): readonly StudyTrial[] {
  const trials = [...of.trials];
  for (let i = 0; i < count; i++) {
    const number = trials.length + 1;
    const point = suggest({ ...of, trials }, number);
    if (point === null) break;
    trials.push(done(number, point, score(point)));
  }
  return trials;
}
/** A finite score that depends on all values. */
const value = (point: SearchPoint): number => Object.values(point).reduce((sum, x) => sum + Math.sin(x), 0);

function assertInside(dimensions: readonly SearchDimension[], point: SearchPoint): void {
  const all = dimensionsByName(dimensions);
  const active = dimensions.filter((d) => isActiveDimension(d, point, all));
  assert.deepEqual(Object.keys(point).sort(), active.map((d) => d.name).sort(), "the dimensions that are there");
  for (const d of active)
    assert.ok(isAllowedValue(d, point[d.name]), `${point[d.name]} is none of ${JSON.stringify(d)}`);
}

function isExhausted({ dimensions, allows }: Study, trials: readonly StudyTrial[]): boolean {
  const all = allCombinations(dimensions);
  if (all === null) return false;
  const tried = new Set(trials.map(({ point }) => pointKey(point)));
  return Array.from({ length: Number(all.count) }, (_, i) => all.pointAt(BigInt(i))).every(
    (p) => !allows(p) || tried.has(pointKey(p)),
  );
}

export function conformance({ suggest, random, ends }: Held): void {
  it("suggests points inside their spaces, with only the active branches", () => {
    fc.assert(
      fc.property(spaces, fc.integer({ min: 0, max: 1e6 }), (dimensions, seed) => {
        for (const { point } of run(suggest, study(dimensions, [], { seed }), 16)) assertInside(dimensions, point);
      }),
      { numRuns: 10, seed: 7 },
    );
  });

  it("suggests the same point for the same study, whatever was suggested in between", () => {
    fc.assert(
      fc.property(spaces, fc.integer({ min: 0, max: 1e6 }), (dimensions, seed) => {
        const of = study(dimensions, [], { seed });
        const trials = run(suggest, of, 14);
        suggest(study(PLANE), 3);
        // The trials as a journal stores them.
        const kept = JSON.parse(JSON.stringify(trials)) as readonly StudyTrial[];
        for (const number of [12, 3, 14].filter((n) => n <= trials.length))
          assert.deepEqual(suggest({ ...of, trials: kept.slice(0, number - 1) }, number), trials[number - 1]!.point);
      }),
      { numRuns: 6, seed: 8 },
    );
  });

  it("depends on the seed", () => {
    if (ends) return; // A search that goes through everything needs no randomness.
    const points = [1, 2, 3].map((seed) => pointKey(suggest(study(PLANE, [], { seed }), 1)!));
    assert.equal(new Set(points).size, 3);
  });

  it("suggests only allowed combinations of values", () => {
    const allows = (p: SearchPoint): boolean => p["x"]! <= p["y"]!;
    const trials = run(suggest, study(PLANE, [], { allows }), 25, ({ x, y }) => x! - y!);
    assert.ok(trials.length >= (ends ? 3 : 25));
    for (const { point } of trials) assert.ok(allows(point), JSON.stringify(point));
  });

  it("ends quickly if no combination of values is allowed", () => {
    const begun = performance.now();
    assert.equal(suggest(study(PLANE, [], { allows: () => false }), 1), null);
    assert.equal(suggest(study(PLANE, history(PLANE, 30, 1), { allows: () => false }), 31), null);
    assert.ok(performance.now() - begun < 5000);
  });

  it("ends only after all points were tried", () => {
    const small = named({
      kind: { name: "", kind: "choice", size: 2 },
      rank: { name: "", kind: "number", scale: "linear", from: 1, to: 4, integer: true },
    });
    const allows = (p: SearchPoint): boolean => !(p["kind"] === 1 && p["rank"] === 4);
    const of = study(small, [], { allows });
    const trials = run(suggest, of, 20);
    if (trials.length < 20) assert.ok(isExhausted(of, trials), `${trials.length} were tried`);
  });

  it("repeats no values while others are untried", () => {
    const small = named({
      kind: { name: "", kind: "choice", size: 2 },
      epochs: { name: "", kind: "number", scale: "linear", from: 1, to: 3, integer: true },
    });
    for (const state of ["done", "running", "pruned"] as const) {
      const trials: StudyTrial[] = [];
      for (let number = 1; number <= 6; number++) {
        const point = suggest(study(small, trials), number);
        assert.ok(point, `${number - 1} of 6 were tried`);
        trials.push({ ...done(number, point, 0.5), state, ...(state !== "done" && { scores: null }) });
      }
      assert.equal(new Set(trials.map(({ point }) => pointKey(point))).size, 6, state);
      assert.equal(suggest(study(small, trials), 7), null);
    }
  });

  it("handles trials that failed, were pruned, still run or have a NaN score", () => {
    fc.assert(
      fc.property(
        spaces,
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 1e6 }),
        (dimensions, count, seed) => {
          const of = study(dimensions, history(dimensions, count, seed), { seed });
          const point = suggest(of, count + 1);
          if (point) assertInside(dimensions, point);
          else assert.ok(ends || isExhausted(of, of.trials));
        },
      ),
      { numRuns: 25, seed: 9 },
    );
  });

  it("handles several objectives, or rejects them with a coded error", () => {
    for (const objectives of [2, 3]) {
      const of = study(EASY, history(EASY, 50, objectives, objectives), { objectives });
      try {
        assertInside(EASY, suggest(of, 51)!);
      } catch (error) {
        assert.ok(error instanceof CodedError, String(error));
      }
    }
  });

  it("handles trials of earlier sweeps, also of other spaces", () => {
    const other = [
      done(-2, { x: 50, kind: 3 }, 0.3),
      ...history(PLANE, 20, 5).map((trial, i) => ({ ...trial, number: i - 30 })),
      done(0, {}, 0.5),
    ];
    assertInside(EASY, suggest(study(EASY, other), 1)!);
    assertInside(PLANE, suggest(study(PLANE, other), 1)!);
  });

  it("explores the full range", () => {
    const trials = run(suggest, study([...EASY, { name: "kind", kind: "choice", size: 3 }]), 60, () => 0);
    for (const name of ["x", "y"]) {
      const quarters = new Set(trials.map(({ point }) => Math.min(3, Math.floor((point[name]! + 5) / 2.5))));
      assert.equal(quarters.size, 4, `quarters of ${name}`);
    }
    assert.equal(new Set(trials.map(({ point }) => point["kind"])).size, 3);
  });

  it("beats random search if it learns from scores", () => {
    const told = history(EASY, 30, 3).map((t) => ({
      ...t,
      state: "done" as const,
      violation: 0,
      scores: [easy(t.point)],
    }));
    const turned = told.map((t) => ({ ...t, scores: t.scores.map((score) => -score) }));
    const learns = pointKey(suggest(study(EASY, told), 31) ?? {}) !== pointKey(suggest(study(EASY, turned), 31) ?? {});
    if (!learns) return;
    const best = (by: Suggest, seed: number): number =>
      Math.max(...run(by, study(EASY, [], { seed }), 40, easy).map(({ scores }) => scores![0]!));
    const wins = [1, 2, 3, 4, 5].filter((seed) => best(suggest, seed) > best(random, seed)).length;
    assert.ok(wins >= 4, `it beats chance ${wins} times of 5`);
  });

  it("suggests a point within seconds after 500 trials", () => {
    const trials = run(random, study(EASY), 500, easy);
    const begun = performance.now();
    assert.ok(suggest(study(EASY, trials), 501) ?? ends);
    assert.ok(performance.now() - begun < 20_000, `${performance.now() - begun} ms`);
  });
}
