/** The cost of a sweep's cheapest and most expensive trial: its plan reports both before anything runs. */
import { strict as assert } from "node:assert";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { sweepFacts } from "#kernel/display/plans/sweep-plan.js";
import { sweepCostRange, spaceEnds } from "#kernel/study/costs.js";
import { sweepSizeOf } from "#kernel/study/sweep-size.js";
import { estimateSweepCosts } from "#kernel/sweep-runs/trial-cost.js";
import { compiled, definitions } from "../../dsl/world.js";

function swept(vary: string): { text: string; sweep: SweepPlan } {
  const text = `${definitions}sweep m on d as s { vary: { ${vary} }, trials: 10, maximize: accuracy }`;
  const action = compiled(text).actions?.find((one) => one.verb === "sweep");
  assert.ok(action);
  return { text, sweep: action.sweep };
}
async function costsBy(vary: string) {
  const { text, sweep } = swept(vary);
  const costs = await estimateSweepCosts({ name: "s", sweep }, (source) =>
    Promise.resolve(compiled(`${text}\n${source.text}`).actions),
  );
  assert.ok(costs);
  return { sweep, costs };
}

describe("cost estimate of a sweep's trials", () => {
  it("ranges from the least to the most expensive setting", async () => {
    const { sweep, costs } = await costsBy("epochs: uniform(1..20)");
    assert.equal(costs.most.steps, 20 * costs.least.steps);
    assert.equal(costs.most.tokens, 20 * costs.least.tokens);
    const { ends } = sweepSizeOf(sweep, costs);
    assert.ok(ends);
    assert.equal(ends.most.tokens, 20 * ends.least.tokens);
  });
  it("combines the most expensive value of each setting", async () => {
    const { costs } = await costsBy(
      "epochs: choice(1, 3, 20), technique: choice(head_only, full), optimizer.learning_rate: log(1e-5..1e-3)",
    );
    assert.ok(costs.most.flops > 30 * costs.least.flops, `${costs.least.flops} to ${costs.most.flops}`);
    assert.ok(costs.most.memoryBytes > costs.least.memoryBytes);
  });
  it("combines the most expensive ends in any order of options", async () => {
    const { sweep } = swept("epochs: choice(20, 2), batch_size: choice(64, 8)");
    const { estimates } = sweep.plan;
    const costs = await sweepCostRange(sweep, ({ epochs = "3", batch_size = "16" }) => {
      const cost = Number(epochs) * Number(batch_size);
      return Promise.resolve({ ...estimates, seconds: cost, flops: cost, tokens: cost });
    });
    assert.deepEqual([costs?.least.tokens, costs?.most.tokens], [2 * 8, 20 * 64]);
  });
  it("is a single figure if nothing that varies affects the cost", async () => {
    const { sweep, costs } = await costsBy("optimizer.learning_rate: log(1e-5..1e-3)");
    assert.equal(sweepSizeOf(sweep, costs).ends, null);
  });
  it("is shown from least to most, for one and for all trials", async () => {
    const { sweep } = swept("epochs: choice(1, 20), batch_size: choice(8, 16, 32, 64, 128)");
    const of = (epochs: number) => ({
      ...sweep.plan.estimates,
      seconds: 3 * epochs,
      secondsBetween: [2 * epochs, 5 * epochs] as const,
      tokens: 1000 * epochs,
    });
    const costs = await sweepCostRange(sweep, ({ epochs = "1" }) => Promise.resolve(of(Number(epochs))));
    const facts = sweepFacts(sweep, undefined, costs);
    const told = (name: string): string =>
      facts
        .find(([one]) => one === name)
        ?.slice(1)
        .join(" | ") ?? "";
    assert.match(
      told("a trial"),
      /^about 3(\.0)? s to 1 min 00 s \| depending on the varied settings, 2(\.0)? s to 1 min 40 s at the outside/,
    );
    assert.match(told("all"), /^about 30 s to 10 min/);
  });
  it("checks only the ends of numbers, and every other option", () => {
    const ends = (vary: string) =>
      Object.entries(swept(vary).sweep.vary).map(([path, space]) => spaceEnds(path, space));
    assert.deepEqual(ends("epochs: choice(5, 1, 20)"), [["1", "20"]]);
    assert.deepEqual(ends("technique: choice(full, lora(rank: choice(4, 8, 16)))"), [
      ["full", "lora(rank: 4)", "lora(rank: 16)"],
    ]);
  });
});
