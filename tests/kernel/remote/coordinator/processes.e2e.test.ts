/**
 * Sweep trials in separate processes: the same numbers as without them, whatever is killed meanwhile, and no process
 * outlives the notebook.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { isProcessAlive } from "#kernel/runs/writer.js";
import type { RunEvent } from "#kernel/events/events.js";
import type { RunWriter } from "#kernel/events/writer.js";
import type { SweepInTypeScript, TrialRecord } from "#kernel/study/trial.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";

const program = fileURLToPath(new URL("../../../../kernel/apps/cli/main.js", import.meta.url));
const recipes = `engine { engine: tensorflow, threads: 1 }
recipe quick { epochs: 2, batch_size: 8, log: every(steps: 1), seed: 3 }
recipe long { epochs: 16, batch_size: 8, log: every(steps: 1), checkpoint: every(steps: 20), seed: 3 }
`;
const events = (run: string | null): readonly RunEvent[] => RunFolder.open(run ?? "").events();
/**
 * Whether checkpoint files have arrived. On a busy machine the event may be written long before. The files arrive all
 * at once.
 */
const hasCheckpoint = (run: string | null): boolean => {
  const folder = RunFolder.open(run ?? "").checkpoints;
  return existsSync(folder) && readdirSync(folder).length > 0;
};
const losses = (run: string | null): readonly number[] =>
  events(run).flatMap((event) => (event.kind === "step" ? [event.loss] : []));
const steps = (run: string | null): readonly number[] =>
  events(run).flatMap((event) => (event.kind === "step" ? [event.step] : []));
const writersIn = (runs: string): readonly RunWriter[] =>
  existsSync(runs)
    ? readdirSync(runs).flatMap((id) =>
        events(join(runs, id)).flatMap((one) => (one.kind === "started" && one.process ? [one.process] : [])),
      )
    : [];

