/** A sweep whose cell runs again: which trials still count, which are trained again, and which sweep owns the runs. */
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { SweepInTypeScript, TrialRecord } from "#kernel/study/trial.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";

const recipe = "recipe quick { epochs: 2, batch_size: 8, seed: 3 }";

describe("repeated sweep", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}${recipe}`);
  });
  after(() => book.close());
  const trials = (name: string): readonly TrialRecord[] => (book.values.get(name) as SweepInTypeScript).trials;

  it("does not reuse runs of another sweep with the same name and recipe", async () => {
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

  it("retrains only trials whose files changed, and reuses them once the files are restored", async () => {
    const file = join(book.folder, "b.csv");
    cpSync(join(book.folder, "rows.csv"), file);
    const sweep = `sweep m on d with quick as files {
  vary: { source: choice(csv("rows.csv"), csv("b.csv")) }, search: grid, minimize: loss
}`;
    await book.run(sweep);
    const before = trials("files");
    const of = (all: readonly TrialRecord[], name: string) =>
      all.filter(({ values }) => values["source"]?.includes(name));
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll(",yes", ",maybe").replaceAll(",no", ",yes").replaceAll(",maybe", ",no"));
    const shown = JSON.stringify(await book.run(sweep));
    const [renewed, ...none] = of(trials("files"), "b.csv");
    assert.deepEqual(none, []);
    const [old] = of(before, "b.csv");
    assert.deepEqual([renewed?.number, renewed?.again], [3, old?.number]);
    assert.notEqual(renewed?.score, old?.score);
    assert.deepEqual(of(trials("files"), "rows.csv"), of(before, "rows.csv"));
    assert.ok(shown.includes(`Trial ${String(old?.number)} trained on other data`), shown);
    await book.run(sweep);
    assert.equal(trials("files").length, 2);
    writeFileSync(file, text);
    await book.run(sweep);
    assert.deepEqual(trials("files"), before);
  });

  it("warns if starting trials used other data", async () => {
    const file = join(book.folder, "rows.csv");
    const text = readFileSync(file, "utf8");
    const sweep = (name: string, more: string): string => `sweep m on d with quick as ${name} {
  vary: { optimizer.learning_rate: log(1e-4..1e-2) }, search: tpe, trials: 1, minimize: loss${more}
}`;
    await book.run(sweep("nb", ""));
    const told = async (): Promise<boolean> => {
      await book.run(`${definitions}${recipe}`);
      return JSON.stringify(await book.run(sweep("next", ", start: nb"))).includes("start-other-data");
    };
    assert.equal(await told(), false);
    writeFileSync(file, text.replaceAll(",yes", ",maybe").replaceAll(",no", ",yes").replaceAll(",maybe", ",no"));
    assert.equal(await told(), true);
    writeFileSync(file, text);
  });

  it("retrains the best trial if its weights are missing", async () => {
    const sweep = `sweep m on d with quick as lost {
  vary: { batch_size: choice(4, 8) }, search: grid, minimize: loss
}`;
    await book.run(sweep);
    const { best } = book.values.get("lost") as SweepInTypeScript;
    rmSync(best?.run ?? "", { recursive: true });
    await assert.rejects(book.run("evaluate lost.best on d.validation"));
    const shown = JSON.stringify(await book.run(sweep));
    assert.ok(shown.includes(`weights of trial ${String(best?.number)}, the best one, no longer exist`), shown);
    const found = book.values.get("lost") as SweepInTypeScript;
    assert.deepEqual([found.best?.number, found.best?.score, found.best?.values], [3, best?.score, best?.values]);
    assert.ok(existsSync(found.best?.run ?? ""));
    await book.run("evaluate lost.best on d.validation");
    await book.run(sweep);
    assert.equal(trials("lost").length, 2);
  });
});
