/** `sweep auto` on a small model: looks, writes a program, runs it, and says what won; its winner by itself trains the same. */
import assert from "node:assert/strict";
import type { SweepHandle } from "#kernel/core/sweep/trial.js";
import type { ModelHandle } from "#kernel/session/models/model-handle.js";
import type { Shown } from "#kernel/core/display/shown.js";
import { NotebookOfOne } from "../notebook-of-one.js";
import { definitions, writeSmallTraining } from "../small-training.js";

const words = (shown: readonly Shown[]): string => shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");

describe("sweep auto", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(() => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
  });
  after(() => book.close());
  const found = (name: string): SweepHandle => book.values.get(name) as SweepHandle;
  const sweep = 'sweep auto on d with quick as found { bases: ["bert"], budget: 2min, trials: 4, maximize: accuracy }';

  it("shows its program, runs it, and says what won", async () => {
    await book.run(`${definitions}recipe quick { log: every(steps: 1), seed: 3 }`);
    const text = words(await book.run(sweep));
    assert.match(text, /sweep found_model on d with found_recipe as found \{/);
    assert.equal(found("found").trials.filter(({ state }) => state === "done" || state === "pruned").length, 4);
    assert.ok(found("found").trials.some(({ values }) => values["technique"] === "head_only"));
  });

  it("finds a program that by itself comes to the same score", async () => {
    const best = found("found").best!;
    await book.run(best.tune);
    const alone = book.values.get("found_model_best") as ModelHandle;
    const scores = alone.validations.map((one) => one["accuracy"] ?? Number.NaN);
    assert.equal(Math.max(...scores), best.score);
  });
});
