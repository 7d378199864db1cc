/**
 * Cross-validation end to end: a run for each fold, scores over all rows by the models that did not see them, and
 * resuming.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";

const data = `data parted like d { split: folds(3, stratify: label) }\n`;
const settings = "{ epochs: 8, batch_size: 8, optimizer: adamw(learning_rate: 4e-3), seed: 5 }";

describe("cross-validation", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const text = (made: Awaited<ReturnType<NotebookOfOne["run"]>>) =>
    made.map(({ bundle }) => String(bundle["text/plain"])).join("\n\n");
  const model = (name: string) => book.values.get(name) as ModelHandle;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(definitions + data);
  });
  after(() => book.close());

  it("keeps the first fold after an interrupt in the second and resumes it", async () => {
    const interrupt = new AbortController();
    const { append } = RunFolder.prototype;
    RunFolder.prototype.append = function (event) {
      append.call(this, event);
      if (event.kind === "step" && this.id.startsWith("crossed_2") && event.step === 3) interrupt.abort();
    };
    try {
      await assert.rejects(
        book.run(`train m on parted as crossed ${settings}`, { signal: interrupt.signal }),
        (error) => error instanceof CodedError && error.code === "interrupted",
      );
    } finally {
      RunFolder.prototype.append = append;
    }
    const first = model("crossed_1").folder!;
    const shown = text(await book.run(`train m on parted as crossed ${settings.replace("{", "{ resume: true,")}`));
    assert.equal(model("crossed_1").folder, first);
    const log = readFileSync(RunFolder.open(model("crossed_2").folder!).eventsFile, "utf8");
    assert.match(log, /"resumedFrom":\d/);
    assert.match(shown, /Folds of crossed\n[^]*mean ± sd/);
    assert.match(shown, /the first of 3 trainings of m, one for each fold of parted/);
  });

  it("scores every row once, by the model that did not see it", async () => {
    await assert.rejects(
      book.run("evaluate crossed on parted { attacks: [membership] }"),
      (error) => error instanceof CodedError && error.code === "attack-impossible",
    );
    const shown = text(await book.run("evaluate crossed on parted { metrics: [accuracy] }"));
    const rows = readFileSync(join(book.folder, "rows.csv"), "utf8").trim().split("\n").slice(1);
    const truth = new Map(rows.map((row) => row.split(",") as [string, string]));
    let [right, all] = [0, 0];
    for (const fold of [1, 2, 3]) {
      const plan = model(`crossed_${fold}`).weights!.plan.recipe.data;
      const prepared = await book.session.datasets.data(plan, null, { folder: book.folder } as never);
      const texts = Array.from(prepared.splits["validation"]!.array("text") as Iterable<string>);
      const learnt = new Set(prepared.splits["train"]!.array("text") as Iterable<string>);
      assert.ok(texts.every((one) => !learnt.has(one)));
      for (const { text: said, label } of await model(`crossed_${fold}`).predict(texts)) {
        all += 1;
        if (truth.get(said) === label) right += 1;
      }
    }
    assert.equal(all, rows.length);
    const { evaluations } = book.session;
    assert.equal(evaluations.at(-1)!.metrics["accuracy"], right / all);
    assert.ok(right / all > 0.55, "it learnt nothing, and any order of rows would do");
    assert.match(shown, /each row is scored by the model that did not see it/);
    assert.match(shown, /Folds of crossed on parted/);
    assert.match(shown, /crossed_3 +21/);
  });

  it("is evaluated on the same rows as another cross-validation", async () => {
    await book.run(`train m on parted as still ${settings.replace("4e-3", "1e-9")}`);
    const shown = text(await book.run("evaluate crossed, still on parted { metrics: [accuracy] }"));
    assert.deepEqual(
      book.session.evaluations.slice(-2).map(({ model, rows }) => [model, rows]),
      [
        ["crossed", 64],
        ["still", 64],
      ],
    );
    assert.match(shown, /still/);
  });

  it("is rejected where a single model is needed, while each fold can be used", async () => {
    await assert.rejects(
      book.run('predict crossed on "a good film"'),
      (error) => error instanceof RefusedError && error.diagnostics.some(({ code }) => String(code) === "fold-model"),
    );
    assert.match(text(await book.run('predict crossed_2 on "a good film"')), /yes|no/);
  });
});
