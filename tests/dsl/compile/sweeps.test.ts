/** What a sweep's statement comes to: goals, bars, bounds, and what is wrong with them. */
import { strict as assert } from "node:assert";
import type { SweepPlan } from "#dsl/plan/plan.js";
import { compiled, definitions } from "../world.js";

function swept(block: string, vary = "batch_size: choice(8, 16)"): SweepPlan {
  const run = compiled(`${definitions}sweep m on d as s { vary: { ${vary} }, ${block} }`);
  assert.deepEqual(run.codes, []);
  const action = run.actions?.find((one) => one.verb === "sweep");
  assert.ok(action);
  return action.sweep;
}
const codes = (block: string, vary = "batch_size: choice(8, 16)"): readonly string[] =>
  compiled(`${definitions}sweep m on d as s { vary: { ${vary} }, ${block} }`).codes;

describe("a sweep's goals", () => {
  const goals = (block: string) => swept(block).goals.map(({ direction, metric }) => `${direction} ${metric.word}`);
  it("are one, or a list", () => {
    assert.deepEqual(goals("maximize: accuracy"), ["maximize accuracy"]);
    assert.deepEqual(goals("maximize: [f1(macro), accuracy]"), ["maximize f1", "maximize accuracy"]);
  });
  it("may be both high and low: the first written one ranks", () => {
    assert.deepEqual(goals("maximize: f1(macro), minimize: latency"), ["maximize f1", "minimize latency"]);
    assert.deepEqual(goals("minimize: latency, maximize: f1(macro)"), ["minimize latency", "maximize f1"]);
    assert.equal(swept("minimize: latency, maximize: f1(macro)").goal.metric.word, "latency");
  });
  it("may be of one metric in two ways of counting, not twice the same", () => {
    assert.deepEqual(goals("maximize: [f1(macro), f1(micro)]"), ["maximize f1", "maximize f1"]);
    assert.deepEqual(codes("maximize: [f1(macro), f1(macro)]"), ["same-goal"]);
  });
  it("get better the way that is said", () => {
    assert.deepEqual(codes("maximize: [accuracy, loss]"), ["wrong-direction"]);
    assert.deepEqual(codes("maximize: accuracy, minimize: f1(macro)"), ["wrong-direction"]);
  });
  it("are metrics of the task, and bars are too", () => {
    assert.deepEqual(codes("maximize: accuracy, minimize: perplexity"), ["metric-of-other-task"]);
    assert.deepEqual(codes("maximize: accuracy, require: [at_most(perplexity, 20)]"), ["metric-of-other-task"]);
    const { require } = swept("maximize: accuracy, require: [at_most(latency, 20ms), at_least(f1(macro), 60%)]");
    assert.deepEqual(
      require?.map(({ word }) => word),
      ["at_most", "at_least"],
    );
  });
});

describe("a sweep's bounds", () => {
  const bounds = (block: string) => {
    const { trials, budgetMs, budgetTokens, repeats } = swept(`maximize: accuracy${block}`);
    return { trials, budgetMs, budgetTokens, repeats };
  };
  const none = { trials: 10, budgetMs: null, budgetTokens: undefined, repeats: undefined };
  it("are ten trials where nothing is said, and what is said otherwise", () => {
    assert.deepEqual(bounds(""), none);
    assert.deepEqual(bounds(", trials: 4"), { ...none, trials: 4 });
    assert.deepEqual(bounds(", budget: 30min"), { ...none, trials: null, budgetMs: 1_800_000 });
    assert.deepEqual(bounds(", tokens: 2_000_000"), { ...none, trials: null, budgetTokens: 2_000_000 });
    assert.deepEqual(bounds(", trials: 5, budget: 1h"), { ...none, trials: 5, budgetMs: 3_600_000 });
  });
  it("count seeds", () => {
    assert.equal(bounds(", repeats: 3").repeats, 3);
    assert.deepEqual(codes("maximize: accuracy, repeats: 1"), ["out-of-range"]);
  });
});
