/**
 * The table of runs over folders in every state: complete, growing, half-written, killed, foreign; and which of them
 * may be deleted.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { RunEvent } from "#kernel/events/events.js";
import { RunListDashboard } from "#kernel/training-runs/run-requests.js";
import { readRunDetails } from "#kernel/runs/history/run-details.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { defaultRunView } from "#kernel/runs/history/run-listing.js";
import type { RunSummary } from "#kernel/runs/history/newest-scores.js";
import { isProcessAlive, currentProcess } from "#kernel/runs/writer.js";
import type { RunWriter } from "#kernel/events/writer.js";
import { compiled, definitions } from "../../../dsl/world.js";

const planOf = (text: string): Plan => {
  const action = compiled(`${definitions}${text}`).actions?.find((one) => one.verb === "train");
  assert.ok(action);
  return action.plan;
};
const plan = planOf("train m on d { epochs: 1 }");

type Event = { [K in RunEvent["kind"]]: Omit<Extract<RunEvent, { kind: K }>, "at" | "run"> }[RunEvent["kind"]];
const step = (n: number, loss: number): Event => ({
  kind: "step",
  step: n,
  epoch: 1,
  tokens: 100,
  loss,
  rate: 1e-3,
  norm: 1,
  seconds: 0.5,
});
const started = (process: RunWriter, more: { resumedFrom?: number } = {}): Event => ({
  kind: "started",
  recipe: "r",
  plan: "p",
  engine: "TensorFlow",
  steps: 10,
  process,
  ...more,
});
const stopped = (n: number, reason: "done" | "early" | "interrupted" | "failed"): Event => ({
  kind: "stopped",
  step: n,
  reason,
  seconds: 12,
});

describe("run list of a folder", () => {
  let root: string;
  let list: RunList;
  beforeEach(() => {
    root = join(mkdtempSync(join(tmpdir(), "tunebook-runs-")), "runs");
    list = new RunList(root);
  });
  afterEach(() => rmSync(join(root, ".."), { recursive: true, force: true }));

  function run(name: string, ...events: readonly Event[]): RunFolder {
    const lock = {
      recipeHash: plan.recipeHash,
      planHash: plan.planHash,
      dataHash: "d",
      baseHash: "b",
      labels: [],
      engine: "TensorFlow",
      tunebook: "0.1.0",
      node: "v20",
    };
    const folder = RunFolder.create(root, name, plan, lock);
    add(folder, ...events);
    return folder;
  }
  function add(folder: RunFolder, ...events: readonly Event[]): void {
    for (const event of events) folder.append({ at: new Date().toISOString(), run: folder.id, ...event } as RunEvent);
  }
  const all = { ...defaultRunView, since: 0 };
  async function look(): Promise<readonly RunSummary[]> {
    await list.look();
    const { order, runs } = list.list(all);
    return order.map((id) => runs.find((one) => one.id === id)!);
  }
  const validated = (run: RunSummary | undefined) =>
    (run?.scores ?? []).map(({ metric, value, step: at }) => [metric, value, at]);
  const me = currentProcess();
  /** A process that has ended. */
  const gone: RunWriter = { ...me, since: "another-1" };

  it("is empty without a folder and explains why one cannot be read", async () => {
    assert.deepEqual(await look(), []);
    mkdirSync(join(root, ".."), { recursive: true });
    writeFileSync(root, "no folder");
    await look();
    assert.match(list.list(all).problem ?? "", /ENOTDIR/);
  });
  it("describes each run, newest first", async () => {
    run(
      "first",
      started(me),
      step(1, 2),
      step(2, 1.5),
      { kind: "evaluated", step: 2, split: "validation", metrics: { loss: 1, accuracy: 0.8 } },
      stopped(2, "done"),
    );
    await new Promise((next) => setTimeout(next, 5));
    run("second", started(me), step(1, 3));
    const [second, first] = await look();
    assert.deepEqual(
      [second?.name, second?.state, second?.step, second?.steps, second?.secondsLeft],
      ["second", "running", 1, 10, 5],
    );
    assert.deepEqual([first?.state, first?.loss, first?.seconds, first?.curve], ["done", 1.5, 12, [2, 1.5]]);
    assert.deepEqual(validated(first), [
      ["validation accuracy", 0.8, 2],
      ["validation loss", 1, 2],
    ]);
    assert.deepEqual(
      [first?.model, first?.data, first?.base, first?.technique],
      ["m", "d", "minilm", first?.technique],
    );
    assert.match(first?.technique ?? "", /^full/);
  });
  it("reads only appended lines and returns only changed runs", async () => {
    const [a, b] = [run("a", started(me), step(1, 3)), run("b", started(me), step(1, 4), stopped(1, "done"))];
    await look();
    const { revision } = list.list(all);
    await list.look();
    assert.equal(list.list(all).revision, revision, "nothing changed");
    const [half, rest] = [
      JSON.stringify({ ...step(2, 2.5), at: "t", run: "ü" }).slice(0, 40),
      JSON.stringify({ ...step(2, 2.5), at: "t", run: "ü" }).slice(40),
    ];
    appendFileSync(a.eventsFile, half);
    await list.look();
    assert.equal(list.get(a.id)?.step, 1, "a torn line waits");
    appendFileSync(a.eventsFile, `${rest}\n`);
    await list.look();
    const { runs, order } = list.list({ ...all, since: revision });
    assert.deepEqual([runs.map((one) => one.id), runs[0]?.loss], [[a.id], 2.5]);
    assert.deepEqual(new Set(order), new Set([a.id, b.id]));
  });
  it("takes the score of the best checkpoint and counts resumed steps once", async () => {
    const score = (n: number, accuracy: number): Event => ({
      kind: "evaluated",
      step: n,
      split: "validation",
      metrics: { loss: 1 / accuracy, accuracy },
    });
    const folder = run(
      "r",
      started(me),
      step(1, 5),
      step(2, 4),
      score(2, 0.9),
      { kind: "checkpoint", step: 2, folder: "f", best: true },
      step(3, 3),
      score(3, 0.7),
      stopped(3, "interrupted"),
    );
    assert.deepEqual(validated((await look())[0])[0], ["validation accuracy", 0.9, 2]);
    add(folder, started(me, { resumedFrom: 2 }), step(3, 2.9));
    const [again] = await look();
    assert.deepEqual([again?.state, again?.curve], ["running", [5, 4, 2.9]]);
    assert.equal(again?.scores[0]?.step, 2);
  });
  it("keeps the curve short for a long run", async () => {
    run("long", started(me), ...Array.from({ length: 5000 }, (_, i) => step(i + 1, 5000 - i)));
    const { curve = [] } = (await look())[0] ?? {};
    assert.ok(curve.length >= 20 && curve.length <= 50, String(curve.length));
    assert.ok(curve.every((loss, i) => i === 0 || loss < curve[i - 1]!));
  });
  it("distinguishes killed runs from running ones", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const since = `${me.since?.split("-")[0] ?? ""}-0`;
    const theirs: RunWriter = { id: child.pid!, machine: me.machine, since: null };
    run("theirs", started(theirs), step(1, 1));
    run("reused", started({ ...theirs, since }), step(1, 1));
    run("before", started(gone), step(1, 1));
    const states = async (): Promise<Record<string, string>> =>
      Object.fromEntries((await look()).map((one) => [one.name, one.state]));
    assert.deepEqual(await states(), { theirs: "running", reused: "killed", before: "killed" });
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    assert.equal((await states())["theirs"], "killed");
    assert.deepEqual([isProcessAlive(me), isProcessAlive({ ...me, machine: "elsewhere" })], [true, undefined]);
  });
  it("recognizes a resumed run after a torn line, also if an older version appended to it", async () => {
    const folder = run("resumed", started(gone), step(1, 1));
    assert.equal((await look())[0]?.state, "killed");
    const torn = '{"at":"2026-01-01T00:00:00.000Z","run":"r","kind":"st';
    appendFileSync(folder.eventsFile, torn);
    await list.look();
    add(folder, started(me, { resumedFrom: 1 }));
    const older = run("older", started(gone), step(1, 1));
    appendFileSync(
      older.eventsFile,
      `${torn}${JSON.stringify({ at: "2026-01-01", run: older.id, ...started(me, { resumedFrom: 1 }) })}\n`,
    );
    assert.deepEqual(
      (await look()).map((one) => one.state),
      ["running", "running"],
    );
    for (const { id } of [folder, older]) assert.equal((await new RunListDashboard(root).remove(id)).deleted, false);
    assert.equal(
      (await readRunDetails(list, older.id, null))?.curves?.data.length,
      (await readRunDetails(list, folder.id, null))?.curves?.data.length,
    );
  });
  it("treats a silent run of another machine as ended", async () => {
    const folder = run("far", started({ ...me, machine: "elsewhere" }), step(1, 1));
    assert.equal((await look())[0]?.state, "running");
    const old = new Date(Date.now() - 3600_000);
    utimesSync(folder.eventsFile, old, old);
    assert.equal((await look())[0]?.state, "killed");
  });
  it("marks half-written and damaged folders and skips other files", async () => {
    const damaged = run("damaged", started(gone), step(1, 1));
    writeFileSync(join(damaged.path, "plan.json"), '{"recipe": {"mod');
    const empty = run("empty");
    rmSync(join(empty.path, "lock.json"));
    rmSync(join(empty.path, "plan.json"));
    const old = new Date(Date.now() - 3600_000);
    utimesSync(empty.path, old, old);
    const odd = run("odd", stopped(3, "done"));
    writeFileSync(
      odd.eventsFile,
      `null\n[]\n{"kind":"step","step":"x"}\n{"kind":"started","steps":[]}\n{"kind":"evaluated","step":1,"metrics":7}\n\u0000\ufffd\n{"kind":"stopped","reason":"?"}`,
    );
    writeFileSync(join(odd.path, "lock.json"), '"text"');
    mkdirSync(join(root, "sweeps"));
    mkdirSync(join(root, ".hidden"));
    symlinkSync(damaged.path, join(root, "link"));
    const found = Object.fromEntries((await look()).map((one) => [one.id, one]));
    assert.deepEqual(Object.keys(found).sort(), [damaged.id, empty.id, odd.id].sort());
    assert.deepEqual(
      [found[damaged.id]?.state, found[damaged.id]?.problem],
      ["broken", "plan.json cannot be read: it is not JSON"],
    );
    assert.deepEqual(
      [found[empty.id]?.state, found[empty.id]?.problem],
      ["broken", "plan.json is missing, lock.json is missing"],
    );
    assert.ok(found[odd.id]);
    writeFileSync(join(damaged.path, "plan.json"), JSON.stringify(plan));
    assert.equal(
      (await look()).find((one) => one.id === damaged.id)?.state,
      "killed",
      "it is read again while it can't be",
    );
    truncateSync(damaged.eventsFile, 0);
    assert.equal((await look()).find((one) => one.id === damaged.id)?.step, 0, "a log that was cut is read anew");
  });
  it("filters runs by words and limits their number", async () => {
    for (const name of ["mood", "mood_big", "router"]) run(name, started(me), stopped(0, "done"));
    await look();
    const names = (filter: string): readonly string[] =>
      list
        .list({ ...all, filter })
        .runs.map((one) => one.name)
        .sort();
    assert.deepEqual(names("MOOD"), ["mood", "mood_big"]);
    assert.deepEqual(names("minilm big"), ["mood_big"]);
    const { order, total, all: there } = list.list({ ...all, limit: 1 });
    assert.deepEqual([order.length, total, there], [1, 3, 3]);
  });
  it("waits for a change and responds at once", async () => {
    const folder = run("live", started(me), step(1, 1));
    const board = new RunListDashboard(root);
    const first = await board.changes({ ...all, wait: 0 });
    // The request waits longer than the test's timeout, so only the change can end it.
    const waiting = board.changes({ ...all, since: first.revision, wait: 600_000 });
    setTimeout(() => add(folder, step(2, 0.5)), 100);
    const { runs } = await waiting;
    assert.equal(runs[0]?.step, 2);
    assert.equal(
      (await board.changes({ ...all, since: (await board.changes({ ...all, wait: 0 })).revision, wait: 50 })).runs
        .length,
      0,
    );
  });

  describe("run details", () => {
    it("contain curves, scores, checkpoints, the program and differences from another run", async () => {
      const score = (n: number, accuracy: number): Event => ({
        kind: "evaluated",
        step: n,
        split: "validation",
        metrics: { loss: 1 / accuracy, accuracy },
      });
      const here = run("here", started(gone), step(1, Number.NaN), step(2, 4), score(2, 0.9), {
        kind: "checkpoint",
        step: 2,
        folder: "f",
        best: true,
      });
      writeFileSync(join(here.checkpoints, "step-000002.safetensors"), "torn");
      const there = run("there", started(me), stopped(1, "done"));
      const other = planOf("train m on d { epochs: 2, optimizer: adamw(learning_rate: 3e-4) }");
      writeFileSync(join(there.path, "plan.json"), JSON.stringify(other));
      const board = new RunListDashboard(root);
      const details = (await board.details(here.id, there.id))!;
      assert.deepEqual(details.scores, {
        columns: ["step", "validation loss", "validation accuracy", ""],
        rows: [["2", "1.1111", "0.9", "best"]],
      });
      assert.deepEqual(
        details.checkpoints.map(({ file, notes }) => [file, notes]),
        [["step-000002.safetensors", ["best", "last", "cannot be read"]]],
      );
      assert.ok((details.curves?.data.length ?? 0) >= 2);
      assert.match(details.tune ?? "", /train m on d as here \{ epochs: 1 \}|train m on d \{ epochs: 1 \}/);
      assert.equal(details.resume, null, "its checkpoint is torn");
      assert.match(details.again ?? "", / as here_again /);
      assert.deepEqual(
        details.against?.differences.map((one) => [one.setting, one.here, one.there]),
        [
          ["epochs", "1", "2"],
          ["optimizer.learning_rate", String(plan.recipe.training.optimizer.arguments["learning_rate"]), "0.0003"],
        ],
      );
      assert.deepEqual((await board.details(here.id, here.id))?.against?.differences, []);
      assert.equal(await board.details("../here", null), null);
    });
    it("survive a folder without a readable file", async () => {
      const folder = run("odd");
      for (const name of ["plan.json", "lock.json", "events.jsonl"]) writeFileSync(join(folder.path, name), '{"');
      const details = await new RunListDashboard(root).details(folder.id, folder.id);
      assert.deepEqual([details?.tune, details?.curves, details?.against], [null, null, null]);
    });
  });

  describe("run deletion", () => {
    it("removes only the folder of the run", async () => {
      const [a, b] = [run("a", started(me), stopped(1, "done")), run("b", started(gone))];
      const board = new RunListDashboard(root);
      assert.deepEqual(await board.remove(a.id), { deleted: true });
      assert.deepEqual([existsSync(a.path), existsSync(b.path)], [false, true]);
      assert.deepEqual((await board.changes({ ...all, wait: 0 })).order, [b.id]);
      assert.deepEqual(await board.remove(b.id), { deleted: true });
    });
    it("rejects a running training, other folders, links and paths", async () => {
      const live = run("live", started(me), step(1, 1));
      const outside = join(root, "..", "precious");
      mkdirSync(outside);
      writeFileSync(join(outside, "plan.json"), "{}");
      symlinkSync(outside, join(root, "link"));
      mkdirSync(join(root, "notes"));
      const board = new RunListDashboard(root);
      for (const id of [live.id, "link", "notes", "../precious", "..", ".", "", `${live.id}/checkpoints`, outside]) {
        const { deleted, why } = await board.remove(id);
        assert.equal(deleted, false, id);
        assert.match(why ?? "", /was not deleted/);
      }
      assert.ok([live.path, outside, join(root, "link"), join(root, "notes")].every((path) => existsSync(path)));
    });
  });
});
