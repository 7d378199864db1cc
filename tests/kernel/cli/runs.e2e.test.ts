/** `tunebook runs` as it is called: the table, its order, JSON, and what is said of a run. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RunFolder } from "#kernel/artifacts/run-folder.js";
import { evaluate, makeRun, makeSweep, share } from "../artifacts/run-folders.js";

const main = fileURLToPath(new URL("../../../kernel/cli/main.js", import.meta.url));

describe("tunebook runs", function () {
  this.timeout(60_000);
  let folder: string;
  const runs = (...args: string[]) =>
    spawnSync(process.execPath, [main, "runs", ...args], { cwd: folder, encoding: "utf8" });
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

  it("lists runs, sweeps folded, newest first", () => {
    const { stdout, stderr, status } = runs();
    assert.equal(status, 0, stderr);
    assert.deepEqual(names(stdout), ["deep", "mood", "search"]);
    assert.match(stdout, /^deep +done 10 s +d .* 20\/20 +0\.3 +0\.9 +0\.87 – 0\.93 +d\.test$/m);
    assert.match(stdout, /^search \(sweep\) +2 trials .* 0\.8 +validation +best: trial 2, batch_size: 16$/m);
    assert.match(stdout, /^4 runs$/m);
    assert.deepEqual(names(runs("--trials", "search").stdout), ["search_2", "search_1"]);
  });
  it("ranks by a metric in its own direction", () => {
    assert.deepEqual(names(runs("--sort", "accuracy").stdout).slice(0, 3), [
      "[accuracy on d.test (120 rows)]",
      "deep",
      "mood",
    ]);
    assert.deepEqual(names(runs("--sort", "loss").stdout).slice(1, 3), ["deep", "mood"]);
    assert.deepEqual(names(runs("--sort", "loss", "--reverse").stdout).slice(1, 3), ["mood", "deep"]);
    // A sweep that was after another metric says so beside its best score.
    assert.match(runs("--sort", "loss").stdout, /^search \(sweep\) .* 0\.8 +validation accuracy +best: trial 2/m);
    const { stderr, status } = runs("--sort", "acuracy");
    assert.equal(status, 1);
    assert.match(
      stderr,
      /error\[bad-usage\]: runs have no column acuracy; there are started, name, seconds, "training loss", accuracy, loss/,
    );
  });
  it("prints what programs read", () => {
    const { rows, total } = JSON.parse(runs("--json", "--sort", "accuracy", "deep").stdout) as {
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
  it("keeps tags and a note, which find the run again", () => {
    const { stdout, status, stderr } = runs("note", "deep", "--tag", "best", "--tag", "big one", "three", "epochs");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^deep-\S+\n#best #big-one\nthree epochs\n$/);
    assert.deepEqual(names(runs("tag:best").stdout), ["deep"]);
    assert.deepEqual(names(runs("epochs").stdout), ["deep"]);
    assert.match(runs("note", "deep", "--untag", "BEST").stdout, /\n#big-one\nthree epochs\n$/);
    assert.match(runs("note", "nothing").stderr, /error\[bad-usage\]: there is no run nothing/);
  });
  it("says why a score is no number, also in JSON", () => {
    evaluate(makeRun(join(folder, "odd", "runs"), "flat"), {
      roc_auc: { value: Number.NaN, low: null, high: null, better: "greater", why: "every row is “good”" },
      accuracy: share(0.5),
    });
    const { stdout } = runs("--in", "odd", "--sort", "roc_auc");
    assert.match(stdout, /^flat .* NaN +d\.test/m);
    assert.match(stdout, /^NaN: flat: roc_auc on d\.test: every row is “good”$/m);
    const { rows } = JSON.parse(runs("--in", "odd", "--sort", "roc_auc", "--json").stdout) as {
      readonly rows: readonly { readonly score?: { readonly value: unknown; readonly why: string } }[];
    };
    assert.deepEqual(
      rows.flatMap(({ score }) => (score ? [[score.value, score.why]] : [])),
      [[null, "every row is “good”"]],
    );
  });
  it("ranks by the data that --on names, and says which there are", () => {
    const root = join(folder, "splits", "runs");
    const [one, two] = [makeRun(root, "one"), makeRun(root, "two", { accuracy: 0.9 })];
    evaluate(one, { accuracy: share(0.9) }, { at: "2026-01-01T00:00:00Z" });
    evaluate(two, { accuracy: share(0.8) }, { at: "2026-01-02T00:00:00Z" });
    evaluate(two, { accuracy: share(0.99) }, { at: "2026-01-03T00:00:00Z", split: "train" });
    const on = (...args: string[]) => runs("--in", "splits", ...args);
    assert.deepEqual(names(on("--sort", "accuracy", "--on", "d.test").stdout), [
      "[accuracy on d.test (120 rows)]",
      "one",
      "two",
    ]);
    assert.deepEqual(names(on("--sort", "accuracy", "--on", "d.validation").stdout).slice(1), ["two", "one"]);
    assert.equal((JSON.parse(on("--on", "d.train", "--json").stdout) as { on: string }).on, "d.train");
    assert.match(
      on("--on", "d.tset").stderr,
      /error\[bad-usage\]: no run was scored on d\.tset; there are scores on d\.test, d\.validation, d\.train/,
    );
    assert.match(on("--on", "d.test", "--sort", "f1").stderr, /no column f1 on d\.test; there are .*accuracy/);
  });
  it("notes the run that a path leads to, in the folder of that path", () => {
    const here = makeRun(join(folder, "runs"), "twin");
    const there = RunFolder.open(join(folder, "else", "runs", here.id));
    cpSync(here.path, there.path, { recursive: true });
    const noted = runs("note", join("else", "runs", here.id), "over", "there");
    assert.equal(noted.status, 0, noted.stderr);
    assert.ok(existsSync(join(there.path, "notes.json")));
    assert.ok(!existsSync(join(here.path, "notes.json")), "the run of the same name here is another");
    assert.match(runs("note", `${there.path}/`, "--tag", "x").stdout, /\n#x\nover there\n$/);
    assert.match(runs("--in", "else", "note", join("runs", here.id), "again").stdout, /\n#x\nagain\n$/);
    assert.match(
      runs("note", join("nowhere", here.id), "lost").stderr,
      /error\[bad-usage\]: there is no run nowhere.*twin-\S+ in .*nowhere/,
    );
    assert.ok(!existsSync(join(here.path, "notes.json")));
  });
  it("takes tags of several words in quotes, to add, to find and to take away", () => {
    const run = makeRun(join(folder, "worded", "runs"), "spoken");
    const note = (...args: string[]) => runs("--in", "worded", "note", run.id, ...args);
    assert.match(note("--tag", "big one", "--tag", "small").stdout, /\n#big-one #small\n$/);
    for (const filter of ["tag:big one", "tag:big-one", "TAG:Big One"])
      assert.deepEqual(names(runs("--in", "worded", filter).stdout), ["spoken"], filter);
    assert.deepEqual(names(runs("--in", "worded", "tag:big two").stdout), []);
    assert.match(note("--untag", "Big One").stdout, /\n#small\n$/);
  });
  it("says when there are none", () => {
    assert.match(runs("--in", tmpdir()).stdout, /^no runs in /);
  });
});
