/**
 * Trackers that are unavailable in every way: nothing to send for them, no event is lost, and none is sent twice. The run
 * is a fixture; its events are appended as in a training.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunLock } from "#kernel/runs/run-lock.js";
import { syncAndReport } from "#kernel/apps/cli/runs/runs-sync.js";
import { readTracking } from "#kernel/trackers/tracking.js";
import { TrackerSender, type TrackedRunContext } from "#kernel/trackers/trackers.js";
import { root } from "#tests/imports.js";
import { TrackerServer, type Mood } from "./server.js";

const PATIENCE = { answer: 200, pace: 1e6 };

describe("tracker client", () => {
  let folder: string;
  let run: string;
  let server: TrackerServer;
  let said: string[];
  let lock: RunLock;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-trackers-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    rmSync(join(folder, "runs"), { recursive: true, force: true });
    const kept = "straight-20261126-121953-e17bf2";
    run = join(folder, "runs", kept);
    cpSync(join(root, "tests/fixtures/runs/0.1.0/runs", kept), run, { recursive: true });
    writeFileSync(join(run, "events.jsonl"), "");
    rmSync(join(run, "scores.jsonl"), { force: true });
    // The run counts as running while its lock is taken.
    const got = RunLock.try(run, "train");
    assert.ok(got instanceof RunLock);
    lock = got;
    server = await TrackerServer.start();
    said = [];
  });
  afterEach(async () => {
    lock.release();
    await server.stop();
  });

  const told = (more: Readonly<Record<string, string>> = {}): TrackedRunContext => ({
    experiment: {
      name: "router-v2",
      notes: "why",
      trackers: [{ word: "mlflow", kind: "tracker", arguments: { url: server.url, artifacts: "none", ...more } }],
    },
    ...{ home: folder, source: "book.ipynb", say: (text) => void said.push(text) },
  });
  const at = (n: number): string => new Date(1_700_000_000_000 + 1000 * n).toISOString();
  const step = (n: number, later = 0): void =>
    RunFolder.open(run).append({
      ...{
        at: at(n + later),
        run: "x",
        kind: "step",
        step: n,
        epoch: 1,
        tokens: 10,
        loss: 1 / n,
        rate: 0.1,
        norm: 1,
        seconds: 1,
      },
    });
  const steps = (numbers: readonly number[], trackers: TrackerSender): void => {
    for (const n of numbers) {
      step(n);
      trackers.happened(run);
    }
  };
  const stopped = (n: number): void =>
    RunFolder.open(run).append({ at: at(n), run: "x", kind: "stopped", step: n, reason: "done", seconds: n });
  const losses = (): readonly (readonly [number, number])[] =>
    [...server.runs.values()].flatMap(({ metrics }) =>
      metrics.flatMap((one) => (one.key === "train/loss" ? [[one.step, one.value] as const] : [])),
    );
  const wanted = [1, 2, 3, 4, 5, 6].map((n) => [n, 1 / n]);

  for (const mood of [
    "broken",
    "busy",
    "hanging",
    "closing",
    "html",
    "elsewhere",
    "slow",
    "lost",
  ] as const satisfies Mood[])
    it(`sends to a tracker that is ${mood} later, exactly once`, async function () {
      this.timeout(20_000);
      const trackers = new TrackerSender({ patience: PATIENCE, every: 20, wait: 20 });
      server.mood = mood;
      trackers.began(run, told());
      steps([1, 2, 3], trackers);
      // Training goes on before the server has answered.
      while (server.asked.length === 0) await new Promise((done) => setTimeout(done, 10));
      steps([4, 5, 6], trackers);
      stopped(7);
      trackers.happened(run, { soon: true });
      await trackers.close(1500);
      assert.equal(said.filter((text) => text.includes("is unreachable")).length, 1, said.join("\n"));
      if (mood === "elsewhere") assert.match(said.join("\n"), /\(127\.0\.0\.1:9\)/);
      assert.equal(readTracking(run)?.trackers[0]?.done, false);

      server.mood = "well";
      const next = new TrackerSender({ patience: PATIENCE, every: 20, wait: 20 });
      assert.equal(await next.takeUp(join(folder, "runs"), told().experiment, () => undefined), 1);
      await next.close();
      assert.deepEqual(losses(), wanted);
      assert.equal(server.runs.size, 1);
      assert.equal([...server.runs.values()][0]?.status, "FINISHED");
      assert.equal(readTracking(run)?.trackers[0]?.done, true);
      assert.equal(await next.takeUp(join(folder, "runs"), told().experiment, () => undefined), 0);
    });

  it("sends at once when the tracker is available again, and reports it", async () => {
    const trackers = new TrackerSender({ patience: PATIENCE, every: 10, wait: 10 });
    server.mood = "broken";
    trackers.began(run, told());
    for (const n of [1, 2, 3, 4, 5, 6]) step(n);
    stopped(7);
    trackers.happened(run);
    while (said.length === 0) await new Promise((done) => setTimeout(done, 10));
    server.mood = "well";
    while (readTracking(run)?.trackers[0]?.done !== true) await new Promise((done) => setTimeout(done, 10));
    await trackers.close();
    assert.deepEqual(losses(), wanted);
    assert.match(said.join("\n"), /is reachable again; missed events were sent/);
  });

  it("sends no step of a resumed run twice", async () => {
    for (const n of [1, 2, 3, 4]) step(n);
    const first = new TrackerSender({ every: 10 });
    first.began(run, told());
    await first.close();
    RunFolder.open(run).append({
      ...{ at: at(20), run: "x", kind: "started", recipe: "r", plan: "p", engine: "e", steps: 6, resumedFrom: 2 },
    });
    // The steps are repeated at a later time.
    for (const n of [3, 4, 5, 6]) step(n, 20);
    stopped(7);
    const second = new TrackerSender({ every: 10 });
    second.began(run, told());
    await second.close();
    assert.deepEqual(losses(), wanted);
    assert.equal(server.runs.size, 1);
  });

  it("sends with `runs sync` only to an address that was named", async () => {
    process.env["TUNEBOOK_TEST_TOKEN"] = "planted-secret-7";
    for (const n of [1, 2, 3, 4, 5, 6]) step(n);
    stopped(7);
    server.mood = "broken";
    const trackers = new TrackerSender({ patience: PATIENCE });
    const token = { word: "secret", kind: "secret", arguments: { env: "TUNEBOOK_TEST_TOKEN" } };
    const { experiment, ...rest } = told();
    const [call] = experiment.trackers;
    const secret = { ...call!, arguments: { ...call!.arguments, token } };
    trackers.began(run, { ...rest, experiment: { ...experiment, trackers: [secret] } });
    await trackers.close();
    server.mood = "well";
    server.asked.length = 0;
    server.authorization.clear();
    const alone = await syncAndReport(folder, { to: [], list: false });
    assert.equal(alone.waits, true);
    assert.match(alone.text, /tunebook runs sync --to/);
    assert.deepEqual(server.asked, []);
    const list = await syncAndReport(folder, { to: [], list: true });
    assert.match(list.text, /sent with --to http:.*, with the token of TUNEBOOK_TEST_TOKEN/);
    const named = await syncAndReport(folder, { to: [server.url], list: false });
    assert.deepEqual(named, { text: `mlflow at ${server.url}: 1 run sent\n`, waits: false });
    assert.deepEqual([...server.authorization], ["Bearer planted-secret-7"]);
    assert.deepEqual(losses(), wanted);
    assert.match((await syncAndReport(folder, { to: [], list: false })).text, /nothing to send/);
    for (const file of readdirSync(run, { recursive: true, withFileTypes: true }))
      if (file.isFile()) assert.ok(!readFileSync(join(file.parentPath, file.name)).includes("planted-secret-7"));
    assert.ok(!said.join("").includes("planted-secret-7"));
  });

  it("stops retrying a tracker that rejects the run, and reports why", async () => {
    const trackers = new TrackerSender({ every: 5, wait: 5 });
    trackers.began(run, told());
    step(1);
    while (server.runs.size === 0) await new Promise((done) => setTimeout(done, 5));
    server.runs.clear();
    for (const n of [2, 3]) step(n);
    stopped(4);
    trackers.happened(run, { soon: true });
    await trackers.close();
    const refused = readTracking(run)?.trackers[0]?.refused;
    assert.match(refused ?? "", /there is none/);
    assert.equal(said.filter((text) => text.includes("does not accept a run")).length, 1);
  });
});
