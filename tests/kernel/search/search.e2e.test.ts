/**
 * A sweep whose search is a job of a cluster: the notebook is killed, interrupted, closed; the sweep goes on, is found again and
 * comes back as if it had run here. The cluster is one of processes of this machine, which speaks as Ray's dashboard does.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { RunFolder } from "#kernel/artifacts/run-folder.js";
import { stopText } from "#kernel/cli/running-table.js";
import type { SweepHandle } from "#kernel/core/sweep/trial.js";
import { cachePath } from "#kernel/fetch/cache.js";
import { readPlace } from "#kernel/session/sweeps/there/place.js";
import { hasWeights } from "#kernel/session/sweeps/kept-weights.js";
import { LocalCluster } from "../cluster/ray/local-cluster.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";

const program = fileURLToPath(new URL("../../../kernel/cli/main.js", import.meta.url));
const recipe = `engine { threads: 1 }
recipe quick { epochs: 4, batch_size: 8, checkpoint: every(steps: 4), seed: 3 }
recipe long { epochs: 40, batch_size: 8, checkpoint: every(steps: 20), seed: 3 }
`;

describe("a sweep whose search is a job of a cluster", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  let cluster: LocalCluster;
  before(async () => {
    book = new NotebookOfOne();
    cluster = await LocalCluster.open();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}${recipe}`);
  });
  after(async () => {
    await book.close();
    await cluster.close();
  });
  const sweep = (name: string, runner: string, by = "quick"): string => `sweep m on d with ${by} as ${name} {
  vary: { optimizer.learning_rate: log(1e-4..1e-2) }
  search: random, minimize: loss, trials: 4${runner}
}`;
  const there = (more = ""): string => `, runner: ray("${cluster.address}", cpus: 1, workers: 2${more})`;
  const handle = (name: string): SweepHandle => book.values.get(name) as SweepHandle;
  const facts = (name: string) =>
    handle(name).trials.map(({ number, state, values, score, reports, recipe: hash, tokens }) => ({
      ...{ number, state, values, score, reports, hash, tokens },
    }));
  const folderOf = (name: string): string => {
    const sweeps = join(book.runs, "sweeps");
    const own = readdirSync(sweeps).find((one) => one.startsWith(`${name}-`) && !one.endsWith(".jsonl"));
    return join(sweeps, own ?? "");
  };
  const refusal = async (text: string, signal?: AbortSignal): Promise<CodedError> => {
    const error: unknown = await book.run(text, { ...(signal && { signal }) }).then(
      () => new Error("it went well"),
      (e: unknown) => e,
    );
    assert.ok(error instanceof CodedError, String(error));
    return error;
  };
  /** Homes of searches that are left on the node. */
  const homes = (): readonly string[] => {
    const keys = cluster.named("search").map(({ asked }) => asked.metadata["key"] ?? "");
    return keys.filter((key) => existsSync(cachePath("searches", key)));
  };

  it("goes on when its notebook is killed, and comes back as if it had run here", async () => {
    await book.run(sweep("here", ""));
    const file = join(book.folder, "closed.tune");
    writeFileSync(file, `${definitions}${recipe}${sweep("found", there())}`);
    const notebook = spawn(process.execPath, [program, "run", file], { stdio: "ignore" });
    const gone = new Promise((done) => notebook.once("close", done));
    const begun = (): boolean => cluster.named("worker").length > 0;
    while (!begun() && notebook.exitCode === null) await delay(50);
    notebook.kill("SIGKILL");
    await gone;
    assert.ok(begun());
    assert.equal(cluster.running.length > 0, true, "the cluster heard nothing of it");
    const shown = JSON.stringify(await book.run(sweep("found", there())));
    assert.match(shown, /nothing was started, this (?:shows|brings)/);
    assert.equal(cluster.named("search").length + cluster.named("part").length >= 1, true);
    assert.deepEqual(facts("found"), facts("here"));
    const { best } = handle("found");
    assert.equal(best?.number, handle("here").best?.number);
    const run = best?.run ?? "";
    assert.ok(hasWeights(run));
    assert.equal(RunFolder.open(run).lock()?.home, join("..", ".."));
    for (const one of handle("found").trials) assert.ok(RunFolder.open(one.run ?? "").events().length > 0);
    const scored = JSON.stringify(await book.run("evaluate found.best on d.validation { metrics: [loss] }"));
    assert.ok(scored.includes(best?.score.toFixed(4) ?? "no best"), scored.slice(0, 2000));
  });
  it("leaves nothing behind there, and has shown the cluster no secret", async () => {
    await book.session.settled();
    assert.deepEqual(cluster.running, []);
    assert.deepEqual(homes(), []);
    assert.equal(readPlace(folderOf("found")), null);
    const asked = cluster.asked.join("\n");
    const tokens = readdirSync(join(cluster.folder, "packages")).flatMap((name) => {
      const at = join(cluster.folder, "packages", name, "token");
      return existsSync(at) ? [readFileSync(at, "utf8")] : [];
    });
    assert.ok(tokens.length > 0);
    for (const token of tokens) assert.ok(token.length >= 32 && !asked.includes(token));
  });
  it("asks nobody for what is whole here", async () => {
    const before = cluster.asked.length;
    await book.run(sweep("found", there()));
    assert.equal(cluster.asked.length, before);
    assert.equal(handle("found").trials.length, 4);
  });

  it("is left by an interrupt, ended by who asks for that, and goes on from where it was", async () => {
    const leave = new AbortController();
    const cell = refusal(sweep("cut", there(), "long"), leave.signal);
    const begun = (): number => (book.values.has("cut") ? handle("cut").trials : []).length;
    while (begun() < 1) await delay(20);
    leave.abort();
    const { code, message } = await cell;
    assert.equal(code, "interrupted");
    assert.match(message, /watching cut/);
    assert.ok(cluster.running.length > 0, "it goes on");
    const elsewhere = await refusal(sweep("cut", there(", search: here"), "long"));
    assert.equal(elsewhere.code, "search-elsewhere");
    assert.match(await stopText("cut", book.folder, false), /cut was stopped on the cluster at .*, with its workers/);
    assert.deepEqual(cluster.running, []);
    await book.run(sweep("cut", there(), "long"));
    assert.deepEqual(
      handle("cut").trials.map(({ number, state }) => [number, state]),
      [1, 2, 3, 4].map((number) => [number, "done"]),
    );
  });
  it("says before anything is sent what can't be done there", async () => {
    const before = cluster.asked.length;
    const other = sweep("again", there(", search: cluster")).replace("search: random", "start: here, search: random");
    assert.equal((await refusal(other)).code, "search-not-there");
    const none = await refusal(sweep("large", `, runner: ray("${cluster.address}", cpus: 64)`));
    assert.equal(none.code, "ray-no-room");
    assert.equal(cluster.asked.length, before);
  });
});
