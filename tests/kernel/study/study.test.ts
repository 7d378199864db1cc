/** A search's view of a sweep: which values may be combined, and by how much results miss the required thresholds. */
import assert from "node:assert/strict";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { studyOf } from "#kernel/study/study.js";
import { thresholdMissesText } from "#kernel/study/bars.js";
import { sweepStandingText } from "#kernel/display/sweeps/state-texts.js";
import { bestTrialOf } from "#kernel/session/trial-clearing.js";
import { bestTrialNumber, trialNearestThresholds } from "#kernel/sweep-runs/ranking.js";
import type { TrialRecord } from "#kernel/study/trial.js";
import { compiled, definitions } from "../../dsl/world.js";

function swept(block: string): SweepPlan {
  const run = compiled(`${definitions}sweep m on d as s { ${block} }`);
  assert.deepEqual(run.codes, []);
  return run.actions!.find((one) => one.verb === "sweep")!.sweep;
}
const done: TrialRecord = {
  number: 1,
  values: {},
  point: {},
  score: 0.8,
  state: "done",
  seconds: 1,
  run: null,
  error: null,
};

describe("best trial", () => {
  const sweep = swept("vary: { batch_size: choice(8, 16) }, maximize: accuracy, require: [at_most(loss, 0.5)]");
  const trial = (number: number, score: number, loss: number): TrialRecord => ({
    ...done,
    number,
    score,
    bars: [loss],
  });

  it("meets the thresholds; if none does, the nearest trial is named", () => {
    const [far, near, worse] = [trial(1, 0.9, 1), trial(2, 0.8, 0.6), trial(3, 0.7, 0.6)];
    assert.equal(bestTrialNumber(sweep, [far, near, worse]), null);
    assert.equal(trialNearestThresholds(sweep, [far, near, worse])?.number, 2);
    assert.equal(thresholdMissesText(sweep, near), "at_most(loss, 0.5) by 20 %");
    assert.equal(bestTrialNumber(sweep, [far, trial(4, 0.1, 0.5)]), 4);
    assert.equal(trialNearestThresholds(sweep, [far, trial(4, 0.1, 0.5)]), null);
  });

  it("fails with the nearest trial if none meets the thresholds", () => {
    const nearest = { number: 2, missed: "at_most(loss, 0.5) by 20 %", trials: 3 };
    assert.throws(() => bestTrialOf({ name: "found", best: null, nearest }), { code: "no-trial-clears" });
    assert.equal(bestTrialOf({ name: "found", best: null, nearest: null }), null);
    const view = { goals: [{ direction: "maximize", metric: "accuracy" }], axes: [], wanted: null } as const;
    const trials = [{ ...trial(2, 0.8, 0.6), missed: true, nearest: nearest.missed }] as const;
    assert.match(
      sweepStandingText({ ...view, trials }),
      /^none clears the bars: trial 2 comes nearest, and misses at_most/,
    );
  });
});

describe("study", () => {
  it("allows only points that satisfy the relations, in any branch", () => {
    const { allows } = studyOf(
      swept(
        "vary: { technique: choice(full, lora(rank: choice(4, 16), alpha: uniform(4..32)), lora(rank: 32)), batch_size: choice(8, 64) }, where: [at_most(technique.rank, technique.alpha), at_most(product(batch_size, accumulate), 32)], maximize: accuracy",
      ),
      [],
    );
    const at = (rank: number, alpha: number) => ({
      technique: 1,
      "technique/1.rank": rank,
      "technique/1.alpha": alpha,
    });
    assert.ok(allows({ ...at(0, 4), batch_size: 0 }));
    assert.ok(!allows({ ...at(1, 4), batch_size: 0 }));
    assert.ok(allows({ ...at(1, 16), batch_size: 0 }));
    assert.ok(!allows({ ...at(1, 16), batch_size: 1 }));
    assert.ok(allows({ technique: 0, batch_size: 0 }), "what isn't there is held to nothing");
    assert.ok(allows({ technique: 2, batch_size: 0 }));
  });
  it("reports by how much results miss their thresholds", () => {
    const sweep = swept(
      "vary: { batch_size: choice(8, 16) }, maximize: accuracy, require: [at_most(latency, 20ms), at_least(accuracy, 80%)]",
    );
    const violation = (trial: Partial<TrialRecord>) => studyOf(sweep, [{ ...done, ...trial }]).trials[0]!.violation;
    assert.equal(violation({ bars: [20, 0.8] }), 0);
    assert.equal(violation({ bars: [30, 0.6] }).toFixed(6), "0.750000");
    assert.equal(violation({ bars: [Number.NaN, 0.9] }), 1);
    assert.equal(violation({ state: "running", score: null }), 0);
    assert.equal(violation({ state: "pruned", score: 0.4 }), 0, "it was given up before anybody measured");
  });
});
