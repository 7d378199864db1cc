/** `tunebook runs` as a user calls it: the table, its order, JSON, and the details of a run. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { evaluate, makeRun, makeSweep, share } from "../../runs/run-folders.js";
import { called } from "./called.js";

describe("tunebook runs", function () {
  this.timeout(60_000);
  let folder: string;
  const runs = (...args: string[]) => called(folder, "runs", ...args);
  const names = (text: string): readonly string[] =>
    text
      .split("\n")
      .slice(2, -2)
      .map((line) => (/^(\w+ on |without )/.test(line) ? `[${line}]` : line.split(/\s/)[0]!))
      .filter((name) => name !== "");
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-cli-runs-"));
    makeSweep(join(folder, "runs"), "search", [0.6, 0.8]);
    evaluate(makeRun(join(folder, "runs"), "mood"), {
      accuracy: share(0.8),
      loss: { value: 0.4, low: null, high: null, better: "less" },
    });
    evaluate(makeRun(join(folder, "runs"), "deep"), {
      accuracy: share(0.9),
      loss: { value: 0.2, low: null, high: null, better: "less" },
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("lists runs newest first, with a sweep's trials in one line", async () => {
    const { stdout, stderr, status } = await runs();
    assert.equal(status, 0, stderr);
    assert.deepEqual(names(stdout), ["deep", "mood", "search"]);
    assert.match(stdout, /^deep +done 10 s +d .* 20\/20 +0\.9 +0\.87 – 0\.93 +d\.test$/m);
    assert.match(stdout, /^search \(sweep\) +2 trials .* 0\.8 +validation +best: trial 2, batch_size: 16$/m);
    assert.match(stdout, /^4 runs, 2 of them trials in one line \(`--trials` shows each\)$/m);
    assert.match((await runs("--trials")).stdout, /^4 runs$/m);
    const trials = (await runs("--trials")).stdout.split("\n").filter((line) => /^\s*(?:search|mood)/.test(line));
    assert.deepEqual(
      trials.map((line) => /^\s*\w+/.exec(line)?.[0]),
      ["mood", "search", "  search_2", "  search_1"],
    );
    assert.match(trials[2] ?? "", / 0\.8 +d\.validation/);
    const ranked = names((await runs("--trials", "--sort", "validation accuracy")).stdout);
    assert.deepEqual(ranked.slice(1, 3), ["search_2", "deep"]);
  });
  it("ranks by a metric in its direction", async () => {
    assert.deepEqual(names((await runs("--sort", "accuracy")).stdout).slice(0, 3), [
      "[accuracy on d.test (120 rows)]",
      "deep",
      "mood",
    ]);
    assert.deepEqual(names((await runs("--sort", "loss")).stdout).slice(1, 3), ["deep", "mood"]);
    assert.deepEqual(names((await runs("--sort", "loss", "--reverse")).stdout).slice(1, 3), ["mood", "deep"]);
    // A sweep that optimized another metric shows that metric next to its best score.
    assert.match(
      (await runs("--sort", "loss")).stdout,
      /^search \(sweep\) .* validation accuracy 0\.8 +validation +best: trial 2/m,
    );
    const { stderr, status } = await runs("--sort", "acuracy");
    assert.equal(status, 1);
    assert.match(
      stderr,
      /error\[bad-usage\]: runs have no column acuracy; there are started, name, seconds, "training loss", accuracy, loss/,
    );
  });
  it("shows a sweep's own metric with its value, and ranks by it", async () => {
    const own = mkdtempSync(join(tmpdir(), "tunebook-cli-goal-"));
    makeSweep(join(own, "runs"), "search", [0.6, 0.8], { metric: "f1" });
    const told = async (...args: string[]) => (await called(own, "runs", ...args)).stdout;
    assert.match(await told(), /^search \(sweep\) .* validation f1 0\.8 +validation +best: trial 2/m);
    const ranked = await told("--sort", "f1", "--trials");
    assert.match(ranked.split("\n")[0] ?? "", / validation f1 /);
    assert.deepEqual(names(ranked).slice(1), ["search_2", "search_1"]);
    assert.match(ranked, /^search_2 .* 0\.8 +d\.validation/m);
    rmSync(own, { recursive: true, force: true });
  });
  it("shows a run's last score, or its training loss if it has none or is sorted by loss", async () => {
    const root = join(folder, "lost", "runs");
    evaluate(makeRun(root, "scored"), { accuracy: share(0.9) });
    makeRun(root, "trained", { accuracy: 0.66 });
    const lost = (...args: string[]) => runs("--in", "lost", ...args);
    assert.doesNotMatch((await lost()).stdout, /loss/);
    assert.match((await lost()).stdout, /^trained .* 20\/20 +0\.66 +d\.validation$/m);
    assert.match((await lost("--sort", "training loss")).stdout, /training loss[^]*^trained .* 20\/20 +0\.3 +0\.66 /m);
    makeRun(root, "begun", { steps: 5, reason: null });
    const { stdout } = await lost();
    assert.match(stdout, /^name .* steps +training loss +accuracy /m);
    assert.match(stdout, /^begun .* 5\/20 +0\.6$/m);
    assert.match(stdout, /^trained .* 20\/20 +0\.66 +d\.validation$/m);
  });
  it("shows the ε spent by private trainings, including steps rolled back", async () => {
    const root = join(folder, "secret", "runs");
    makeRun(root, "open");
    assert.doesNotMatch((await runs("--in", "secret")).stdout, /spent/);
    const run = makeRun(root, "hidden");
    const step = { kind: "step", epoch: 1, tokens: 1, loss: 0.5, rate: 0, norm: 1, seconds: 1 } as const;
    const at = { at: new Date().toISOString(), run: run.id };
    run.append({ ...at, ...step, step: 20, epsilon: 7.2501 });
    run.append({ ...at, ...step, step: 19, epsilon: 7.1 });
    const { stdout } = await runs("--in", "secret");
    assert.match(stdout, /^name .* steps +(training loss +)?spent +(validation )?accuracy /m);
    assert.match(stdout, /^hidden .* ε 7\.26 /m);
  });
  it("prints headings and runs as JSON", async () => {
    const { rows, total } = JSON.parse((await runs("--json", "--sort", "accuracy", "deep")).stdout) as {
      readonly total: number;
      readonly rows: readonly {
        readonly score: { readonly value: number; readonly low: number };
        readonly run: { readonly name: string; readonly scores: readonly unknown[] };
      }[];
    };
    const [heading, row] = rows;
    assert.deepEqual(
      [total, rows.length, heading, row?.run.name, row?.score.value, row?.run.scores.length],
      [1, 2, { is: "heading", text: "accuracy on d.test (120 rows)", runs: 1 }, "deep", 0.9, 4],
    );
  });
  it("saves tags and a note, which can be searched", async () => {
    const { stdout, status, stderr } = await runs(
      "note",
      "deep",
      "--tag",
      "best",
      "--tag",
      "big one",
      "three",
      "epochs",
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^deep-\S+\n#best #big-one\nthree epochs\n$/);
    assert.deepEqual(names((await runs("tag:best")).stdout), ["deep"]);
    assert.deepEqual(names((await runs("epochs")).stdout), ["deep"]);
    assert.match((await runs("note", "deep", "--untag", "BEST")).stdout, /\n#big-one\nthree epochs\n$/);
    assert.match((await runs("note", "nothing")).stderr, /error\[bad-usage\]: there is no run nothing/);
  });
  it("says why a score is not a number, also in JSON", async () => {
    evaluate(makeRun(join(folder, "odd", "runs"), "flat"), {
      roc_auc: { value: Number.NaN, low: null, high: null, better: "greater", why: "every row is “good”" },
      accuracy: share(0.5),
    });
    const { stdout } = await runs("--in", "odd", "--sort", "roc_auc");
    assert.match(stdout, /^flat .* NaN +d\.test/m);
    assert.match(stdout, /^NaN: flat: roc_auc on d\.test: every row is “good”$/m);
    const { rows } = JSON.parse((await runs("--in", "odd", "--sort", "roc_auc", "--json")).stdout) as {
      readonly rows: readonly { readonly score?: { readonly value: unknown; readonly why: string } }[];
    };
    assert.deepEqual(
      rows.flatMap(({ score }) => (score ? [[score.value, score.why]] : [])),
      [[null, "every row is “good”"]],
    );
  });
  it("ranks by the data given with --on, and lists the available data", async () => {
    const root = join(folder, "splits", "runs");
    const [one, two] = [makeRun(root, "one"), makeRun(root, "two", { accuracy: 0.9 })];
    evaluate(one, { accuracy: share(0.9) }, { at: "2026-01-01T00:00:00Z" });
    evaluate(two, { accuracy: share(0.8) }, { at: "2026-01-02T00:00:00Z" });
    evaluate(two, { accuracy: share(0.99) }, { at: "2026-01-03T00:00:00Z", split: "train" });
    const on = (...args: string[]) => runs("--in", "splits", ...args);
    assert.deepEqual(names((await on("--sort", "accuracy", "--on", "d.test")).stdout), [
      "[accuracy on d.test (120 rows)]",
      "one",
      "two",
    ]);
    assert.deepEqual(names((await on("--sort", "accuracy", "--on", "d.validation")).stdout).slice(1), ["two", "one"]);
    assert.equal((JSON.parse((await on("--on", "d.train", "--json")).stdout) as { on: string }).on, "d.train");
    assert.match(
      (await on("--on", "d.tset")).stderr,
      /error\[bad-usage\]: no run was scored on d\.tset; there are scores on d\.test, d\.validation, d\.train/,
    );
    assert.match((await on("--on", "d.test", "--sort", "f1")).stderr, /no column f1 on d\.test; there are .*accuracy/);
  });
  it("writes the note of a run given by path to that path", async () => {
    const here = makeRun(join(folder, "runs"), "twin");
    const there = RunFolder.open(join(folder, "else", "runs", here.id));
    cpSync(here.path, there.path, { recursive: true });
    const noted = await runs("note", join("else", "runs", here.id), "over", "there");
    assert.equal(noted.status, 0, noted.stderr);
    assert.ok(existsSync(join(there.path, "notes.json")));
    assert.ok(!existsSync(join(here.path, "notes.json")), "the run of the same name here is another");
    assert.match((await runs("note", `${there.path}/`, "--tag", "x")).stdout, /\n#x\nover there\n$/);
    assert.match((await runs("--in", "else", "note", join("runs", here.id), "again")).stdout, /\n#x\nagain\n$/);
    assert.match(
      (await runs("note", join("nowhere", here.id), "lost")).stderr,
      /error\[bad-usage\]: there is no run nowhere.*twin-\S+ in .*nowhere/,
    );
    assert.ok(!existsSync(join(here.path, "notes.json")));
  });
  it("adds, finds and removes tags of several words", async () => {
    const run = makeRun(join(folder, "worded", "runs"), "spoken");
    const note = (...args: string[]) => runs("--in", "worded", "note", run.id, ...args);
    assert.match((await note("--tag", "big one", "--tag", "small")).stdout, /\n#big-one #small\n$/);
    for (const filter of ["tag:big one", "tag:big-one", "TAG:Big One"])
      assert.deepEqual(names((await runs("--in", "worded", filter)).stdout), ["spoken"], filter);
    assert.deepEqual(names((await runs("--in", "worded", "tag:big two")).stdout), []);
    assert.match((await note("--untag", "Big One")).stdout, /\n#small\n$/);
  });
  it("says if there are no runs", async () => {
    assert.match((await runs("--in", tmpdir())).stdout, /^no runs in /);
  });
});
