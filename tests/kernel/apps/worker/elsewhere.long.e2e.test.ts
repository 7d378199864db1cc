/**
 * Workers on another machine: what reaches them, what they lack, and what happens to their trials when they are
 * stopped.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { isProcessAlive } from "#kernel/runs/writer.js";
import type { RunEvent } from "#kernel/events/events.js";
import type { RunWriter } from "#kernel/events/writer.js";
import type { SweepInTypeScript, TrialRecord } from "#kernel/study/trial.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";
import { AnotherMachine } from "./another-machine.js";

const recipes = `engine { engine: tensorflow, threads: 1 }
recipe quick { epochs: 1, batch_size: 8, log: every(steps: 1), seed: 3 }
recipe long { epochs: 16, batch_size: 8, log: every(steps: 1), checkpoint: every(steps: 20), seed: 3 }
`;

describe("worker on another machine", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  let machine: AnotherMachine;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await ensureNodeEnv("sql");
    machine = new AnotherMachine({ hides: [book.folder] });
    await book.run(`${definitions}${recipes}`);
  });
  after(async () => {
    await book.close();
    machine.close();
  });
  const trialsOf = (name: string): readonly TrialRecord[] =>
    (book.values.get(name) as SweepInTypeScript | undefined)?.trials ?? [];
  const events = (run: string | null): readonly RunEvent[] => RunFolder.open(run ?? "").events();
  const writersOf = (run: string | null): readonly RunWriter[] =>
    run === null ? [] : events(run).flatMap((one) => (one.kind === "started" && one.process ? [one.process] : []));
  const sweep = (name: string, more: string, { recipe = "quick", data = "d", model = "m" } = {}): string =>
    `sweep ${model} on ${data} with ${recipe} as ${name} {
  vary: { optimizer.learning_rate: log(1e-4..1e-2) }
  minimize: loss, ${more}
}`;
  const facts = (name: string) =>
    trialsOf(name).map(({ number, state, values, score, recipe, tokens, run }) => ({
      ...{ number, state, values, score, recipe, tokens },
      losses: events(run).flatMap((event) => (event.kind === "step" ? [event.loss] : [])),
      files: readdirSync(run ?? "", { recursive: true })
        .map(String)
        .sort(),
    }));

  it("gives the results of the notebook's engine without access to its files", async () => {
    await book.run(sweep("here", "trials: 2"));
    await machine.during(() => book.run(sweep("there", "trials: 2, runner: processes(1)")));
    assert.deepEqual(facts("there"), facts("here"));
    assert.ok(trialsOf("there").every(({ run }) => !writersOf(run).some(({ id }) => id === process.pid)));
  });

  it("starts from weights trained in the notebook, and rejects absolute paths", async () => {
    await book.run(
      "train m on d with quick\nmodel again { base: m, task: text_classification, technique: lora(rank: 2) }",
    );
    await book.run(sweep("own_here", "trials: 1", { model: "again" }));
    await machine.during(() => book.run(sweep("own", "trials: 1, runner: processes(1)", { model: "again" })));
    assert.deepEqual(facts("own"), facts("own_here"));
    const path = join(book.folder, "rows.csv");
    await book.run(definitions.split("\n")[0]?.replace("data d", "data rooted").replace("rows.csv", path) ?? "");
    const cell = () => book.run(sweep("rooted_there", "trials: 1, runner: processes(1)", { data: "rooted" }));
    await assert.rejects(
      machine.during(cell),
      (error: Error & { code: string; data: { why: string; mend: string } }) => {
        assert.equal(error.code, "worker-lacks");
        assert.ok(error.data.why.includes(path), error.data.why);
        assert.match(error.data.mend, /from the notebook's folder/);
        return true;
      },
    );
    // The trial was left pending: it resumes on a machine where the path exists.
    await book.run(sweep("rooted_there", "trials: 1, runner: processes(1)", { data: "rooted" }));
    assert.deepEqual(
      trialsOf("rooted_there").map(({ number, state }) => [number, state]),
      [[1, "done"]],
    );
  });

  it("reads the files of a query relative to the notebook's folder", async () => {
    const query = (path: string): string =>
      definitions
        .split("\n")[0]
        ?.replace('csv("rows.csv")', `sql("select text, label from '${path}' order by text")`) ?? "";
    await book.run(query("rows.csv").replace("data d", "data asked"));
    await machine.during(() => book.run(sweep("asked_there", "trials: 1, runner: processes(1)", { data: "asked" })));
    await book.run(sweep("asked_here", "trials: 1", { data: "asked" }));
    assert.deepEqual(facts("asked_there"), facts("asked_here"));
    await book.run(query(join(book.folder, "rows.csv")).replace("data d", "data rooted_query"));
    const cell = () => book.run(sweep("no", "trials: 1, runner: processes(1)", { data: "rooted_query" }));
    await assert.rejects(machine.during(cell), { code: "worker-lacks" });
  });

  it("reports a missing engine, and its trial waits for a worker that has it", async () => {
    const bare = new AnotherMachine({ lacks: ["tensorflow", "downloads"] });
    try {
      await book.run("engine { engine: tensorflow, threads: 1 }");
      const cell = () => book.run(sweep("elsewhere", "trials: 1, runner: processes(2)"));
      await assert.rejects(bare.during(cell), (error: Error & { code: string; data: Record<string, string> }) => {
        assert.equal(error.code, "worker-lacks");
        assert.match(error.data["why"] ?? "", /^the tensorflow engine can't be started/);
        assert.match(error.data["mend"] ?? "", /tunebook setup/);
        return true;
      });
      assert.deepEqual(trialsOf("elsewhere"), [], "none has failed");
      await machine.during(cell);
      assert.deepEqual(
        trialsOf("elsewhere").map(({ number, state }) => [number, state]),
        [[1, "done"]],
      );
    } finally {
      await book.run("engine { engine: tensorflow, threads: 1 }");
      bare.close();
    }
  });

  it("uploads its checkpoint on SIGTERM and leaves nothing behind", async () => {
    const cell = machine.during(() => book.run(sweep("ended", "trials: 1, runner: processes(1)", { recipe: "long" })));
    const trial = () => trialsOf("ended")[0];
    while ((trial()?.step ?? 0) < 23) await delay(10);
    const [writer] = writersOf(trial()?.run ?? null);
    assert.ok(writer);
    const engines = childrenOf(writer.id);
    assert.ok(engines.length >= 1);
    const from = book.shown.length;
    process.kill(writer.id, "SIGTERM");
    await cell;
    await book.run(sweep("whole", "trials: 1", { recipe: "long" }));
    assert.deepEqual(facts("ended"), facts("whole"));
    const run = trial()?.run ?? null;
    const begun = events(run).flatMap((one) => (one.kind === "started" ? [one.resumedFrom ?? 0] : []));
    assert.ok((begun.at(-1) ?? 0) >= 23, `it went on from step ${String(begun.at(-1))}`);
    assert.ok(![writer.id, ...engines].some(isThere));
    assert.equal(isProcessAlive(writer), false);
    assert.ok(!book.shown.slice(from).some(({ bundle }) => /goes to another/.test(String(bundle["text/plain"]))));
    assert.deepEqual(machine.workers(), []);
  });

  it("trains the trials of `sweep auto`", async () => {
    const auto = `sweep auto on d with quick as chosen { bases: ["bert"], budget: 2min, trials: 2, minimize: log_loss, runner: processes(1) }`;
    await machine.during(() => book.run(auto));
    const trials = trialsOf("chosen");
    assert.deepEqual(
      trials.map(({ state }) => state),
      ["done", "done"],
    );
    assert.ok(trials.every(({ run }) => !writersOf(run).some(({ id }) => id === process.pid)));
    await book.run("evaluate chosen.best on d.validation { metrics: [log_loss] }");
  });
});

function childrenOf(id: number): readonly number[] {
  return readFileSync(`/proc/${String(id)}/task/${String(id)}/children`, "utf8")
    .split(" ")
    .filter(Boolean)
    .map(Number);
}
function isThere(id: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${String(id)}/stat`, "utf8"));
  } catch {
    return false;
  }
}
