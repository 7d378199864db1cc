/** The engine's process is killed during each verb: what is reported, what is saved, and that the next cell works. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { plotlyMime, type Figure } from "#kernel/display/figure.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { SweepInTypeScript } from "#kernel/study/trial.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";

describe("engine crash or lost run folder", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(
      `${definitions}recipe quick { steps: 30, batch_size: 8, log: every(steps: 1), seed: 3 }\ntrain m on d with quick`,
    );
  });
  after(() => book.close());

  const pid = async (): Promise<number> => (await book.session.engines.engine()).info.pid;
  const stepsOf = (run: string): number => {
    const name = existsSync(book.runs) ? readdirSync(book.runs).find((one) => one.startsWith(`${run}-`)) : undefined;
    const file = join(book.runs, name ?? "", "events.jsonl");
    return name !== undefined && existsSync(file) ? readFileSync(file, "utf8").split('"kind":"step"').length - 1 : 0;
  };
  /** Waits for the given number of steps of a run, unless its cell ends before. */
  async function reached(run: string, steps: number, cell: Promise<unknown>): Promise<void> {
    let ended = false;
    const over = (): void => void (ended = true);
    cell.then(over, over);
    while (!ended && stepsOf(run) < steps) await delay(2);
  }
  const failed = (cell: Promise<unknown>): Promise<CodedError> =>
    cell.then(
      () => assert.fail("it ended well"),
      (error: unknown) => (assert.ok(error instanceof CodedError, String(error)), error),
    );
  /** Runs a cell during which the engine is paused and then killed. */
  async function killedIn(work: () => Promise<unknown>): Promise<CodedError> {
    const engine = await pid();
    process.kill(engine, "SIGSTOP");
    setTimeout(() => process.kill(engine, "SIGKILL"), 300);
    return failed(work());
  }

  it("ends a sweep, which keeps its trials and resumes the interrupted one", async () => {
    const sweep =
      "sweep m on d as search with quick { vary: { batch_size: choice(4, 5, 6, 8) }, trials: 4, maximize: accuracy }";
    const cell = book.run(sweep);
    await reached("search_3", 3, cell);
    process.kill(await pid(), "SIGKILL");
    const error = await failed(cell);
    assert.equal(error.code, "sweep-stopped");
    const { message, help, notes } = textsOfCode(error.code, error.data as never);
    assert.match(message, /^search ended in trial 3 \(batch_size: [4568]\): the \w+ engine's process ended/);
    assert.match(help ?? "", /^run the statement again: .*\btrial 3\b/);
    assert.deepEqual(notes, ["the 2 trials before it are kept"]);
    const handle = (): SweepInTypeScript => book.values.get("search") as SweepInTypeScript;
    const kept = handle().trials;
    assert.deepEqual(
      kept.map(({ state }) => state),
      ["done", "done"],
    );
    await book.run(sweep);
    assert.deepEqual(handle().trials.slice(0, 2), kept);
    assert.deepEqual(
      handle().trials.map(({ state }) => state),
      ["done", "done", "done", "done"],
    );
  });

  it("ends evaluate, predict and TypeScript calls, and later ones work as before", async () => {
    const model = book.values.get("m") as ModelHandle;
    const ask = async (): Promise<unknown> => (await model.predict(["a good film w1"]))[0]?.probabilities;
    const evaluate = async (): Promise<unknown> => {
      await book.run("evaluate m on d.validation");
      // The duration differs each time.
      return { ...book.session.evaluations.at(-1), cost: null };
    };
    const [said, scored] = [await ask(), await evaluate()];
    for (const work of [ask, evaluate, () => book.run('predict m on "a good film w1" as guess')]) {
      const error = await killedIn(work);
      assert.equal(error.code, "engine-died");
      assert.match(textsOfCode(error.code, error.data as never).help ?? "", /run the statement again/);
      assert.deepEqual(await ask(), said);
      assert.deepEqual(await evaluate(), scored);
    }
  });

  it("ends a training, which releases its run and can be resumed", async () => {
    const statement = "train m on d with quick as cut { checkpoint: every(steps: 2) }";
    const cell = book.run(statement);
    await reached("cut", 8, cell);
    process.kill(await pid(), "SIGKILL");
    assert.equal((await failed(cell)).code, "engine-died");
    const shown = await book.run(statement.replace("{", "{ resume: true,"));
    assert.equal((book.values.get("cut") as ModelHandle).history.length, 30);
    const figures = shown.flatMap(({ bundle }) => (bundle[plotlyMime] as Figure | undefined) ?? []);
    assert.ok(figures.length > 0);
    const stepsIn = ({ data }: Figure): unknown => data[0]?.["x"];
    assert.deepEqual(
      stepsIn(figures.at(-1)!),
      Array.from({ length: 30 }, (_, i) => i + 1),
      "its curve begins where the run did",
    );
  });

  it("is reported if the run folder was deleted, and the next cell works", async () => {
    const cell = book.run("train m on d with quick as away { steps: 3000 }");
    await reached("away", 3, cell);
    rmSync(
      join(
        book.runs,
        readdirSync(book.runs).find((one) => one.startsWith("away-"))!,
      ),
      { recursive: true },
    );
    const error = await failed(cell);
    assert.equal(error.code, "run-folder");
    assert.match(error.message, /it is no longer there/);
    await book.run("train m on d with quick as after { steps: 2 }");
  });
});
