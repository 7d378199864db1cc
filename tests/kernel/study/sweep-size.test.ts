/** The size of a sweep before it runs, and the point of its definitions in the search space. */
import { strict as assert } from "node:assert";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { sweepFacts, sweepPlanView } from "#kernel/display/plans/sweep-plan.js";
import { definitionPoint } from "#kernel/study/recommended-point.js";
import { sweepSizeOf } from "#kernel/study/sweep-size.js";
import { compiled, definitions } from "../../dsl/world.js";

function swept(block: string, vary = "batch_size: choice(8, 16)"): SweepPlan {
  const run = compiled(`${definitions}sweep m on d as s { vary: { ${vary} }, maximize: accuracy, ${block} }`);
  assert.deepEqual(run.codes, []);
  const action = run.actions?.find((one) => one.verb === "sweep");
  assert.ok(action);
  const estimates = { ...action.sweep.plan.estimates, seconds: 10, secondsBetween: [5, 20] as const, tokens: 1000 };
  return { ...action.sweep, plan: { ...action.sweep.plan, estimates } };
}
const ranged = "optimizer.learning_rate: log(1e-5..1e-3)";
const nested = "technique: choice(full, lora(rank: choice(4, 8, 16))), batch_size: choice(8, 16)";

describe("size of a sweep", () => {
  it("is the number of grid points, with nested branches counted when chosen", () => {
    assert.deepEqual(
      [sweepSizeOf(swept("search: grid", nested)).most, sweepSizeOf(swept("search: grid", nested)).points],
      [8, 8n],
    );
    const cut = sweepSizeOf(swept("search: grid, trials: 5", nested));
    assert.deepEqual([cut.most, cut.grid], [5, 8n]);
    const ranged = sweepSizeOf(swept("search: grid(4)", "optimizer.learning_rate: log(1e-5..1e-3)"));
    assert.deepEqual([ranged.most, ranged.points], [4, null]);
  });
  it("never exceeds the number of combinations", () => {
    assert.equal(sweepSizeOf(swept("trials: 10")).most, 2);
    assert.equal(sweepSizeOf(swept("budget: 1h", nested)).most, 8);
    assert.equal(sweepSizeOf(swept("trials: 5", nested)).most, 5);
  });
  it("includes the time of one trial over all its seeds", () => {
    const { trial, most } = sweepSizeOf(swept("trials: 6, repeats: 3", nested));
    assert.deepEqual([trial.seconds, trial.secondsBetween, trial.tokens, most], [30, [15, 60], 3000, 6]);
  });
  it("estimates how many trials start within a budget, with a range", () => {
    assert.deepEqual(sweepSizeOf(swept("budget: 1min", ranged)).inBudget, { about: 6, between: [3, 12] });
    assert.equal(sweepSizeOf(swept("tokens: 2500", ranged)).inTokens, 3);
    const note = (block: string): string =>
      sweepFacts(swept(block, ranged)).find(([name]) => name === "budget")?.[2] ?? "";
    assert.equal(note("trials: 30, budget: 1min"), "about 6 of 30 trials start in it (3 to 12)");
    assert.equal(note("trials: 3, budget: 1min"), "enough for all");
    assert.equal(note("trials: 5, budget: 1min"), "about all 5 trials start in it (3 to 5)");
    assert.equal(note("budget: 1min"), "about 6 trials start in it (3 to 12)");
  });
  it("is shown as a card", () => {
    const { bundle } = sweepPlanView({
      name: "s",
      sweep: swept("search: tpe, pruner: asha, trials: 6", ranged),
      open: { trials: 4, why: null },
    });
    const text = String(bundle["text/plain"]);
    assert.match(text, /^Plan of s: sweep m on d\n/);
    for (const line of [
      /trials +at most 6/,
      /a trial +about 10 s {2}\(5 s to 20 s/,
      /all +about 1 min 00 s/,
      /open at once +4 {2}\(in turns/,
    ])
      assert.match(text.replaceAll(/(\d)\.0 s/g, "$1 s"), line);
  });
});

describe("definitions as a point of a sweep", () => {
  const own = (vary: string, definition = "") => {
    const run = compiled(
      `${definition}${definitions}sweep ${definition === "" ? "m" : "n"} on d as s { vary: { ${vary} }, maximize: accuracy }`,
    );
    const action = run.actions?.find((one) => one.verb === "sweep");
    assert.ok(action, run.codes.join());
    return definitionPoint(action.sweep);
  };
  it("have defaults and written values, in branches too", () => {
    const rate = own("optimizer.learning_rate: log(1e-6..1e-1)")?.["optimizer.learning_rate"];
    assert.ok(rate !== undefined && rate > 1e-6 && rate < 1e-1);
    assert.deepEqual(own("batch_size: choice(16, 32)"), { batch_size: 1 });
    assert.deepEqual(own("technique: choice(lora(rank: choice(4, 8)), full)"), { technique: 1 });
    const lora = 'model n { base: "minilm", task: text_classification, technique: lora(rank: 16) }\n';
    assert.deepEqual(own("technique: choice(full, lora, lora(rank: choice(8, 16)))", lora), {
      technique: 2,
      "technique/2.rank": 1,
    });
  });
  it("are null if a value is outside the space", () => {
    assert.equal(own("batch_size: choice(8, 16)"), null);
    assert.equal(own("optimizer.learning_rate: log(1e-9..1e-8)"), null);
    assert.equal(own("split.train: choice(20%, 40%), batch_size: choice(16, 32)"), null);
  });
});
