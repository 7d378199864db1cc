/**
 * Signals while a file or a notebook trains: sent to one process or to all of them, once or twice. A checkpoint must
 * contain every completed step. Also tests how signals affect interruptible work.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCheckpoints } from "#kernel/runs/checkpoints.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { until } from "../../../until.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";

const MAIN = fileURLToPath(new URL("../../../../kernel/apps/cli/main.js", import.meta.url));
const INTERRUPTED = new URL("../../../../kernel/apps/cli/interrupted.js", import.meta.url).href;
const long = "epochs: 3000, batch_size: 8, checkpoint: every(epochs: 2999), keep: last";
const train = `${definitions}recipe r { ${long} }
train m on d with r
`;
const update = `${definitions}data e like d { split: random(train: 50%, validation: 50%) }
train m on d { steps: 1, keep: last }
update m on e as later { ${long}, strategy: naive }
`;

describe("signal during a run", function () {
  this.timeout(180_000);
  if (process.platform !== "linux") return;
  const root = mkdtempSync(join(tmpdir(), "tunebook-interrupts-"));
  const children: ChildProcess[] = [];
  before(() => {
    writeSmallTraining(root);
    writeFileSync(join(root, "train.tune"), train);
    writeFileSync(join(root, "update.tune"), update);
  });
  after(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(root, { recursive: true, force: true });
  });

  /**
   * Runs a file until `run` takes steps, then sends the signals to it or, if `all`, also to the processes it started.
   */
  async function interrupted(file: string, run: string, signals: readonly NodeJS.Signals[], all: boolean) {
    const runs = join(root, `runs-${file}-${signals.join("-")}`);
    const child = spawn(process.execPath, [MAIN, "run", file, "--runs", runs], { cwd: root });
    children.push(child);
    let words = "";
    child.stderr.on("data", (part: Buffer) => (words += part.toString()));
    child.stdout.resume();
    const exits = once(child, "exit");
    const folder = (): RunFolder => {
      const id = readdirSync(runs).find((one) => one.startsWith(run));
      return RunFolder.open(join(runs, id ?? "none"));
    };
    await until(
      () => {
        try {
          return folder()
            .events()
            .some((event) => event.kind === "step" && event.step > 3);
        } catch {
          return false;
        }
      },
      () => `a step of ${run}: ${words}`,
      120,
    );
    const pids = all ? [...started(child.pid!), child.pid!] : [child.pid!];
    for (const signal of signals) for (const pid of pids) process.kill(pid, signal);
    const [status] = (await exits) as [number | null];
    return { status, words, run: folder() };
  }

  function everythingKept(run: RunFolder): void {
    const events = run.events();
    const steps = events.flatMap((event) => (event.kind === "step" ? [event.step] : []));
    const kept = readCheckpoints(run).flatMap((one) => ("position" in one ? [one.position.step] : []));
    assert.equal(kept.at(-1), steps.at(-1));
    assert.ok(events.some((event) => event.kind === "stopped" && event.reason === "interrupted"));
  }

  it("leaves a checkpoint of the last step if sent twice to all processes of a training", async () => {
    const { status, words, run } = await interrupted("train.tune", "m-", ["SIGTERM", "SIGTERM"], true);
    assert.equal(status, 130, words);
    assert.match(words, /error\[interrupted\]: training m was interrupted; it continues from step \d+ or the next/);
    everythingKept(run);
  });
  it("leaves a checkpoint of the last step if sent to all processes of an update", async () => {
    const { status, words, run } = await interrupted("update.tune", "later_1-", ["SIGINT"], true);
    assert.equal(status, 130, words);
    everythingKept(run);
  });

  /** Work of two seconds that prints how it ended. */
  const work = (terminal: boolean): string => `
const { runUntilInterrupted } = await import(${JSON.stringify(INTERRUPTED)});
console.log("begun");
const { interrupted } = await runUntilInterrupted((signal) => {
  signal.addEventListener("abort", () => console.log("aborted"));
  return new Promise((done) => setTimeout(done, 2000));
}, { terminal: ${String(terminal)} });
console.log(interrupted ? "interrupted" : "whole");`;
  async function said(terminal: boolean, ...signals: (NodeJS.Signals | number)[]) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", work(terminal)]);
    children.push(child);
    let words = "";
    child.stdout.on("data", (part: Buffer) => (words += part.toString()));
    const closed = once(child, "close");
    await until(() => words.includes("begun"), "the beginning");
    await new Promise((done) => setTimeout(done, 100));
    for (const signal of signals)
      if (typeof signal === "number") await new Promise((done) => setTimeout(done, signal));
      else child.kill(signal);
    const [status, by] = (await closed) as [number | null, NodeJS.Signals | null];
    return { words: words.trim().split("\n").slice(1).join(" "), ended: by ?? status };
  }
  it("interrupts once if repeated at once, and ends the process if repeated later", async () => {
    assert.deepEqual(await said(false, "SIGTERM", 50, "SIGTERM"), { words: "aborted interrupted", ended: 0 });
    assert.deepEqual(await said(false, "SIGINT", 1100, "SIGINT"), { words: "aborted", ended: "SIGINT" });
  });
  it("interrupts on SIGHUP with a terminal, and is ignored without one", async () => {
    assert.deepEqual(await said(true, "SIGHUP", 1100, "SIGHUP"), { words: "aborted interrupted", ended: 0 });
    assert.deepEqual(await said(false, "SIGHUP"), { words: "whole", ended: 0 });
  });
});

/** Returns the descendants of a process. */
function started(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8").trim();
  return children === "" ? [] : children.split(" ").flatMap((one) => [...started(Number(one)), Number(one)]);
}
