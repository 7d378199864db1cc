/** A sweep whose cell runs again: which of its trials still count, which are trained again, and whose runs they are. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { SweepHandle, TrialRecord } from "#kernel/core/sweep/trial.js";
import { RunFolder } from "#kernel/artifacts/run-folder.js";
import { NotebookOfOne } from "../notebook-of-one.js";
import { definitions, writeSmallTraining } from "../small-training.js";

const recipe = "recipe quick { epochs: 2, batch_size: 8, seed: 3 }";

describe("a sweep that runs again", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}${recipe}`);
  });
  after(() => book.close());
  const trials = (name: string): readonly TrialRecord[] => (book.values.get(name) as SweepHandle).trials;

  it("takes no run of another sweep for its own, though name and recipe are the same", async () => {
    const sweep = (goal: string): string => `sweep m on d with quick as same {
  vary: { optimizer.learning_rate: log(1e-4..1e-2) }, search: random, trials: 1, ${goal}
}`;
    await book.run(sweep("minimize: loss"));
    const [first] = trials("same");
    const control = new AbortController();
    const cell = book.run(sweep("maximize: accuracy"), { signal: control.signal });
    const begun = (): boolean => trials("same").some(({ state, step = 0 }) => state === "running" && step > 0);
    void (async () => {
      while (!begun()) await delay(2);
      control.abort();
    })();
    await assert.rejects(cell, { code: "interrupted" });
    await book.run(sweep("maximize: accuracy"));
    const [second] = trials("same");
    assert.deepEqual(second?.values, first?.values);
    const journalOf = (trial: TrialRecord | undefined) => RunFolder.open(trial?.run ?? "").lock()?.trial?.journal;
    assert.notEqual(journalOf(second), journalOf(first));
  });
});
