/** Properties of `gp` beyond the contract of every search: it learns fast, also from trials that did not finish. */
import assert from "node:assert/strict";
import type { SearchDimension, SearchPoint, Study, StudyTrial } from "#stdlib/searches/kind.js";
import { gp } from "#stdlib/searches/gp.run.js";

const call = { word: "gp", kind: "search", arguments: { startup: 8 } };
const number = (name: string, from: number, to: number): SearchDimension => ({
  ...{ name, kind: "number", scale: "linear", from, to, integer: false },
});
const dimensions = [number("x", -5, 10), number("y", 0, 15)];
const branin = ({ x = 0, y = 0 }: SearchPoint): number =>
  (y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6) ** 2 +
  10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
  10;
const studyOf = (seed: number, trials: readonly StudyTrial[], own: readonly SearchDimension[] = dimensions): Study => ({
  ...{ dimensions: own, objectives: 1, seed, trials, wanted: null },
  allows: () => true,
});
const trialOf = (at: number, point: SearchPoint, score: number | null, more: Partial<StudyTrial> = {}): StudyTrial => ({
  ...{ number: at, point, state: "done", scores: score === null ? null : [score], reports: [], violation: 0 },
  ...more,
});
function swept(seed: number, count: number): readonly StudyTrial[] {
  const trials: StudyTrial[] = [];
  for (let at = 1; at <= count; at++) {
    const point = gp.suggest(call, studyOf(seed, trials), at)!;
    trials.push(trialOf(at, point, -branin(point)));
  }
  return trials;
}
const apart = (a: SearchPoint, b: SearchPoint): number =>
  Math.hypot((a["x"]! - b["x"]!) / 15, (a["y"]! - b["y"]!) / 15);

describe("Gaussian process search", () => {
  it("reaches a minimum of Branin's function within 30 trials", () => {
    for (const seed of [1, 2, 3]) {
      const best = Math.max(...swept(seed, 30).map(({ scores }) => scores![0]!));
      assert.ok(-best - 0.397887 < 0.05, `${seed}: ${-best}`);
    }
  });

  it("avoids points that are running, failed, or were pruned at a low score", () => {
    const trials = swept(4, 20);
    const next = gp.suggest(call, studyOf(4, trials), 21)!;
    const after = (state: "running" | "failed" | "pruned", reports: StudyTrial["reports"] = []): SearchPoint =>
      gp.suggest(call, studyOf(4, [...trials, trialOf(21, next, null, { state, reports })]), 22)!;
    assert.ok(apart(after("running"), next) > 0.01);
    assert.ok(apart(after("failed"), next) > 0.05);
    assert.ok(apart(after("pruned", [{ step: 10, score: -200 }]), next) > 0.05);
    // A missed threshold counts as much as a failure.
    const missed = trialOf(21, next, 0, { violation: 0.5 });
    assert.ok(apart(gp.suggest(call, studyOf(4, [...trials, missed]), 22)!, next) > 0.05);
  });

  it("finds the best branch, choice and step, and tries no point twice", () => {
    const own: readonly SearchDimension[] = [
      { name: "kind", kind: "choice", size: 3 },
      {
        name: "rank",
        kind: "number",
        scale: "log",
        from: 1,
        to: 32,
        integer: true,
        when: { dimension: "kind", option: 1 },
      },
      { name: "batch", kind: "number", scale: "linear", from: 8, to: 64, integer: true, step: 8 },
    ];
    const worth = ({ kind, rank = 1, batch = 0 }: SearchPoint): number =>
      (kind === 1 ? 1 - Math.abs(Math.log2(rank) - 3) / 5 : 0.3) - Math.abs(batch - 24) / 100;
    const trials: StudyTrial[] = [];
    for (let at = 1; at <= 30; at++) {
      const point = gp.suggest(call, studyOf(6, trials, own), at)!;
      assert.equal("rank" in point, point["kind"] === 1);
      trials.push(trialOf(at, point, worth(point)));
    }
    const best = trials.reduce((one, other) => (other.scores![0]! > one.scores![0]! ? other : one));
    assert.deepEqual(best.point, { kind: 1, rank: 8, batch: 24 });
    const learnt = trials.slice(8).map(({ point }) => JSON.stringify(point));
    assert.equal(new Set(learnt).size, learnt.length);
  });

  it("continues if all scores are equal or NaN", () => {
    const drawn = swept(5, 9);
    for (const score of [0.5, Number.NaN])
      assert.ok(
        gp.suggest(
          call,
          studyOf(
            5,
            drawn.map((one) => ({ ...one, scores: [score] })),
          ),
          10,
        ),
      );
  });
});
