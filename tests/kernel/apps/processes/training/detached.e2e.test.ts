/** Detached trainings: they outlive their kernel, and are watched, found again, stopped, resumed and killed. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { PROCESS_LOG_FILE, DETACHED_NOTE_FILE, readDetachedNote } from "#kernel/runs/detached-run.js";
import { isTraining, runProgressOf as standing } from "#kernel/remote/supervisor/outcome.js";
import { openToOthers } from "../../../../open-to-others.js";
import { until } from "../../../../until.js";
import { called } from "../../cli/called.js";
import { writeSmallTraining } from "../../../session/small-training.js";
import { childrenOf, outcomeOf } from "../../../training/kills.js";
import { cell, interrupted, isThere, kernelIn, processOf, runsOf, trains } from "./apart.js";

describe("detached trainings", function () {
  this.timeout(120_000);
  if (process.platform !== "linux") return;
  const folder = mkdtempSync(join(tmpdir(), "tunebook-detached-"));
  const runs = join(folder, "runs");
  const before = process.env["XDG_STATE_HOME"];
  const started = new Set<number>();
  const LONG = 4000;
  before_();
  function before_(): void {
    process.env["XDG_STATE_HOME"] = join(folder, "state");
    writeSmallTraining(folder);
  }
  after(() => {
    for (const id of started) if (isThere(id)) process.kill(id, "SIGKILL");
    if (before === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (name: string) => runsOf(runs, name).at(-1)!;
  const fails = (text: string): Promise<{ code: string; words: string }> => failed(cell(folder, runs, text));
  async function failed(work: Promise<string>): Promise<{ code: string; words: string }> {
    const error: unknown = await work.then(
      () => assert.fail("it went well"),
      (error: unknown) => error,
    );
    assert.ok(error instanceof CodedError, String((error as Error).stack));
    const { message, notes = [], help = "" } = diagnosticText(error);
    return { code: error.code, words: [message, ...notes, help].join("\n") };
  }

  it("match trainings in the kernel, even if their kernel was killed", async () => {
    await cell(folder, join(folder, "alone"), trains("night", 60, ""));
    const { kernel, end } = await kernelIn(folder);
    const { status, outputs } = await kernel.execute(trains("night", 60));
    const said = JSON.stringify(outputs);
    assert.equal(status, "ok", said);
    const id = processOf(run("night"));
    started.add(id);
    assert.match(said, new RegExp(`night trains by itself, in process ${String(id)}: 60 steps`));
    assert.ok(isTraining(run("night")), "it had ended before its kernel was killed");
    await end();
    await until(() => !isTraining(run("night")), "the end of the training");
    assert.equal(standing(run("night")).is, "done");
    assert.equal(outcomeOf(run("night")), outcomeOf(runsOf(join(folder, "alone"), "night")[0]!));
    await until(() => !isThere(id));
    assert.deepEqual(
      readdirSync(run("night").path).filter((name) => name.startsWith(".") || name.endsWith(".sock")),
      [],
    );
    assert.deepEqual(readdirSync(join(folder, "state", "tunebook", "running")), []);
    for (const place of [runs, join(folder, "alone"), join(folder, "state", "tunebook")])
      assert.deepEqual(openToOthers(place), [], place);
    assert.deepEqual(
      readdirSync(runs).filter((name) => name.startsWith(".")),
      [],
    );
  });

  it("are models in any notebook, and are not repeated by their cell", async () => {
    const shown = await cell(folder, runs, 'attach night\npredict night on "a good film"');
    assert.match(shown, /60 steps|step 60/);
    const again = await cell(folder, runs, trains("night", 60));
    assert.match(again, /night was already trained: 60 steps in .*Nothing was started; these are its weights\./);
    assert.equal(runsOf(runs, "night").length, 1);
    await cell(
      folder,
      runs,
      `${trains("night", 60)}\nattach night\nevaluate night on d.validation { metrics: [accuracy] }`,
    );
  });

  it("are attached by their own cell while they train, and survive an interrupt of the watching", async () => {
    const stops = new AbortController();
    // One of the cells starts nothing: it waits for the other, or watches the other's training, until it is stopped.
    const told: string[] = [];
    const two = [0, 1].map(() =>
      cell(folder, runs, trains("long", LONG), stops.signal).then(
        (shown) => void told.push(shown),
        (error: unknown) => void told.push(String(error)),
      ),
    );
    // One cell may end first, with an error: waits for the message of the cell that started it before stopping both.
    await until(() => told.some((one) => one.includes("long trains by itself")) || told.length === 2, "a start", 100);
    stops.abort();
    await Promise.all(two);
    assert.match(told.join("\n"), /long trains by itself/);
    assert.equal(runsOf(runs, "long").length, 1, "two cells at once start one");
    started.add(processOf(run("long")));
    const { code, words } = await failed(interrupted(folder, runs, trains("long", LONG), /long is training already/));
    assert.equal(code, "interrupted");
    assert.match(
      words,
      /watching long was interrupted; the training continues in process \d+: `attach long` shows it again, `tunebook runs stop long` ends it/,
    );
    assert.ok(isTraining(run("long")));
  });

  it("have one writer, are listed as running, and cannot be loaded before they end", async () => {
    const second = await fails(trains("long", LONG, ", resume: true"));
    assert.equal(second.code, "run-busy");
    const loads = await cell(folder, runs, 'model x { load: "long" }').catch(
      (error: { diagnostics?: readonly { code: string }[] }) => error.diagnostics?.[0]?.code,
    );
    assert.equal(loads, "still-training");
    await until(() => standing(run("long")).step > 0, "a step");
    const { stdout } = await called(folder, "runs", "--running");
    assert.match(stdout, /long\s+detached\s+\d+\s+\d+\/4000/);
    assert.match((await called(folder, "runs")).stdout, /long\s+running, detached/);
    assert.match(readFileSync(`/proc/${String(processOf(run("long")))}/stat`, "utf8"), sessionLeader());
  });
  const sessionLeader = (): RegExp => {
    const id = String(processOf(run("long")));
    // Fields: state, parent, group, session. The process leads a group and a session of its own.
    return new RegExp(`\\) \\S \\d+ ${id} ${id} `);
  };

  it("stop at a checkpoint on one command, and are resumed by their cell", async () => {
    process.kill(processOf(run("long")), "SIGHUP");
    const id = processOf(run("long"));
    const { stdout, stderr, status } = await called(folder, "runs", "stop", "long");
    assert.equal(status, 0, stderr);
    const at = Number(/long was stopped at step (\d+) of 4000/.exec(stdout)?.[1]);
    assert.match(stdout, new RegExp(`resume: true, detach: true \\}.* from step ${String(at)}\\n`));
    await until(() => !isThere(id));
    assert.ok(!existsSync(join(run("long").path, "control.sock")));
    const attached = await fails("attach long");
    assert.equal(attached.code, "training-cut-off");
    assert.match(attached.words, new RegExp(`long was stopped at step ${String(at)} of 4000`));
    assert.match(attached.words, new RegExp(`resume: true, detach: true \\}.*\\bstep ${String(at)}\\b`));
    assert.match((await called(folder, "runs", "stop", "long")).stderr, /error\[cannot-stop\]: .*\blong\b/);

    await cell(folder, runs, trains("long", LONG, ", detach: true, resume: true"));
    started.add(processOf(run("long")));
    assert.equal(runsOf(runs, "long").length, 1);
    await until(() => standing(run("long")).step > at, "a step after those before");
  });

  it("leave no process behind when killed, and report the cause", async () => {
    const id = processOf(run("long"));
    const all = [id, ...childrenOf(id)];
    assert.ok(all.length > 1);
    const { stdout } = await called(folder, "runs", "stop", "long", "--now");
    assert.match(stdout, /long was ended at once at step \d+/);
    await until(() => !all.some(isThere), "the end of all its processes", 10);
    await until(() => readDetachedNote(run("long").path)?.ended, "what its end was seen as");
    const { code, words } = await fails("attach long");
    assert.equal(code, "training-cut-off");
    assert.match(words, /long was cut off at step \d+ of 4000: its process, \d+, was ended by SIGKILL/);
    assert.ok(
      existsSync(join(run("long").path, PROCESS_LOG_FILE)) && existsSync(join(run("long").path, DETACHED_NOTE_FILE)),
    );
    assert.match((await called(folder, "attach", "long")).stderr, /error\[training-cut-off\]/);
    assert.equal((await called(folder, "attach", "night")).status, 0);
  });

  it("leave nothing behind if their cell is interrupted before training starts", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    await assert.rejects(cell(folder, runs, trains("never", 5), stop.signal), { name: "AbortError" });
    await until(
      () => !existsSync(runs) || !readdirSync(runs).some((name) => /^\.starting|^never/.test(name)),
      "nothing left of what was not begun",
    );
  });

  it("report in their cell why they could not start", async () => {
    const text = trains("odd", 5).replace("seed: 3", "seed: 3, keep: best");
    const { rename } = await import("node:fs/promises");
    const weights = join(folder, "bert", "model.safetensors");
    // The weights disappear after the cell has checked them and before the new process does.
    const started = cell(folder, runs, text).catch((error: unknown) => error);
    await until(() => readdirSync(runs).some((name) => name.startsWith(".starting-odd")), "a start");
    await rename(weights, `${weights}.away`);
    const error = await started;
    await rename(`${weights}.away`, weights);
    assert.ok(error instanceof CodedError, String(error));
    assert.equal(runsOf(runs, "odd").length, 0);
  });

  it("report a moved folder with its old and new path", async () => {
    await cell(folder, runs, trains("moved", LONG));
    const { path, id: name } = run("moved");
    const id = processOf(run("moved"));
    started.add(id);
    await until(() => standing(run("moved")).step > 3, "a checkpoint");
    const watched = fails("attach moved");
    await new Promise((done) => setTimeout(done, 500));
    const away = join(folder, "away");
    mkdirSync(away);
    renameSync(path, join(away, name));
    await until(() => !isThere(id), "the end of its process");
    const cut = await watched;
    assert.equal(cut.code, "training-cut-off");
    assert.match(cut.words, new RegExp(`\\battach "…/${name}"`));
    const { code, words } = await fails(`attach "away/${name}" as moved`);
    assert.equal(code, "training-cut-off");
    assert.match(
      words,
      /^moved was cut off at step \d+ of 4000: its process, \d+, ended because its folder was moved\n/,
    );
    assert.match(words, /to continue from step \d+/);
    assert.ok(!existsSync(path));
  });

  it("report a full disk, and resume when there is space", async () => {
    await cell(folder, runs, trains("full", LONG));
    const id = processOf(run("full"));
    started.add(id);
    await until(() => standing(run("full")).step > 3, "a checkpoint");
    // Neither the process nor its engine can write any more, so not even the note.
    for (const one of [id, ...childrenOf(id)])
      try {
        execFileSync("prlimit", ["--pid", String(one), "--fsize=0:"], { stdio: "pipe" });
      } catch (error) {
        if (isThere(one)) throw error; // a tokenizer process may have ended in the meantime
      }
    // The process that started it is alive and sees how it ended.
    await until(() => !isTraining(run("full")) && readDetachedNote(run("full").path)?.ended, "its end");
    const { code, words } = await fails("attach full");
    assert.equal(code, "training-cut-off");
    assert.match(
      words,
      /full (was cut off|failed) at step \d+ of 4000: its process, \d+, ended because the disk was full/,
    );
    assert.match(words, /resume: true, detach: true \}` to continue from step \d+/);
    assert.ok(standing(run("full")).goesOnFrom! > 0);
  });
});
