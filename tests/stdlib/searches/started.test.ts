/** How a search uses earlier trials, and where it starts without them. */
import assert from "node:assert/strict";
import type { SearchDimension, SearchPoint, Study, StudyTrial } from "#stdlib/searches/kind.js";
import type { Call } from "#dsl/language/types/value.js";
import { gp } from "#stdlib/searches/gp.run.js";
import { tpe } from "#stdlib/searches/tpe.run.js";

const range = (name: string): SearchDimension => ({
  ...{ name, kind: "number", scale: "linear", from: -5, to: 5, integer: false },
});
const dimensions = [range("x"), range("y")];
/** The maximum is 0, at (1, −2). */
const score = ({ x = 0, y = 0 }: SearchPoint): number => -((x - 1) ** 2 + (y + 2) ** 2);
const shifted = ({ x = 0, y = 0 }: SearchPoint): number => score({ x: x - 0.3, y: y + 0.3 }) - 2;

const searches = {
  tpe: (study: Study, number: number) => tpe.suggest(callOf("tpe", { startup: 10, candidates: 24 }), study, number),
  gp: (study: Study, number: number) => gp.suggest(callOf("gp", { startup: 10 }), study, number),
};
const callOf = (word: string, given: Call["arguments"]): Call => ({ kind: "search", word, arguments: given });
type Suggest = (typeof searches)["tpe"];

function study(seed: number, trials: readonly StudyTrial[], first?: SearchPoint): Study {
  return {
    ...{ dimensions, objectives: 1, seed, trials, wanted: null, allows: () => true },
    ...(first && { first }),
  };
}

/** Number of the search's own trials until one comes within `near` of the best. */
function trialsTo(suggest: Suggest, seed: number, earlier: readonly StudyTrial[], near: number): number {
  const trials = [...earlier];
  for (let number = 1; number <= 60; number++) {
    const point = suggest(study(seed, trials), number) ?? {};
    if (score(point) > -near) return number;
    trials.push({ number, point, state: "done", scores: [score(point)], reports: [], violation: 0 });
  }
  return 61;
}
function earlierOf(suggest: Suggest, seed: number): readonly StudyTrial[] {
  const trials: StudyTrial[] = [];
  for (let i = 0; i < 20; i++) {
    const point = suggest(study(seed + 100, trials), i + 1) ?? {};
    trials.push({ ...{ number: i - 19, point, state: "done" }, scores: [shifted(point)], reports: [], violation: 0 });
  }
  return trials;
}
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;

describe("warm-started search", () => {
  for (const [name, suggest] of Object.entries(searches))
    it(`reaches the same score with at most half the new trials, from slightly wrong earlier ones: ${name}`, () => {
      const seeds = [1, 2, 3, 4, 5, 6, 7];
      const cold = median(seeds.map((seed) => trialsTo(suggest, seed, [], 0.5)));
      const warm = median(seeds.map((seed) => trialsTo(suggest, seed, earlierOf(suggest, seed), 0.5)));
      assert.ok(warm * 2 <= cold, `${String(warm)} trials after a start, ${String(cold)} without`);
    });
});

describe("search that learns from scores", () => {
  for (const [name, suggest] of Object.entries(searches))
    it(`starts with the values in the definitions, only if no trial exists: ${name}`, () => {
      const first = { x: 0.5, y: 0.25 };
      assert.deepEqual(suggest(study(1, [], first), 1), first);
      const done: StudyTrial = { number: 1, point: first, state: "done", scores: [1], reports: [], violation: 0 };
      assert.notDeepEqual(suggest(study(1, [done], first), 2), first);
      assert.notDeepEqual(suggest(study(1, [{ ...done, number: 0, point: { x: 1, y: 1 } }], first), 1), first);
    });
});
