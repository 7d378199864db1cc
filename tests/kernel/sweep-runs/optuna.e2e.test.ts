/** Journals are exchanged between Tunebook and Optuna, while both write and after one was killed. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Journal, type JournalSpec } from "#kernel/sweep-runs/journal/journal.js";
import { readStartTrials } from "#kernel/sweep-runs/earlier-trials.js";
import { one, running, trial, vary } from "./journals.js";
import { startOptuna, type Optuna } from "./optuna.js";

const writer = fileURLToPath(new URL("./journal-writer.js", import.meta.url));
interface Seen {
  readonly trials: readonly { readonly number: number; readonly state: string; readonly [key: string]: unknown }[];
}
type Went = readonly (readonly [number, string, readonly number[] | null, Readonly<Record<string, unknown>>])[];

describe("sweep journal in Optuna", function () {
  this.timeout(300_000);
  let optuna: Optuna;
  let root: string;
  before(async () => (optuna = await startOptuna()));
  after(() => optuna.end());
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "sweeps-"))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const open = (of: JournalSpec = one): Journal => Journal.open(root, "search", "abc", of);
  const look = async (file: string): Promise<Seen> => (await optuna.ask({ do: "look", file })) as Seen;

  /** Writes trials of every state. */
  function written(): Journal {
    const journal = open();
    journal.begin(running(1));
    journal.report(1, 10, 0.5);
    journal.report(1, 20, Number.NaN);
    journal.end({ ...trial, reports: [] });
    journal.add({ ...trial, number: 2, score: null, state: "failed", run: null, error: "out of memory" });
    const full = { ...trial, values: { ...trial.values, technique: "full" }, point: { ...trial.point, technique: 0 } };
    journal.add({ ...full, score: 0.7, state: "pruned", why: "below", reports: [{ step: 10, score: 0.7 }] });
    journal.add({ ...full, score: 0.6, point: { ...full.point, "optimizer.learning_rate": 1e-5, epochs: 1 } });
    journal.begin(running(5));
    return journal;
  }

  it("is opened and plotted by Optuna", async () => {
    const { file } = written();
    const seen = await look(file);
    const params = {
      "optimizer.learning_rate": 0.001,
      batch_size: "16",
      epochs: 3,
      technique: "lora",
      "technique.lora.rank": "8",
    };
    const { values } = trial;
    const { trials, ...study } = seen;
    assert.deepEqual(study, { name: "search-abc", metrics: ["f1(macro)"], directions: ["MAXIMIZE"] });
    const [first] = trials;
    const { seconds, ...told } = first!;
    assert.ok(typeof seconds === "number");
    assert.deepEqual(told, {
      number: 0,
      state: "COMPLETE",
      values: [0.9],
      params,
      reports: { 10: "0.5", 20: "nan" },
      constraints: {},
      attrs: { values, seconds: 1.5, run: "search_1" },
      distributions: {
        "optimizer.learning_rate": "FloatDistribution(high=0.01, log=True, low=1e-05, step=None)",
        batch_size: "CategoricalDistribution(choices=('8', '16'))",
        epochs: "IntDistribution(high=5, log=False, low=1, step=1)",
        technique: "CategoricalDistribution(choices=('full', 'lora'))",
        "technique.lora.rank": "CategoricalDistribution(choices=('4', '8'))",
      },
    });
    assert.deepEqual(
      trials.map(({ state, values: scored }) => [state, scored]),
      [
        ["COMPLETE", [0.9]],
        ["FAIL", null],
        ["PRUNED", [0.7]],
        ["COMPLETE", [0.6]],
        ["RUNNING", null],
      ],
    );
    assert.equal(trials[1]?.seconds, 1.5);
    for (const traced of (await optuna.ask({ do: "draw", file })) as readonly number[]) assert.ok(traced > 0);
  });

  it("has several goals and thresholds, and Optuna plots the feasible front", async () => {
    const goals = [
      { metric: "accuracy", direction: "maximize" },
      { metric: "latency", direction: "minimize" },
    ] as const;
    const journal = open({ vary, goals });
    for (const [i, scores] of [[0.9, 20] as const, [0.8, 10] as const, [0.95, 90] as const].entries())
      journal.add(
        { ...trial, score: scores[0], scores, bars: [scores[1]], number: i + 1 },
        { "at_most(latency, 50ms)": scores[1] - 50 },
      );
    assert.deepEqual(open({ vary, goals }).trials, journal.trials);
    const { trials } = await look(journal.file);
    assert.deepEqual(
      trials.map(({ values, constraints }) => [values, constraints]),
      [
        [[0.9, 20], { "at_most(latency, 50ms)": -30 }],
        [[0.8, 10], { "at_most(latency, 50ms)": -40 }],
        [[0.95, 90], { "at_most(latency, 50ms)": 40 }],
      ],
    );
    for (const traced of (await optuna.ask({ do: "draw", file: journal.file })) as readonly number[])
      assert.ok(traced > 0);
  });

  it("is continued by Optuna and then by the sweep", async () => {
    const journal = written();
    journal.end({ ...trial, number: 5 });
    const went = (await optuna.ask({ do: "go_on", file: journal.file, trials: 6 })) as Went;
    assert.equal(await optuna.ask({ do: "stray", file: journal.file }), 17);
    journal.look();
    const theirs = journal.trials.slice(5, 11);
    assert.deepEqual(
      theirs.map(({ number, state, score }) => [number - 1, state === "done" ? "COMPLETE" : "PRUNED", score]),
      went.map(([number, state, values]) => [number, state, values?.[0]]),
    );
    for (const [i, [, , , params]] of went.entries()) {
      const { point, values, reports } = theirs[i]!;
      assert.equal(point["optimizer.learning_rate"], params["optimizer.learning_rate"]);
      assert.equal(values["batch_size"], params["batch_size"]);
      const rank = params["technique.lora.rank"];
      assert.equal(values["technique"], rank === undefined ? "full" : `lora(rank: ${String(rank)})`);
      assert.deepEqual(
        reports?.map(({ step, score }) => [step, score]),
        [0, 1, 2].map((step) => [step, step / 10]),
      );
    }
    // Of the added trials only the valid one counts. A failed one without parameters is not a point, and waiting or
    // running ones do not count yet.
    assert.deepEqual(
      journal.trials.slice(11).map(({ number, score, why }) => [number, score, why]),
      [[15, 0.99, "added"]],
    );
    assert.deepEqual(journal.strange, [
      { number: 12, why: "it has no optimizer.learning_rate" },
      { number: 13, why: "it has momentum, which the sweep doesn't vary" },
      { number: 14, why: "optimizer.learning_rate cannot be 0.5 in the sweep" },
    ]);
    assert.equal(journal.next, 18);
    assert.equal(journal.begin(running(18)).number, 18);
    journal.end({ ...trial, number: 18, score: 0.91 });
    assert.equal((await look(journal.file)).trials.at(-1)?.state, "COMPLETE");
    assert.deepEqual(open().trials, journal.trials);
  });

  it("can be started by Optuna, with its trials as the start of a sweep", async () => {
    const file = join(root, "mine.log");
    await optuna.ask({ do: "create", file });
    const { trials, strange } = readStartTrials(file, one);
    assert.deepEqual([trials.length, strange], [4, []]);
    for (const { values, point, score, number } of trials) {
      if (number !== 4) assert.equal(point["optimizer.learning_rate"], score);
      assert.equal(values["technique"], "full");
    }
  });

  it("survives concurrent writers without lost or torn lines", async () => {
    const journal = written();
    const child = spawn(process.execPath, [writer, root, "5"], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const ended = once(child, "exit");
    await optuna.ask({ do: "race", file: journal.file, trials: 25 });
    writeFileSync(join(root, "stop"), "");
    await ended;
    const trials = (await look(journal.file)).trials.slice(5);
    for (const { state, reports } of trials)
      assert.deepEqual([state, Object.keys(reports as object).length], ["COMPLETE", 5]);
    const ours = trials.map(({ attrs }) => Object.keys(attrs as object).length > 0);
    assert.equal(ours.filter((own) => !own).length, 25);
    assert.ok(ours.indexOf(true) < ours.lastIndexOf(false) && ours.indexOf(false) < ours.lastIndexOf(true));
    journal.look();
    assert.equal(journal.next, 5 + trials.length + 1);
  });

  it("continues after kill −9 without waiting for a dead process's lock", async () => {
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [writer, root], { stdio: ["ignore", "pipe", "ignore"] });
      await once(child.stdout, "data");
      const gone = once(child, "exit");
      setTimeout(() => child.kill("SIGKILL"), 3 + 7 * round);
      await gone;
      const begun = performance.now();
      const journal = open();
      const left = journal.interrupted;
      assert.ok(left.length <= 1);
      for (const each of left) journal.begin(each);
      for (const each of left) journal.end({ ...trial, number: each.number });
      journal.add(trial);
      assert.ok(performance.now() - begun < 5000);
      assert.deepEqual([open().interrupted, open().trials.length + 1], [[], open().next]);
      assert.equal((await look(journal.file)).trials.length, journal.trials.length);
    }
  });

  it("keeps complete lines on a full disk and continues when there is space", async () => {
    written();
    const { file } = open();
    const limited = spawnSync("bash", ["-c", `ulimit -f 16; exec "${process.execPath}" "${writer}" "${root}"`], {
      encoding: "utf8",
    });
    assert.match(limited.stderr, /no-space|disk is full/);
    const { size } = statSync(file);
    assert.ok(size > 2 ** 13 && size <= 2 ** 14, String(size));
    assert.ok(readFileSync(file, "utf8").endsWith("\n"));
    const journal = open();
    const { next } = journal;
    assert.equal(journal.add(trial).number, next);
    assert.equal((await look(file)).trials.length, next);
  });
});
