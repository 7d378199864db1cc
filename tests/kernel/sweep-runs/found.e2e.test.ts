/**
 * Sweeps from statement to display: several goals, thresholds, seeds, tokens, rows, bases, and uses of the best trial.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { SweepInTypeScript, TrialRecord } from "#kernel/study/trial.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";

const recipe =
  "recipe quick { epochs: 1, batch_size: 8, seed: 3 }\nrecipe longer like quick { epochs: 3 }\nrecipe learns like quick { epochs: 10, optimizer: adamw(learning_rate: 1e-2) }";
const text = (all: readonly DisplayOutput[]): string =>
  all.map(({ bundle }) => String(bundle["text/plain"])).join("\n\n");
const html = (all: readonly DisplayOutput[]): string =>
  all.map(({ bundle }) => String(bundle["text/html"])).join("\n\n");
const weights = ({ run }: TrialRecord): boolean => existsSync(join(run ?? "", "checkpoints"));

describe("sweep results", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    writeSmallBert(join(book.folder, "other"), ["film", "book", "good", "bad", "fine", "poor", "a", "very"]);
    await book.run(`${definitions}${recipe}`);
  });
  after(() => book.close());
  const found = (name: string): SweepInTypeScript => book.values.get(name) as SweepInTypeScript;

  it("form a front for several goals, with the first goal deciding the best", async () => {
    const shown = await book.run(`sweep m on d with longer as wide {
  vary: { optimizer.learning_rate: log(1e-4..1e-2), technique: choice(full, head_only) }
  search: sobol, trials: 4, maximize: accuracy, minimize: latency
}`);
    const { trials, best } = found("wide");
    assert.ok(trials.every(({ state, scores }) => state === "done" && scores?.length === 2 && scores[1]! > 0));
    const beaten = (one: TrialRecord): boolean =>
      trials.some(({ scores: [a, l] = [] }) => {
        const [accuracy, latency] = one.scores!;
        return a! >= accuracy! && l! <= latency! && (a! > accuracy! || l! < latency!);
      });
    const front = trials.filter((one) => !beaten(one));
    assert.equal(best?.score, Math.max(...trials.map(({ score }) => score!)));
    assert.ok(front.every(weights), "what is on the front keeps its weights");
    const table = text(shown).split("\n");
    assert.equal(table.filter((line) => line.includes("on the front")).length, front.length, text(shown));
    const drawn = text(await book.run("show wide.front"));
    for (const { number } of front) assert.match(drawn, new RegExp(`^ *${String(number)} `, "m"));
  });

  it("exclude trials that miss a threshold from the best", async () => {
    const shown = await book.run(`sweep m on d with longer as held {
  vary: { optimizer.learning_rate: choice(1e-7, 3e-3) }
  search: grid, minimize: latency, require: [at_most(loss, 0.695)]
}`);
    const [poor, good] = found("held").trials;
    assert.ok(poor!.bars![0]! > 0.695 && good!.bars![0]! < 0.695, JSON.stringify(found("held").trials));
    assert.equal(found("held").best?.number, 2);
    assert.match(text(shown), /^ *1 .*misses a bar/m);
  });

  it("use the mean over seeds and report the spread", async () => {
    await book.run(`sweep m on d with quick as apart {
  vary: { optimizer.learning_rate: choice(1e-3, 3e-3) }, search: grid, repeats: 2, minimize: loss
}`);
    const { trials } = found("apart");
    for (const { number, score, spread } of trials) {
      const losses = [1, 2].map((seed) => lastLoss(`apart_${String(number)}_${String(seed)}`));
      assert.ok(Math.abs(score! - (losses[0]! + losses[1]!) / 2) < 1e-9, `${String(score)} of ${String(losses)}`);
      assert.ok(Math.abs(spread![0]! - Math.abs(losses[0]! - losses[1]!) / Math.SQRT2) < 1e-9);
    }
    assert.match(text(await book.run("show apart.trials")), /±/);
  });
  function lastLoss(name: string): number {
    const all = readdirSync(book.runs).map((folder) => RunFolder.open(join(book.runs, folder)));
    const run = all.find((one) => one.lock()?.name === name);
    const told = run?.events().flatMap((event) => (event.kind === "evaluated" ? [event.metrics["loss"]!] : []));
    return told?.at(-1) ?? Number.NaN;
  }

  it("stay within the token budget", async () => {
    const sweep = (tokens: number): string => `sweep m on d with quick as told {
  vary: { optimizer.learning_rate: log(1e-4..1e-2) }, tokens: ${String(tokens)}, minimize: loss
}`;
    await book.run(sweep(1));
    const [first, ...none] = found("told").trials;
    assert.deepEqual(none, []);
    const events = RunFolder.open(first!.run!).events();
    const each = events.reduce((sum, event) => sum + (event.kind === "step" ? event.tokens : 0), 0);
    await book.run(sweep(Math.round(2.5 * each)));
    assert.equal(found("told").trials.length, 3);
  });

  it("estimate the benefit of more rows if the training size varies", async () => {
    const ended = text(
      await book.run(`sweep m on d with longer as rows {
  vary: { split.train: choice(20%, 40%, 75%) }, search: grid, maximize: accuracy
}`),
    );
    assert.doesNotMatch(ended, /Best: trial/);
    assert.match(ended, /The model has not learned enough: on 16 validation rows no size is better/);
    assert.doesNotMatch(text(await book.run("show rows.learning_curve")), /twice the rows/);
    await book.run(`sweep m on d with learns as more_rows {
  vary: { split.train: choice(20%, 40%, 75%) }, search: grid, maximize: accuracy
}`);
    const shown = await book.run("show more_rows.learning_curve");
    assert.match(text(shown), /twice the rows/);
    assert.match(text(shown), /the trials of more_rows, scored on 16 rows of validation/);
    assert.ok(html(shown).includes("<img"));
    await assert.rejects(book.run("show wide.learning_curve"), { code: "no-sweep-curve" });
  });

  it("can be used as a base, a model or a recipe", async () => {
    await book.run(`sweep m on d with quick as bases {
  vary: { base: choice("bert", "other"), batch_size: choice(8, 16) }, search: grid, minimize: loss
}`);
    const { best } = found("bases");
    await book.run(`model next { base: bases.best, task: text_classification, max_length: 16 }
train next on d with quick as onward
model alike like bases.best { technique: head_only }
train alike on d with quick
train m on d with bases.best as again`);
    const losses = (name: string): readonly unknown[] =>
      (book.values.get(name) as ModelHandle).validations.map((one) => one["loss"]);
    assert.deepEqual(losses("again"), [best!.score]);
    assert.ok(Number(losses("onward")[0]) < best!.score, `${String(losses("onward"))}, ${String(best!.score)} before`);
    const { plan } = (book.values.get("alike") as ModelHandle).weights!;
    assert.deepEqual(
      [plan.recipe.model.base, plan.recipe.model.technique.word],
      [best!.values["base"]!.replaceAll('"', ""), "head_only"],
    );
  });
});
