/**
 * A sweep whose search is a job of a cluster: the notebook is killed, interrupted, closed; the sweep continues, is
 * found again and returns the same results as a local one. Local processes form the cluster, with an API like that of
 * Ray's dashboard.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { runningTrainingsText, stopRunAndReport } from "#kernel/apps/cli/runs/running-table.js";
import { registerRunningTraining } from "#kernel/remote/supervisor/running-processes.js";
import type { SweepInTypeScript } from "#kernel/study/trial.js";
import { cachePath } from "#kernel/fetch/cache.js";
import { readSearchPlace, writeSearchPlace, type ClusterSearchPlace } from "#kernel/runs/together/search-place.js";
import { hasWeights } from "#kernel/session/kept-weights.js";
import { LocalCluster } from "../../../remote/coordinator/ray/local-cluster.js";
import { NotebookOfOne } from "../../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../../session/small-training.js";

const program = fileURLToPath(new URL("../../../../../kernel/apps/cli/main.js", import.meta.url));
const recipe = `engine { engine: tensorflow, threads: 1 }
recipe quick { epochs: 4, batch_size: 8, checkpoint: every(steps: 4), seed: 3 }
recipe long { epochs: 40, batch_size: 8, checkpoint: every(steps: 20), seed: 3 }
`;

describe("sweep whose search runs as a cluster job", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  let cluster: LocalCluster;
  let state: string | undefined;
  before(async () => {
    state = process.env["XDG_STATE_HOME"];
    book = new NotebookOfOne();
    process.env["XDG_STATE_HOME"] = join(book.folder, "state");
    cluster = await LocalCluster.open();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}${recipe}`);
  });
  after(async () => {
    await book.close();
    await cluster.close();
    if (state === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = state;
  });
  const sweep = (name: string, runner: string, by = "quick"): string => `sweep m on d with ${by} as ${name} {
  vary: { optimizer.learning_rate: log(1e-4..1e-2) }
  search: random, minimize: loss, trials: 4${runner}
}`;
  const there = (more = ""): string => `, runner: ray("${cluster.address}", cpus: 1, workers: 2${more})`;
  const handle = (name: string): SweepInTypeScript => book.values.get(name) as SweepInTypeScript;
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
  /** Returns the search folders left on the node. */
  const homes = (): readonly string[] => {
    const keys = cluster.named("search").map(({ asked }) => asked.metadata["key"] ?? "");
    return keys.filter((key) => existsSync(cachePath("searches", key)));
  };

  it("survives the death of its notebook and returns the same results as a local sweep", async () => {
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
  it("leaves nothing on the cluster and reveals no secret to it", async () => {
    await book.session.settled();
    assert.deepEqual(cluster.running, []);
    assert.deepEqual(homes(), []);
    assert.equal(readSearchPlace(folderOf("found")), null);
    const asked = cluster.asked.join("\n");
    const tokens = readdirSync(join(cluster.folder, "packages")).flatMap((name) => {
      const at = join(cluster.folder, "packages", name, "token");
      return existsSync(at) ? [readFileSync(at, "utf8")] : [];
    });
    assert.ok(tokens.length > 0);
    for (const token of tokens) assert.ok(token.length >= 32 && !asked.includes(token));
  });
  it("sends no request for a sweep that is complete locally", async () => {
    const before = cluster.asked.length;
    await book.run(sweep("found", there()));
    assert.equal(cluster.asked.length, before);
    assert.equal(handle("found").trials.length, 4);
  });

  it("survives an interrupt, ends on request, and resumes where it stopped", async () => {
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
    const [listed] = JSON.parse(await runningTrainingsText(true)) as Readonly<Record<string, unknown>>[];
    const { name, where, address, stands, of, steps } = listed ?? {};
    const there_ = { name: "cut", where: "ray", address: cluster.address, stands: "under way", of: "trials", steps: 4 };
    assert.deepEqual({ name, where, address, stands, of, steps }, there_);
    // Works from any folder: the list of running processes knows the location.
    const from = join(book.folder, "elsewhere");
    assert.match(await stopRunAndReport("cut", from, false), /cut was stopped on the cluster at .*, with its workers/);
    assert.deepEqual(cluster.running, []);
    assert.match(await runningTrainingsText(false), /cut\s+on Ray at .*, ended before its time\s+\d\/4 trials/);
  });
  it("is attached from another notebook and a terminal, whose interrupts only stop the watching", async () => {
    const leave = new AbortController();
    const cell = refusal(sweep("cut", there(), "long"), leave.signal);
    const searches = (): number =>
      cluster.running.filter(({ asked }) => asked.metadata["tunebook"] === "search").length;
    while (searches() === 0) await delay(1);
    leave.abort();
    const { code, message } = await cell;
    assert.equal(code, "interrupted");
    assert.match(message, /sending cut to the cluster|watching cut/);
    const terminal = spawn(process.execPath, [program, "attach", "cut", "--in", book.folder]);
    let said = "";
    terminal.stdout.on("data", (part: Buffer) => (said += part.toString()));
    const left = new Promise<number | null>((done) => terminal.once("close", done));
    const before = cluster.read.length;
    // Only logs of ended worker jobs are read.
    while (!cluster.read.slice(before).some((id) => id.includes("-search-cut-"))) await delay(20);
    terminal.kill("SIGINT");
    assert.equal(await left, 130);
    assert.match(said, /watching cut was interrupted; the sweep goes on on the cluster/);
    assert.equal(searches(), 1);
    const other = new NotebookOfOne(book);
    try {
      await other.run("attach cut");
      const { trials, best } = other.values.get("cut") as SweepInTypeScript;
      assert.deepEqual(
        trials.map(({ number, state }) => [number, state]),
        [1, 2, 3, 4].map((number) => [number, "done"]),
      );
      assert.ok(hasWeights(best?.run ?? ""));
      await other.session.settled();
    } finally {
      await other.close();
    }
    assert.deepEqual(homes(), []);
    // The results were fetched: the next notebook needs no cluster.
    const asked = cluster.asked.length;
    await book.run("attach cut");
    assert.equal(handle("cut").trials.length, 4);
    assert.equal(cluster.asked.length, asked);
    assert.doesNotMatch(await runningTrainingsText(false), /cut/);
  });
  it("is reported as unreachable within seconds, and is available afterwards", async () => {
    const folder = folderOf("found");
    const at: Omit<ClusterSearchPlace, "address"> = {
      version: 1,
      ...{ sweep: "found", token: null, key: "0123456789abcdef", job: "gone", since: "2026-01-01" },
      node: { id: "n1", host: "head", address: "10.0.0.1" },
    };
    writeSearchPlace(folder, { ...at, address: "http://127.0.0.1:1" });
    registerRunningTraining(folder);
    const { code, message } = await refusal("attach found");
    assert.equal(code, "search-away");
    assert.match(message, /the cluster at http:\/\/127\.0\.0\.1:1, where found is searched for, can't be asked/);
    assert.match(
      await runningTrainingsText(false),
      /found\s+on Ray at http:\/\/127\.0\.0\.1:1, not reached\s+4\/4 trials/,
    );
    await assert.rejects(stopRunAndReport("found", book.folder, true), { code: "search-away" });
    // This is a different cluster, which does not know the search.
    writeSearchPlace(folder, { ...at, address: cluster.address });
    assert.equal((await refusal("attach found")).code, "search-cut-off");
    assert.equal((await refusal("attach found")).code, "search-cut-off");
    assert.equal(handle("found").trials.length, 4);
  });
  it("rejects what the cluster cannot do before anything is sent", async () => {
    const before = cluster.asked.length;
    const other = sweep("again", there(", search: cluster")).replace("search: random", "start: here, search: random");
    assert.equal((await refusal(other)).code, "search-not-there");
    const none = await refusal(sweep("large", `, runner: ray("${cluster.address}", cpus: 64)`));
    assert.equal(none.code, "ray-no-room");
    assert.equal(cluster.asked.length, before);
  });
});