describe("sweep trials in worker processes", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}${recipes}`);
  });
  after(() => book.close());
  const trialsOf = (name: string): readonly TrialRecord[] => (book.values.get(name) as SweepInTypeScript).trials;
  const sweep = (name: string, more: string, recipe = "quick"): string => `sweep m on d with ${recipe} as ${name} {
  vary: { optimizer.learning_rate: log(1e-4..1e-2), technique: choice(full, lora(rank: 2)) }
  minimize: loss, ${more}
}`;
  const facts = (name: string) =>
    trialsOf(name).map(({ number, state, values, score, reports, recipe, tokens, run }) => ({
      ...{ number, state, values, score, reports, recipe, tokens },
      losses: losses(run),
      hash: RunFolder.open(run ?? "").lock()?.recipeHash,
    }));

  it("get the same scores, best trial and hashes as without worker processes", async () => {
    await book.run(sweep("here", "trials: 4, at_once: 2"));
    await book.run('experiment { name: "workers", trackers: tensorboard("board") }');
    await book.run(sweep("there", "trials: 4, runner: processes(2)"));
    for (const { run } of trialsOf("there"))
      assert.equal(
        RunFolder.open(run ?? "").lock()?.experiment?.name,
        "workers",
        "a trial belongs where its sweep does",
      );
    assert.deepEqual(facts("there"), facts("here"));
    const [here, there] = ["here", "there"].map((name) => (book.values.get(name) as SweepInTypeScript).best);
    assert.equal(there?.number, here?.number);
    // Two processes worked, and both have ended.
    const writers = trialsOf("there").flatMap(({ run }) => writersOf(run));
    assert.equal(new Set(writers.map(({ id }) => id)).size, 2);
    assert.ok(writers.every((writer) => writer.id !== process.pid && isProcessAlive(writer) === false));
    assert.deepEqual(
      readdirSync(join(book.runs, "sweeps")).filter((name) => name.startsWith(".")),
      [],
    );
  });
  const writersOf = (run: string | null): readonly RunWriter[] =>
    events(run).flatMap((one) => (one.kind === "started" && one.process ? [one.process] : []));

  it("leave runs like local ones, with the best usable as a model", async () => {
    const shown = JSON.stringify(await book.run("evaluate there.best on d.validation { metrics: [loss] }"));
    const { best } = book.values.get("there") as SweepInTypeScript;
    assert.ok(shown.includes(best?.score.toFixed(4) ?? "no best"), shown.slice(0, 3000));
    const lock = RunFolder.open(best?.run ?? "").lock();
    assert.equal(lock?.home, join("..", ".."));
    assert.equal(lock.trial?.sweep, "there");
    assert.ok(!readFileSync(join(best?.run ?? "", "plan.json"), "utf8").includes("workers"));
  });

  it("resume after kills and end once each, with unchanged losses", async () => {
    await book.run(sweep("whole", "trials: 3, at_once: 2", "long"));
    const cell = book.run(sweep("cut", "trials: 3, runner: processes(2)", "long"));
    const killed = new Set<number>();
    while (killed.size < 2) {
      await delay(20);
      const open = (book.values.get("cut") as SweepInTypeScript | undefined)?.trials ?? [];
      // Kills a running worker once its trial has a checkpoint to resume from.
      for (const { run, state } of open) {
        const [writer] = state === "running" ? writersOf(run).slice(-1) : [];
        if (!writer || killed.has(writer.id) || !hasCheckpoint(run) || killed.size >= 2) continue;
        killed.add(writer.id);
        process.kill(writer.id, "SIGKILL");
      }
    }
    await cell;
    assert.deepEqual(facts("cut"), facts("whole"));
    for (const { run } of trialsOf("cut"))
      assert.deepEqual(
        steps(run),
        steps(run).map((_, i) => i + 1),
      );
    const resumed = trialsOf("cut").flatMap(
      ({ run }) => readFileSync(join(run ?? "", "events.jsonl"), "utf8").match(/"resumedFrom":[1-9]/g) ?? [],
    );
    const told = book.shown
      .map(({ bundle }) => String(bundle["text/plain"]))
      .filter((text) => /processes-\d/.test(text));
    // On a busy machine a worker may be silent for long; its trial then also goes to another worker.
    const lost = told.filter((text) => /goes to another worker: \S+ was killed by SIGKILL/.test(text));
    assert.equal(told.filter((text) => text.includes("SIGKILL")).length, 2, told.join("\n"));
    assert.equal(lost.length, 2, told.join("\n"));
    assert.ok(resumed.length >= 2, told.join("\n"));
  });

  it("keep checkpoints on interrupt and resume without worker processes", async () => {
    const control = new AbortController();
    const cell = book.run(sweep("stopped", "trials: 2, runner: processes(2)", "long"), { signal: control.signal });
    const open = () => (book.values.get("stopped") as SweepInTypeScript | undefined)?.trials ?? [];
    while (!open().some(({ step = 0 }) => step >= 30)) await delay(10);
    control.abort();
    await assert.rejects(cell, { code: "interrupted" });
    await book.run(sweep("stopped", "trials: 2", "long"));
    const [first, second] = facts("whole");
    assert.deepEqual(facts("stopped"), [first, second]);
    assert.ok(
      trialsOf("stopped").some(({ run }) => events(run).some((one) => one.kind === "started" && one.resumedFrom)),
    );
  });
});

describe("killed notebook", function () {
  this.timeout(60_000);
  const ended = async (all: readonly number[]): Promise<void> => {
    const until = Date.now() + 10_000;
    const alive = (): readonly number[] => all.filter(isThere);
    while (alive().length > 0 && Date.now() < until) await delay(100);
    assert.deepEqual(alive(), []);
  };
  const notebook = async (does: (child: ChildProcess, runs: string) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
    writeSmallTraining(folder);
    writeFileSync(
      join(folder, "a.tune"),
      `${definitions}${recipes}sweep m on d with long as s { vary: { seed: choice(1, 2, 3) }, search: grid, minimize: loss, runner: processes(2) }\n`,
    );
    const child = spawn(process.execPath, [program, "run", join(folder, "a.tune")], { stdio: "ignore" });
    try {
      await does(child, join(folder, "runs"));
    } finally {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  };
  it("leaves no worker and no engine process", () =>
    notebook(async (child, runs) => {
      while (writersIn(runs).length < 2) await delay(50);
      const workers = writersIn(runs);
      const engines = workers.flatMap(({ id }) => childrenOf(id));
      assert.ok(engines.length >= 2);
      child.kill("SIGKILL");
      await ended([...workers.map(({ id }) => id), ...engines]);
    }));
  it("leaves no worker process that has just started", () =>
    notebook(async (child) => {
      let workers: readonly number[] = [];
      while (workers.length < 2) {
        await delay(5);
        workers = childrenOf(child.pid ?? 0).filter((id) => commandOf(id).includes(" worker "));
      }
      child.kill("SIGKILL");
      await ended(workers);
    }));
});

function childrenOf(id: number): readonly number[] {
  return readFileSync(`/proc/${String(id)}/task/${String(id)}/children`, "utf8")
    .split(" ")
    .filter(Boolean)
    .map(Number);
}
function commandOf(id: number): string {
  try {
    return readFileSync(`/proc/${String(id)}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // it has ended
  }
}
/** Whether the process is running; a zombie counts as ended. */
function isThere(id: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${String(id)}/stat`, "utf8"));
  } catch {
    return false;
  }
}
