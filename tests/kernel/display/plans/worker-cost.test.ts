/** Worker hours and their cost, as estimated in plans before anything runs. */
import assert from "node:assert/strict";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { workerHoursFacts, workerUsageText } from "#kernel/display/plans/worker-cost.js";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import { sweepFacts } from "#kernel/display/plans/sweep-plan.js";
import { trialConcurrencyOf } from "#kernel/sweep-runs/trial-concurrency.js";
import { availableParallelism } from "node:os";
import { compiled, definitions } from "#tests/dsl/world.js";

const ray = (more: string): string => `runner: ray("http://head:8265"${more})`;
function trained(block: string): Plan {
  const run = compiled(`${definitions}train m on d { epochs: 3${block === "" ? "" : `, ${block}`} }`, { speed: 1e10 });
  assert.deepEqual(run.codes, []);
  const action = run.actions?.find((one) => one.verb === "train");
  assert.ok(action);
  return action.plan;
}
const lineOf = (plan: Plan, name: string): string | undefined =>
  String(planCardView(plan).bundle["text/plain"])
    .split("\n")
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length)
    .trim()
    .replace(/ {2,}/g, "  ");

describe("worker hours of a plan", () => {
  const plan = (block: string, seconds: number | null): Plan => {
    const made = trained(block);
    const between = seconds === null ? {} : { secondsBetween: [seconds / 2, seconds * 2] as const };
    return { ...made, estimates: { ...made.estimates, seconds, ...between } };
  };
  it("add up all workers and derive the cost, with the range of the estimate", () => {
    const four = plan(ray(", cpus: 2, workers: 4, price: 0.40"), 3600);
    assert.equal(lineOf(four, "CPU-hours"), "8  (4 workers × 2 threads; estimated, 4 to 16)");
    assert.equal(lineOf(four, "cost"), "about 1.60  (estimated, 0.80 to 3.20; 0.40 for an hour of each worker)");
    assert.equal(lineOf(plan(ray(", workers: 4"), 3600), "cost"), undefined);
    assert.equal(lineOf(plan("runner: processes(2)", 36), "CPU-hours")?.includes("2 workers"), true);
    assert.equal(lineOf(plan("", 3600), "CPU-hours"), undefined);
  });
  it("are GPU-hours per hour of training if workers have GPUs of unknown speed", () => {
    const { estimates } = trained(ray(", gpus: 1, workers: 4, price: 2"));
    assert.equal(estimates.seconds, null);
    const two = plan(ray(", gpus: 1, workers: 4, price: 2"), null);
    assert.equal(lineOf(two, "GPU-hours"), "4 for each hour of the run  (4 workers × 2 threads)");
    assert.equal(lineOf(two, "cost"), "8.00 for each hour of the run  (2.00 for an hour of each worker)");
    assert.equal(lineOf(two, "time"), "not known yet  (the workers' GPUs were not measured)");
    assert.equal(lineOf(two, "CPU-hours"), undefined);
  });
  it("leave the recipe hash unchanged: runner and price only change the plan hash", () => {
    const [alone, four] = [trained(""), trained(ray(", workers: 4, price: 0.40"))];
    assert.equal(four.recipeHash, alone.recipeHash);
    assert.notEqual(four.planHash, alone.planHash);
  });
  it("shrink the estimated time in proportion to the threads of remote workers", () => {
    const [alone, beside, four] = [trained(""), trained("runner: processes(2)"), trained(ray(", cpus: 4, workers: 4"))];
    assert.equal(beside.estimates.seconds, alone.estimates.seconds);
    assert.ok(four.estimates.seconds !== null && alone.estimates.seconds !== null);
    assert.deepEqual(four.estimates.ranks, { count: 4, threads: 4, elsewhere: true });
    // The test machine has two cores.
    assert.ok(Math.abs(four.estimates.seconds / (alone.estimates.seconds / 8) - 1) < 0.01);
    assert.ok(four.estimates.memoryBytes < 2 * alone.estimates.memoryBytes);
  });
  it("include all trials of a sweep, whatever its runner", () => {
    const run = compiled(
      `${definitions}sweep m on d as s { vary: { optimizer.learning_rate: log(1e-5..1e-3) }, maximize: accuracy, trials: 10, ${ray(", cpus: 2, workers: 4, price: 0.40")} }`,
    );
    const action = run.actions?.find((one) => one.verb === "sweep");
    assert.ok(action, run.codes.join());
    const estimates = { ...action.sweep.plan.estimates, seconds: 3600, secondsBetween: [1800, 7200] as const };
    const sweep = { ...action.sweep, plan: { ...action.sweep.plan, estimates } };
    const open = trialConcurrencyOf(sweep, 2 ** 36, undefined, 4);
    const facts = sweepFacts(sweep, open);
    const cores = availableParallelism();
    const hours = facts.find(([name]) => name === "CPU-hours");
    assert.equal(Number(hours?.[1].replace(",", "")), 10 * cores);
    assert.match(hours?.[2] ?? "", /^all trials, 4 workers × 2 threads; estimated, /);
    const cost = facts.find(([name]) => name === "cost");
    assert.equal(cost?.[1], `about ${(10 * cores * 0.2).toFixed(2)}`);
    assert.match(cost?.[2] ?? "", /; 0\.40 for an hour of each worker$/);
  });
  it("are summarised in one line after the run", () => {
    assert.equal(workerUsageText({ cpuHours: 12.34, cost: 2.468 }), "12 CPU-hours · cost 2.47");
    assert.equal(workerUsageText({ gpuHours: 0.001 }), "less than 0.01 GPU-hours");
    const [[name, value] = []] = workerHoursFacts({ count: 1, threads: 1 }, { seconds: 7200, to: 14_400 }, "all");
    assert.deepEqual([name, value], ["CPU-hours", "2 to 4"]);
    const little = workerHoursFacts({ count: 1, threads: 1, price: 1 }, { seconds: 1 }, "all");
    assert.deepEqual(
      little.map(([, text]) => text),
      ["less than 0.01", "less than 0.01"],
    );
  });
});
