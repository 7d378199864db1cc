/**
 * One writer per run: tested with real processes, some of them killed, stopped or never reaped, and the message that
 * the second writer gets.
 */
import assert from "node:assert/strict";
import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { claimNewRun } from "#kernel/training/claim-run.js";
import { lockHolderOf, lockRun, RunLock, ASSUMED_DEAD_AFTER_MS, type RunLockHolder } from "#kernel/runs/run-lock.js";
import { isProcessAlive, currentProcess } from "#kernel/runs/writer.js";
import { planOf } from "../runs/run-folders.js";

const child = fileURLToPath(new URL("./lock-child.js", import.meta.url));

describe("lock of a run", function () {
  this.timeout(60_000);
  let root: string;
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "tunebook-lock-"));
    folder = join(root, "run");
    mkdirSync(folder);
  });
  afterEach(() => {
    for (const one of children.splice(0)) one.kill("SIGKILL");
    rmSync(root, { recursive: true, force: true });
  });
  const start = (...o: readonly string[]): ChildProcess => {
    const started = fork(child, [...o], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    children.push(started);
    return started;
  };
  /** Returns the process's first message. Fails if the process exits without one, instead of waiting for it. */
  const said = async (one: ChildProcess): Promise<unknown> => {
    const ended = once(one, "exit").then(([status]) => assert.fail(`it ended with ${String(status)} and said nothing`));
    const [message] = (await Promise.race([once(one, "message"), ended])) as unknown[];
    return message;
  };
  const kill = async (one: ChildProcess): Promise<void> => {
    const exited = once(one, "exit");
    one.kill("SIGKILL");
    await exited;
  };
  const refused = async (
    patience = 0,
  ): Promise<{ readonly data: Readonly<Record<string, unknown>>; readonly text: string }> => {
    const error: unknown = await lockRun(folder, "train", patience).then(
      () => assert.fail("it was given"),
      (e: unknown) => e,
    );
    assert.ok(error instanceof CodedError && error.code === "run-busy");
    const { message, help, notes } = textsOfCode(error.code, error.data as never);
    return {
      data: error.data as object as Readonly<Record<string, unknown>>,
      text: [message, help, ...(notes ?? [])].join("\n"),
    };
  };
  /** Writes a lock as another process would have left it. */
  const left = (o: {
    readonly machine?: string;
    readonly id?: number;
    readonly since?: string | null;
    readonly ago?: number;
  }): string => {
    const me = currentProcess();
    const at = Date.now() - 3600_000;
    const file = join(
      folder,
      `.writer-train-${at}-${o.machine ?? me.machine}-${o.id ?? me.id}-${o.since ?? 0}-0123456789ab`,
    );
    writeFileSync(file, "");
    const touched = new Date(Date.now() - (o.ago ?? 0));
    utimesSync(file, touched, touched);
    return file;
  };

  it("is shared by updates, and excludes deleting stored rows while one runs", async () => {
    const busy = (does: "update" | "forget") =>
      lockRun(folder, does, 0).then(
        () => null,
        (error: CodedError) => error.code,
      );
    const [one, two] = [await lockRun(folder, "update"), await lockRun(folder, "update")];
    one.release();
    assert.equal(await busy("forget"), "run-busy");
    two.release();
    const forgetting = await lockRun(folder, "forget");
    assert.equal(await busy("update"), "run-busy");
    forgetting.release();
    assert.equal(lockHolderOf(folder), null);
  });

  it("is granted once, also within one process, and granted again after release", async () => {
    const lock = await lockRun(folder, "train");
    const { data, text } = await refused();
    assert.deepEqual([data["where"], data["process"]], ["here", process.pid]);
    assert.match(
      text,
      /run is being trained by this same process \(another cell or session\), since \d{4}-.* UTC\nwait until it ends, or interrupt it there/,
    );
    assert.deepEqual(lockHolderOf(folder), lock.holder);
    lock.demand();
    lock.release();
    assert.equal(lockHolderOf(folder), null);
    assert.deepEqual(readdirSync(folder), []);
    (await lockRun(folder, "delete")).release();
  });

  it("names the process that holds it, and is free at once after that process is killed", async () => {
    const other = start("hold", folder);
    const holder = (await said(other)) as RunLockHolder;
    assert.deepEqual([holder.writer.id, lockHolderOf(folder)?.writer.id], [other.pid, other.pid]);
    const { data, text } = await refused();
    assert.deepEqual([data["where"], data["process"], data["since"]], ["beside", other.pid, holder.at]);
    assert.match(text, new RegExp(`by process ${other.pid}, since`));
    other.kill("SIGSTOP");
    assert.equal((await refused()).data["process"], other.pid, "who is stopped may go on");
    await kill(other);
    (await lockRun(folder, "train", 0)).release();
    assert.deepEqual(readdirSync(folder), [], "what was left is cleared away");
  });

  it("waits briefly for a holder that is about to release it", async () => {
    const lock = await lockRun(folder, "train");
    setTimeout(() => lock.release(), 200);
    (await lockRun(folder, "train", 5000)).release();
  });

  it("ignores holders with a reused process id, from before a reboot, or that are zombies", async () => {
    left({ since: "00000000-1" });
    (await lockRun(folder, "train", 0)).release();
    if (process.platform !== "linux") return; // only Linux reports when a process began, and that it has ended
    const parent = spawn("sh", ["-c", "sleep 1 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    children.push(parent);
    const id = Number(String(((await once(parent.stdout, "data")) as unknown[])[0]));
    const stat = (): string => readFileSync(`/proc/${id}/stat`, "utf8");
    while (!/\) Z /.test(stat())) await delay(10);
    const since = `${currentProcess().since!.split("-")[0]}-${stat().split(") ")[1]!.split(" ")[19]}`;
    assert.equal(isProcessAlive({ ...currentProcess(), id, since }), false);
    left({ id, since });
    (await lockRun(folder, "train", 0)).release();
  });

  it("of another machine is valid while its file is touched, and expires otherwise", async () => {
    const theirs = left({ machine: "0123456789ab", ago: ASSUMED_DEAD_AFTER_MS - 60_000 });
    const { data, text } = await refused();
    assert.equal(data["where"], "elsewhere");
    assert.match(text, /of another machine, since[^]*ten minutes after its last sign of life/);
    const silent = new Date(Date.now() - ASSUMED_DEAD_AFTER_MS - 60_000);
    utimesSync(theirs, silent, silent);
    const lock = await lockRun(folder, "train", 0);
    lock.demand();
    rmSync(lock.holder.file);
    assert.throws(() => lock.demand(), { code: "run-lost" });
    lock.release();
    const again = await lockRun(folder, "train", 0);
    renameSync(folder, join(root, "elsewhere"));
    assert.throws(() => again.demand(), { code: "run-folder" });
    again.release();
    await assert.rejects(lockRun(folder, "train", 0), { code: "run-folder" });
  });

  it("is exclusive, whichever processes compete and whichever holder is killed", async () => {
    const log = join(root, "log");
    writeFileSync(log, "");
    const [turns, kept] = [40, 4];
    const workers = Array.from({ length: kept }, () => start("turns", folder, log, String(turns)));
    const ends = workers.map((one) => once(one, "exit"));
    let killed = 0;
    for (; killed < 5; killed++) {
      const victim = start("turns", folder, log, "100000");
      while (!readFileSync(log, "utf8").includes(`in ${victim.pid}\n`)) await delay(2);
      await delay(Math.random() * 20);
      await kill(victim);
    }
    await Promise.all(ends);
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    const ids = new Set(workers.map((one) => String(one.pid)));
    let [inside, took] = [null as string | null, 0];
    for (const line of lines) {
      const [what, id = ""] = line.split(" ");
      // Only a killed process may leave without logging it.
      if (what === "in") assert.ok(inside === null || !ids.has(inside), `${id} came in while ${inside} was there`);
      else assert.equal(inside, id);
      if (what === "out" && ids.has(id)) took += 1;
      inside = what === "in" ? id : null;
    }
    assert.equal(took, turns * kept);
  });

  it("protects training runs from two dashboards that list and delete at the same time", async () => {
    const runs = join(root, "runs");
    mkdirSync(runs);
    const trainers = [1, 2, 3].map((seed) => start("train", runs, String(seed), "40"));
    const boards = [1, 2].map(() => start("board", runs, "4000"));
    const [lost, found] = await Promise.all([Promise.all(trainers.map(said)), Promise.all(boards.map(said))]);
    assert.deepEqual(lost, [{ lost: 0 }, { lost: 0 }, { lost: 0 }]);
    const deleted = (found as { readonly deleted: number }[]).reduce((sum, one) => sum + one.deleted, 0);
    const refusals = new Set((found as { readonly refusals: readonly string[] }[]).flatMap((one) => one.refusals));
    assert.ok(deleted >= 60, String(deleted));
    for (const why of refusals)
      assert.match(
        why,
        /it is training: interrupt it first|there is no such run|RUN is being (trained|deleted) by process N|it is no longer there|ENOENT/,
      );
  });

  it("lets a new run start if another process deleted its first folder", () => {
    const runs = join(root, "runs");
    const plan = planOf("epochs: 1");
    const about = {
      ...{ recipeHash: plan.recipeHash, planHash: plan.planHash, dataHash: "d", baseHash: "b", labels: [] },
    };
    const own = RunLock.try.bind(RunLock);
    const taken: string[] = [];
    try {
      RunLock.try = (at, does) => {
        RunLock.try = own;
        taken.push(at);
        assert.ok(own(at, "delete") instanceof RunLock);
        return own(at, does);
      };
      const { run, lock } = claimNewRun(runs, "new", plan, { ...about, engine: "", tunebook: "0", node: "20" });
      assert.equal(taken.length, 1);
      assert.notEqual(run.path, taken[0]);
      assert.equal(lockHolderOf(run.path)?.does, "train");
      lock.release();
    } finally {
      RunLock.try = own;
    }
  });

  it("reports an error code if a folder is not writable", async () => {
    const runs = join(root, "runs");
    const run = join(runs, "r-20260101-000000-abcdef");
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, "lock.json"), JSON.stringify({ recipeHash: "abcdef12", started: "2026-01-01" }));
    writeFileSync(
      join(run, "events.jsonl"),
      '{"at":"2026-01-01","kind":"stopped","step":1,"reason":"interrupted","seconds":1}\n',
    );
    for (const path of [root, runs, run]) chmodSync(path, 0o555);
    for (const file of readdirSync(run)) chmodSync(join(run, file), 0o444);
    try {
      const told = (await said(start("unwritable", runs))) as Record<string, unknown>;
      assert.deepEqual(
        [told["create"], told["resume"], told["log"], told["there"]],
        ["run-folder", "run-folder", "run-folder", true],
      );
      assert.match(JSON.stringify(told["removed"]), /"deleted":false.*EACCES|"deleted":false.*permission denied/);
    } finally {
      for (const path of [root, runs, run]) chmodSync(path, 0o755);
    }
  });

  it("updates the modification time of its file when touched", async () => {
    const lock = await lockRun(folder, "train", 0);
    const { file } = lock.holder;
    const old = new Date(Date.now() - ASSUMED_DEAD_AFTER_MS);
    utimesSync(file, old, old);
    lock.touch();
    assert.ok(Date.now() - statSync(file).mtimeMs < 60_000);
    lock.release();
    assert.ok(RunLock.try(folder, "train") instanceof RunLock);
  });
});
