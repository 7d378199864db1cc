/** Workers on another machine: what reaches them, what they lack, and what becomes of their trials when they are told to end. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RunFolder } from "#kernel/artifacts/run-folder.js";
import { isAlive } from "#kernel/artifacts/writer.js";
import type { RunEvent } from "#kernel/core/session/events.js";
import type { Writer } from "#kernel/core/session/writer.js";
import type { SweepHandle, TrialRecord } from "#kernel/core/sweep/trial.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";
import { AnotherMachine } from "./another-machine.js";

const recipes = `engine { threads: 1 }
recipe quick { epochs: 1, batch_size: 8, log: every(steps: 1), seed: 3 }
recipe long { epochs: 16, batch_size: 8, log: every(steps: 1), checkpoint: every(steps: 20), seed: 3 }
`;

describe("a worker on another machine", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  let machine: AnotherMachine;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    machine = new AnotherMachine({ hides: [book.folder] });
    await book.run(`${definitions}${recipes}`);
  });
  after(async () => {
    await book.close();
    machine.close();
  });
  const trialsOf = (name: string): readonly TrialRecord[] =>
    (book.values.get(name) as SweepHandle | undefined)?.trials ?? [];
  const events = (run: string | null): readonly RunEvent[] => RunFolder.open(run ?? "").events();
  const writersOf = (run: string | null): readonly Writer[] =>
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
  const told = (): string => book.shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");

  it("comes to what the notebook's own engine comes to, though it sees none of its files", async () => {
    await book.run(sweep("here", "trials: 2"));
    await machine.during(() => book.run(sweep("there", "trials: 2, runner: processes(1)")));
    assert.deepEqual(facts("there"), facts("here"));
    assert.ok(trialsOf("there").every(({ run }) => !writersOf(run).some(({ id }) => id === process.pid)));
  });

  it("begins from weights that were trained here, and shuns paths that begin at the root", async () => {
    await book.run(
      "train m on d with quick\nmodel again { base: m, task: text_classification, technique: lora(rank: 2) }",
    );
    await book.run(sweep("own_here", "trials: 1", { model: "again" }));
    await machine.during(() => book.run(sweep("own", "trials: 1, runner: processes(1)", { model: "again" })));
    assert.deepEqual(facts("own"), facts("own_here"));
    const path = join(book.folder, "rows.csv");
    await book.run(definitions.split("\n")[0]?.replace("data d", "data rooted").replace("rows.csv", path) ?? "");
    const cell = () => book.run(sweep("rooted_there", "trials: 2, runner: processes(1)", { data: "rooted" }));
    await assert.rejects(
      machine.during(cell),
      (error: Error & { code: string; data: { why: string; mend: string } }) => {
        assert.equal(error.code, "worker-lacks");
        assert.ok(error.data.why.includes(path), error.data.why);
        assert.match(error.data.mend, /from the notebook's folder/);
        return true;
      },
    );
    // Its trial waits: where the path is the same everywhere it goes on.
    await book.run(sweep("rooted_there", "trials: 2, runner: processes(1)", { data: "rooted" }));
    assert.deepEqual(
      trialsOf("rooted_there").map(({ number, state }) => [number, state]),
      [1, 2].map((number) => [number, "done"]),
    );
  });
});
