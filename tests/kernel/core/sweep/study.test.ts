/** What a search sees of a sweep: which values may stand together, and by how much results miss what is required. */
import assert from "node:assert/strict";
import type { SweepPlan } from "#dsl/plan/plan.js";
import { studyOf } from "#kernel/core/sweep/study.js";
import type { TrialRecord } from "#kernel/core/sweep/trial.js";
import { compiled, definitions } from "../../../dsl/world.js";

function swept(block: string): SweepPlan {
  const run = compiled(`${definitions}sweep m on d as s { ${block} }`);
  assert.deepEqual(run.codes, []);
  return run.actions!.find((one) => one.verb === "sweep")!.sweep;
}
const done: TrialRecord = {
  ...{ number: 1, values: {}, point: {}, score: 0.8, state: "done", seconds: 1, run: null, error: null },
};

describe("a study", () => {
  it("allows points whose values stand as they must, in whatever branch they are", () => {
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
  it("tells by how much results miss their bars", () => {
    const sweep = swept(
      "vary: { batch_size: choice(8, 16) }, maximize: accuracy, require: [at_most(latency, 20ms), at_least(accuracy, 80%)]",
    );
    const violation = (trial: Partial<TrialRecord>) => studyOf(sweep, [{ ...done, ...trial }]).trials[0]!.violation;
    assert.equal(violation({ bars: [20, 0.8] }), 0);
    assert.equal(violation({ bars: [30, 0.6] }).toFixed(6), "0.750000");
    assert.equal(violation({ bars: [Number.NaN, 0.9] }), 1);
    assert.equal(violation({ state: "running", score: null }), 0);
  });
});
