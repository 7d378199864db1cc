/** Start, pruning and end of trials in a sweep: fake trials report to the runner what real ones would. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { WordKind } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { lockRun } from "#kernel/runs/run-lock.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import { goalOf } from "#kernel/study/study.js";
import type { TrialRecord } from "#kernel/study/trial.js";
import { Journal } from "#kernel/sweep-runs/journal/journal.js";
import { runTrials } from "#kernel/sweep-runs/runner.js";
import type { TrialRequest, TrialOutcome, TrialRunner } from "#kernel/sweep-runs/trial-program.js";
import { TrialLog } from "#kernel/sweep-runs/journal/trial-log.js";
import { TrialRequests } from "#kernel/sweep-runs/requested-trials.js";
import { registry } from "#stdlib/registry.js";

const call = (kind: WordKind, word: string, args: Call["arguments"] = {}): Call => ({ kind, word, arguments: args });
const goal = { direction: "minimize", metric: call("metric", "loss") } as const;
const plan = {
  vary: { "optimizer.learning_rate": { space: "log", from: 1e-4, to: 1e-2, integer: false } },
  search: call("search", "random"),
  trials: 6,
  budgetMs: null,
  goal,
  goals: [goal],
  pruner: null,
  seed: 1,
  plan: { estimates: { tokens: 100 } },
} as unknown as SweepPlan;

/** A trial that reports `score` after each of `steps` steps and yields to other trials after each report. */
const reporting =
  (steps: number, score: (number: number, step: number) => number): TrialRunner =>
  async (asked: TrialRequest): Promise<readonly TrialOutcome[]> => {
    const { number } = asked.trialOf;
    const came = { run: join(tmpdir(), "nowhere", String(number)), tokens: 100, bars: [] };
    await asked.turn.begin();
    asked.onSteps(steps);
    for (let step = 1; step <= steps; step++) {
      asked.onStep(step, 100 / steps);
      asked.onReport(step, score(number, step));
      if (step < steps && asked.ends() !== null) return [{ ...came, scores: null }];
      await asked.turn.pass();
    }
    return [{ ...came, scores: [score(number, steps)] }];
  };

