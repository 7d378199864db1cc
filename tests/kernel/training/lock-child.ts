/**
 * A child process for the tests of run-lock.ts: `hold FOLDER`, `turns FOLDER LOG N`, `train ROOT SEED N`, `board ROOT
 * MILLISECONDS`, `unwritable ROOT`.
 */
import "#tests/register-codes.js";
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { RunEvent } from "#kernel/events/events.js";
import { lockRun, RunLock } from "#kernel/runs/run-lock.js";
import { currentProcess } from "#kernel/runs/writer.js";

// Modules that only some commands need are loaded by those commands. Many of these processes run at a time, and most
// take nothing but the lock.
const claims = () => import("#kernel/training/claim-run.js");
const boards = () => import("#kernel/training-runs/run-requests.js");

const [mode, folder = "", ...more] = process.argv.slice(2);
const say = (what: unknown): void => void process.send?.(what);
const recipe = { data: { folder: "." }, model: { folder: "." } };
const plan = { version: 1, recipe, recipeHash: "abcdef12", planHash: "p" } as unknown as Plan;
const about = {
  recipeHash: "abcdef12",
  planHash: "p",
  dataHash: null,
  baseHash: null,
  labels: [],
  engine: "",
  tunebook: "",
  node: "",
};

const modes: Readonly<Record<string, () => Promise<unknown>>> = {
  async hold() {
    const lock = await lockRun(folder, "train", 0);
    say(lock.holder);
    await delay(60_000);
  },
  /** Takes the lock `turns` times and logs when it enters and leaves. */
  async turns() {
    const [log = "", turns] = more;
    for (let [turn, missed] = [0, 0]; turn < Number(turns);) {
      const lock = RunLock.try(folder, "train");
      if (!(lock instanceof RunLock)) {
        // If many processes compete, all may withdraw at once, so each failed attempt waits longer.
        missed += 1;
        await delay(Math.random() * Math.min(3 * missed, 30));
        continue;
      }
      missed = 0;
      turn += 1;
      appendFileSync(log, `in ${process.pid}\n`);
      await delay(Math.random() * 2);
      appendFileSync(log, `out ${process.pid}\n`);
      lock.release();
    }
  },
  /** Writes runs as a training does, and checks that nobody deletes them meanwhile. */
  async train() {
    const [seed = "", runs] = more;
    const { claimNewRun: claimNew } = await claims();
    let lost = 0;
    for (let i = 0; i < Number(runs); i++) {
      const { run, lock } = claimNew(folder, `r${seed}`, plan, about);
      const emit = (event: object): void =>
        run.append({ at: new Date().toISOString(), run: run.id, ...event } as RunEvent);
      try {
        await delay(Math.random() * 5);
        emit({
          kind: "started",
          recipe: "r",
          plan: "p",
          engine: "",
          steps: 3,
          process: { ...currentProcess(), locks: true },
        });
        for (let step = 1; step <= 3; step++) {
          await delay(Math.random() * 5);
          lock.demand();
          emit({ kind: "step", step, epoch: 1, tokens: 1, loss: 1, rate: 1, norm: 1, seconds: 1 });
        }
        emit({ kind: "stopped", step: 3, reason: "done", seconds: 1 });
        if (run.events().length !== 5) lost += 1;
      } catch {
        lost += 1;
      }
      lock.release();
    }
    say({ lost });
  },
  /** Lists the runs and deletes those that it may, as a front end does. */
  async board() {
    const [{ RunListDashboard: RunBoard }, { defaultRunView: usualView }] = await Promise.all([
      boards(),
      import("#kernel/runs/history/run-listing.js"),
    ]);
    const board = new RunBoard(folder);
    const end = Date.now() + Number(more[0]);
    const [all, refusals] = [{ ...usualView, limit: 1000, since: 0 }, new Set<string>()];
    let deleted = 0;
    while (Date.now() < end) {
      const { order } = await board.changes({ ...all, wait: 0 });
      for (const id of order) {
        await board.details(id, null);
        const done = await board.remove(id);
        if (done.deleted) deleted += 1;
        else refusals.add(done.why!.replace(/r\d+-[-\w]+/g, "RUN").replace(/\d+/g, "N"));
      }
      await delay(1);
    }
    say({ deleted, refusals: [...refusals] });
  },
  /** Reads a folder that it may not write. Root may write everything, so the process changes to another user. */
  async unwritable() {
    const [{ RunListDashboard: RunBoard }, { claimNewRun: claimNew }] = await Promise.all([boards(), claims()]);
    const { RunFolder } = await import("#kernel/runs/run-folder.js");
    if (process.getuid?.() === 0) process.seteuid?.(65_534);
    const codeOf = async (work: () => unknown): Promise<string> => {
      try {
        await work();
        return "none";
      } catch (error) {
        return error instanceof CodedError ? error.code : String(error);
      }
    };
    const [id = ""] = readdirSync(folder);
    const run = RunFolder.open(join(folder, id));
    say({
      create: await codeOf(() => claimNew(folder, "new", plan, about)),
      resume: await codeOf(() => lockRun(run.path, "train", 0)),
      log: await codeOf(() => run.appendLine(run.eventsFile, {})),
      removed: await new RunBoard(folder).remove(id),
      there: existsSync(run.path) && readFileSync(join(run.path, "lock.json"), "utf8").length > 0,
    });
  },
};
await modes[mode ?? ""]!();
process.disconnect?.();
