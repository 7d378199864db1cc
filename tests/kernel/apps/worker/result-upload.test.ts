/**
 * A run uploaded while it is written, over a network that loses requests and responses: all files arrive, and its work
 * is kept.
 */
import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CoordinatorClient } from "#kernel/remote/coordinator/client.js";
import { Coordinator } from "#kernel/remote/coordinator/coordinator.js";
import { RunUpload } from "#kernel/apps/worker/result-upload.js";
import { TrialReporter } from "#kernel/apps/worker/trial-reporter.js";
import { GivenWork } from "../../remote/coordinator/given-work.js";
import { BadNetwork } from "./bad-network.js";

describe("upload of a run", () => {
  let folder: string;
  let coordinator: Coordinator;
  let network: BadNetwork;
  let client: CoordinatorClient;
  let work: GivenWork;
  const lost: unknown[] = [];
  const gone = new AbortController();

  beforeEach(async () => {
    lost.length = 0;
    folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
    coordinator = await Coordinator.open({ version: "1", scratch: join(folder, "arriving") });
    network = await BadNetwork.before(coordinator.url);
    client = new CoordinatorClient({ url: network.url, token: coordinator.token, patience: 10_000 });
    work = new GivenWork("one", join(folder, "here"));
    mkdirSync(join(folder, "there", "checkpoints"), { recursive: true });
  });
  afterEach(async () => {
    await client.close();
    await network.close();
    await coordinator.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const there = (path: string): string => join(folder, "there", path);
  async function begun(puts?: (file: string) => void): Promise<{ run: RunUpload; teller: TrialReporter }> {
    coordinator.give(work);
    const { worker } = await client.ask("hello", { tunebook: "1", name: "a", threads: 1 });
    const taken = await client.ask("take", { worker });
    assert.ok("work" in taken);
    const told = { client, worker, lease: taken.work.lease, signal: gone.signal };
    const teller = new TrialReporter({ ...told, onAnswer: () => undefined, onLost: (error) => lost.push(error) });
    const put: CoordinatorClient["put"] = (lease, blob, file, signal) => {
      puts?.(file);
      return client.put(lease, blob, file, signal);
    };
    const through = { ask: client.ask.bind(client), put };
    const o = { ...told, client: through, teller, beside: join(folder, "leaving") };
    return { run: new RunUpload(0, there(""), { ...o, onLost: (error) => lost.push(error) }), teller };
  }
  const filesIn = (root: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(root, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [relative(root, file), readFileSync(file, "utf8")] as const)
        .sort(([a], [b]) => a.localeCompare(b)),
    );

  it("delivers the final state despite files that appear, disappear or are replaced", async () => {
    const { run } = await begun();
    for (let step = 1; step <= 60; step++) {
      writeFileSync(there(`checkpoints/.step-${String(step)}`), `weights ${String(step)}`.repeat(9));
      renameSync(there(`checkpoints/.step-${String(step)}`), there(`checkpoints/step-${String(step)}`));
      run.handIn();
      // Imitates how an adapter's weights and a README are written.
      mkdirSync(there(`adapter/.writing-${String(step)}`), { recursive: true });
      await Promise.resolve();
      writeFileSync(there(`adapter/.writing-${String(step)}/adapter.json`), String(step));
      writeFileSync(there(`README.md.${String(step)}`), "half");
      await delay(step % 3);
      appendFileSync(there(`README.md.${String(step)}`), ` and whole ${String(step)}`);
      renameSync(there(`README.md.${String(step)}`), there("README.md"));
      renameSync(there(`adapter/.writing-${String(step)}/adapter.json`), there("adapter/adapter.json"));
      rmSync(there(`adapter/.writing-${String(step)}`), { recursive: true });
      rmSync(there(`checkpoints/step-${String(step - 1)}`), { force: true });
    }
    await run.whole();
    assert.deepEqual(lost, []);
    assert.deepEqual(filesIn(join(folder, "here")), {
      "adapter/adapter.json": "60",
      "checkpoints/step-60": "weights 60".repeat(9),
      "README.md": "half and whole 60",
    });
    assert.deepEqual(readdirSync(join(folder, "leaving")), []);
  });

  for (const [what, change] of [
    ["grows", (file: string) => appendFileSync(file, "more")],
    ["shrinks", (file: string) => writeFileSync(file, "a")],
    ["holds something else of that length", (file: string) => writeFileSync(file, "A".repeat(2 ** 20))],
    ["is gone", (file: string) => rmSync(file)],
  ] as const)
    it(`repeats the check if a file ${what} during the upload`, async () => {
      writeFileSync(there("checkpoints/a"), "a".repeat(2 ** 20));
      let times = 0;
      const { run } = await begun((file) => {
        if (times++ === 0) change(file);
      });
      await run.whole();
      assert.equal(times, 2);
      assert.deepEqual(filesIn(join(folder, "here")), filesIn(there("")));
      assert.deepEqual(lost, []);
    });

  it("fails with a reason if a file changes on every check", async () => {
    writeFileSync(there("checkpoints/a"), "a");
    const { run } = await begun((file) => appendFileSync(file, "a"));
    const why = "its files change while they are handed in";
    await assert.rejects(run.whole(), { code: "run-folder", data: { folder: there("").replace(/\/$/, ""), why } });
  });

  it("counts each item once despite broken connections and lost responses", async () => {
    // Each kind of fault affects each kind of request.
    network.faults = ["cut before", null, "cut after", null, "busy", null, "cut in the answer", null];
    const { run, teller } = await begun();
    for (let step = 1; step <= 4; step++) {
      writeFileSync(there(`checkpoints/step-${String(step)}`), `weights ${String(step)}`);
      teller.say({ is: "step", run: 0, step, tokens: 1 });
      await run.whole();
    }
    for (const fault of ["cut before", "cut after", "cut in the answer", "busy"])
      for (const asked of ["POST tell", "POST holds", "PUT blobs"])
        assert.ok(network.met.has(`${fault}, ${asked}`), [...network.met].join("; "));
    assert.deepEqual(lost, []);
    assert.deepEqual(filesIn(join(folder, "here")), filesIn(there("")));
    assert.deepEqual(
      work.items.map((item) => (item.is === "step" ? item.step : item.is)),
      Array.from({ length: 4 }, (_, i) => i + 1),
    );
  });

  it("continues after the server closes an idle connection", async () => {
    network.idle = 30;
    const { run, teller } = await begun();
    for (let step = 1; step <= 5; step++) {
      teller.say({ is: "step", run: 0, step, tokens: 1 });
      writeFileSync(there("checkpoints/a"), String(step));
      await run.whole();
      // Waits about as long as the idle limit: the server may close the connection while the request is on its way.
      await delay(25 + 2 * step);
    }
    assert.equal(work.items.length, 5);
    assert.deepEqual(lost, []);
  });
});