describe("sweep runner", () => {
  let root = "";
  let ending = "";
  before(() => (root = mkdtempSync(join(tmpdir(), "runner-"))));
  after(() => rmSync(root, { recursive: true, force: true }));

  async function ran(
    name: string,
    sweep: SweepPlan,
    runTrial: TrialRunner,
    atOnce = 1,
  ): Promise<readonly TrialRecord[]> {
    const lock = await lockRun(Journal.folder(root, name, "0".repeat(12)), "sweep");
    const goals = [{ metric: "loss", direction: "minimize" }] as const;
    const log = new TrialLog(Journal.open(root, name, "0".repeat(12), { vary: sweep.vary, goals }));
    try {
      ending = await runTrials({
        name,
        sweep,
        goal: goalOf(sweep, registry),
        runTrial,
        log,
        lock,
        atOnce,
        signal: undefined,
        wishes: new TrialRequests(),
        search: await loadImplementation(sweep.search, "search"),
        pruner: sweep.pruner && (await loadImplementation(sweep.pruner, "pruner")),
        onChange: () => undefined,
      });
    } finally {
      lock.release();
    }
    return log.trials;
  }

  it("prunes lagging trials and reports why", async () => {
    const pruner = call("pruner", "median", { startup: 2, warmup: 0, every: 1 });
    const trials = await ran(
      "pruned",
      { ...plan, pruner },
      reporting(4, (number, step) => number - step / 10),
    );
    assert.deepEqual(
      trials.map(({ state }) => state),
      ["done", "done", "pruned", "pruned", "pruned", "pruned"],
    );
    for (const { why, reports } of trials.slice(2)) {
      assert.match(why ?? "", /median/);
      assert.equal(reports?.length, 1);
    }
  });

  it("trains several trials in turn, each reporting before one ends", async () => {
    const told: number[] = [];
    const trial = reporting(3, (number) => (told.push(number), number));
    await ran("turns", { ...plan, trials: 4 }, trial, 4);
    assert.deepEqual(told.slice(0, 4).sort(), [1, 2, 3, 4]);
  });

  it("starts no trial beyond the token budget, including earlier runs", async () => {
    const trial = reporting(1, () => 1);
    assert.equal((await ran("bounded", { ...plan, budgetTokens: 250 }, trial)).length, 3);
    assert.equal((await ran("bounded", { ...plan, budgetTokens: 350 }, trial)).length, 4);
  });

  it("counts the actual tokens and time of earlier trials", async () => {
    const much: TrialRunner = async (asked) =>
      (await reporting(1, () => 1)(asked)).map((outcome) => ({ ...outcome, tokens: 1000 }));
    // Its plan estimates 100 tokens for each trial.
    assert.equal((await ran("drawn", { ...plan, budgetTokens: 1500 }, much)).length, 2);
    assert.equal((await ran("drawn", { ...plan, budgetTokens: 2000 }, much)).length, 2);
    assert.equal((await ran("drawn", { ...plan, budgetTokens: 2001 }, much)).length, 3);
    const slow: TrialRunner = async (asked) => {
      await new Promise((over) => setTimeout(over, 300));
      return reporting(1, () => 1)(asked);
    };
    const first = await ran("timed", { ...plan, trials: null, budgetMs: 500 }, slow);
    assert.equal(first.length, 2);
    assert.equal((await ran("timed", { ...plan, trials: null, budgetMs: 500 }, slow)).length, 2);
    assert.equal(ending, "budget of before");
    assert.equal((await ran("timed", { ...plan, trials: null, budgetMs: 800 }, slow)).length, 3);
  });

  it("ignores journal trials of another search space", async () => {
    const trial = reporting(1, () => 1);
    const elsewhere = { "optimizer.learning_rate": { space: "log", from: 0.1, to: 1, integer: false } } as const;
    await ran("foreign", { ...plan, vary: elsewhere, trials: 2 }, trial);
    assert.equal((await ran("foreign", { ...plan, trials: 4 }, trial)).length, 4);
    assert.equal(ending, "trials");
  });

  it("distinguishes an exhausted space from one without valid points", async () => {
    const vary = { batch_size: { space: "choice", of: [8, 16] } } as unknown as SweepPlan["vary"];
    const tpe = call("search", "tpe", { startup: 10, candidates: 24 });
    assert.equal(
      (
        await ran(
          "few",
          { ...plan, vary, search: tpe },
          reporting(1, () => 1),
        )
      ).length,
      2,
    );
    assert.equal(ending, "used up");
    const never = { relation: "at_most", terms: [{ path: "optimizer.learning_rate" }, { number: 1e-9 }] };
    await ran(
      "never",
      { ...plan, search: tpe, where: [never] } as unknown as SweepPlan,
      reporting(1, () => 1),
    );
    assert.equal(ending, "none found");
  });

  it("stores the mean and spread over several seeds", async () => {
    const seeds: TrialRunner = async (asked) => {
      await asked.turn.begin();
      return [1, 2, 6].map((score) => ({ run: `r${String(score)}`, tokens: 1, bars: [], scores: [score] }));
    };
    const [trial] = await ran("seeds", { ...plan, trials: 1, repeats: 3 }, seeds);
    assert.equal(trial?.score, 3);
    assert.deepEqual(trial.spread, [Math.sqrt(7)]);
    assert.equal(trial.run, join(root, "r1"));
  });

  it("stops after three consecutive equal failures, but not if others succeed in between", async () => {
    const failing =
      (fails: (number: number) => string | null): TrialRunner =>
      async (asked) => {
        const why = fails(asked.trialOf.number);
        if (why !== null) throw new Error(why);
        return reporting(1, () => 1)(asked);
      };
    const between = await ran(
      "between",
      plan,
      failing((number) => (number % 3 === 0 ? null : `no room at step ${number}`)),
    );
    assert.equal(between.length, 6);
    const others = await ran(
      "others",
      plan,
      failing((number) => (number % 2 === 0 ? "no room" : "no base")),
    );
    assert.equal(others.length, 6);
    await assert.rejects(
      ran(
        "alike",
        plan,
        failing((number) => `no room at step ${number}`),
      ),
      { code: "trials-fail-alike" },
    );
  });
});
