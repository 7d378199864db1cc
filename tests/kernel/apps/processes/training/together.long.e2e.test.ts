/** A detached sweep, several seeds and folds: watched, stopped, resumed, and equal to those run in the notebook. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { readDetachedNote } from "#kernel/runs/detached-run.js";
import { findTrialGroupNamed, type TrialGroup } from "#kernel/runs/together/trial-groups.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { runProgressOf as standing } from "#kernel/remote/supervisor/outcome.js";
import { lockHolderOf } from "#kernel/runs/run-lock.js";
import { registry } from "#stdlib/registry.js";
import { groupProgress } from "#kernel/sweep-runs/watch-group.js";
import { findFinishedRun } from "#kernel/runs/history/runs-by-recipe.js";
import { until } from "../../../../until.js";
import { called } from "../../cli/called.js";
import { definitions, writeSmallTraining } from "../../../session/small-training.js";
import { childrenOf, outcomeOf } from "../../../training/kills.js";
import { cell, interrupted, isThere, runsOf } from "./apart.js";
import { swept, trialsOf } from "./swept.js";

describe("detached groups of trainings", function () {
  this.timeout(180_000);
  if (process.platform !== "linux") return;
  const folder = mkdtempSync(join(tmpdir(), "tunebook-together-"));
  const runs = join(folder, "runs");
  const before = process.env["XDG_STATE_HOME"];
  const started = new Set<number>();
  process.env["XDG_STATE_HOME"] = join(folder, "state");
  writeSmallTraining(folder);
  after(() => {
    for (const id of started) if (isThere(id)) process.kill(id, "SIGKILL");
    if (before === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (text: string): Promise<string> => cell(folder, runs, text);
  function whole(name: string): TrialGroup {
    const found = findTrialGroupNamed(runs, name);
    assert.ok(found, `nothing called ${name} runs by itself`);
    const id = readDetachedNote(found.folder)?.process.id;
    if (id !== undefined) started.add(id);
    return found;
  }
  const processOf = (name: string): number => readDetachedNote(whole(name).folder)?.process.id ?? -1;
  const trains = (name: string): boolean => lockHolderOf(whole(name).folder) !== null;
  const done = (name: string): number => groupProgress(whole(name), registry).done;
  const fails = (text: string): Promise<{ code: string; words: string }> => failed(run(text));
  async function failed(work: Promise<string>): Promise<{ code: string; words: string }> {
    const error: unknown = await work.then(
      () => assert.fail("it went well"),
      (error: unknown) => error,
    );
    assert.ok(error instanceof CodedError, String((error as Error).stack));
    const { message, notes = [], help = "" } = diagnosticText(error);
    return { code: error.code, words: [message, ...notes, help].join("\n") };
  }
  const LONG = 40;

  it("include a sweep that its cell starts and watches, and that is listed", async () => {
    const said = await run(swept("found", { trials: LONG, more: ", detach: true" }));
    assert.match(said, /found sweeps by itself, in process \d+: at most 40 trials\./);
    assert.match(said, /Plan of found: sweep m on d/);
    const id = processOf("found");
    await until(() => done("found") > 0, "a trial");
    assert.match((await called(folder, "runs", "--running")).stdout, /found\s+detached\s+\d+\s+\d+\/40 trials/);
    const { code, words } = await failed(
      interrupted(folder, runs, swept("found", { trials: LONG, more: ", detach: true" }), /found is under way already/),
    );
    assert.equal(code, "interrupted");
    assert.match(words, /watching found was interrupted; it continues in process \d+: `attach found` shows it again/);
    assert.equal(processOf("found"), id, "one process sweeps it");
    assert.ok(trains("found"));
  });

  it("report a sweep's moved folder without creating a new one", async () => {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    await cell(folder, from, swept("gone", { trials: LONG, more: ", detach: true" }));
    const there = findTrialGroupNamed(from, "gone");
    assert.ok(there);
    const id = readDetachedNote(there.folder)?.process.id ?? -1;
    started.add(id);
    const watched = failed(cell(folder, from, "attach gone"));
    await until(() => groupProgress(there, registry).done > 0, "a trial");
    renameSync(from, to);
    const { words } = await watched;
    assert.match(words, /^gone was cut off: its folder is no longer there: it was moved or deleted\nmove it back/);
    await until(() => !isThere(id), "the end of its process");
    const moved = findTrialGroupNamed(to, "gone");
    assert.ok(moved);
    const how = /ended because its folder was moved$/;
    assert.match(standing(RunFolder.open(moved.folder)).how ?? "", how);
    assert.ok(!existsSync(join(from, "sweeps")), "a journal was made where there is none");
  });

  it("stop a sweep on one command, report its progress and resume it on a rerun", async () => {
    const id = processOf("found");
    const all = [id, ...childrenOf(id)];
    const { stdout, stderr, status } = await called(folder, "runs", "stop", "found");
    assert.equal(status, 0, stderr);
    const at = Number(
      /found was stopped after (\d+) of 40 trials; run its statement again to continue/.exec(stdout)?.[1],
    );
    assert.equal(at, done("found"));
    await until(() => !all.some(isThere), "the end of all its processes");
    const { code, words } = await fails("attach found");
    assert.equal(code, "training-cut-off");
    assert.match(words, new RegExp(`found was stopped after trial ${String(at)} of 40`));
    assert.match(words, /run its `sweep` statement again/);
    const trials = at + 2;
    const again = await run(swept("found", { trials, more: ", detach: true" }));
    assert.match(again, new RegExp(`found was stopped after ${String(at)} trials?: it goes on`));
    const shown = await run("attach found");
    assert.match(shown, new RegExp(`${String(trials)} of ${String(trials)} trials`));
    assert.match(shown, /Best: trial \d+/);
    await cell(folder, join(folder, "alone"), swept("found", { trials }));
    assert.deepEqual(trialsOf(runs, "found"), trialsOf(join(folder, "alone"), "found"));
  });

  it("return a sweep's results in another notebook without repeating it", async () => {
    const id = processOf("found");
    const shown = await cell(
      folder,
      runs,
      `${definitions}attach found`,
      undefined,
      "train m on d as winner with found.best { log: every(steps: 1) }\nevaluate found.best on d.validation { metrics: [accuracy] }",
    );
    assert.match(shown, /accuracy/);
    const winner = runsOf(runs, "winner")[0]!;
    const losses = winner.events().flatMap((event) => (event.kind === "step" ? [event.loss] : []));
    assert.equal(losses.length, 6, "with the steps of the recipe that was swept");
    const best = trialsOf(runs, "found").find(({ losses: those }) => those.join() === losses.join());
    assert.ok(best, "the best trial's settings give its losses");
    // The results are also known after `attach` in the same file.
    writeFileSync(
      join(folder, "after.tune"),
      `${definitions}attach found\nevaluate found.best on d.validation { metrics: [accuracy] }\n`,
    );
    const file = await called(folder, "run", "after.tune", "--runs", runs);
    assert.equal(file.status, 0, file.stderr);
    assert.match(file.stdout, /Trials of found[^]*accuracy/);
    const again = await run(swept("found", { trials: done("found"), more: ", detach: true" }));
    assert.match(again, /found was already finished. Nothing was started; this is its result\./);
    assert.equal(processOf("found"), id);
    const watched = await called(folder, "attach", "found");
    assert.equal(watched.status, 0, watched.stderr);
    // The cell's output: the table with the best trial first, and the best trial as a program.
    const table = /Trials of found\n(?:.*\n){0,2}trial +accuracy +optimizer\.learning_rate/;
    for (const text of [watched.stdout, again]) assert.match(text, table);
    const [told = "none"] = /Best: trial \d+, [^]*?as winner \{.*\}/.exec(again) ?? [];
    assert.ok(watched.stdout.includes(told), watched.stdout);
  });

  it("give the same results for seeds and folds as trainings in the kernel", async () => {
    const seeds = (more: string): string =>
      `${definitions}train m on d as night { steps: 6, batch_size: 8, log: every(steps: 1), repeats: 2${more} }`;
    const parted = `${definitions}data parted like d { split: folds(2, stratify: label) }\n`;
    const folds = (more: string): string =>
      `${parted}train m on parted as crossed { steps: 6, batch_size: 8, log: every(steps: 1)${more} }`;
    const alone = join(folder, "alone");
    for (const text of [seeds, folds]) await cell(folder, alone, text(""));
    assert.match(await run(seeds(", detach: true")), /night trains by itself, in process \d+: 2 seeds\./);
    assert.match(await run(folds(", detach: true")), /crossed trains by itself, in process \d+: 2 folds\./);
    const shown = await run(`${definitions}attach night\npredict night on "a good film"`);
    assert.match(shown, /mean ± sd/);
    const crossed = await run(
      `${folds(", detach: true")}\nattach crossed\nevaluate crossed on parted { metrics: [accuracy] }`,
    );
    assert.match(crossed, /Folds of crossed/);
    for (const name of ["night_1", "night_2", "crossed_1", "crossed_2"]) {
      const [here, apart] = [alone, runs].map((root) => runsOf(root, name)[0]!);
      assert.equal(outcomeOf(apart!), outcomeOf(here!), name);
      assert.ok(findFinishedRun(runs, name, here!.lock()!.recipeHash));
    }
    assert.deepEqual(readdirSync(join(folder, "state", "tunebook", "running")), [], "nothing is told to train");
  });
});
