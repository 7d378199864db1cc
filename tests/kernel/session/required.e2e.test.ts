/** `evaluate … { require: [...] }`: scores are displayed and saved first; then a missed threshold is an error. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { definitions, writeSmallTraining } from "./small-training.js";

describe("thresholds of an evaluation", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}model other like m { technique: lora(rank: 2) }
train m, other on d { epochs: 1 }`);
  });
  after(() => book.close());

  it("apply to the first model on every split and fail after all results are shown", async () => {
    const before = [book.session.evaluations.length, book.shown.length] as const;
    const bars = "require: [at_least(accuracy, 0%), at_most(log_loss, 0.000001), at_least(f1, 1.005)]";
    const asked = book.run(`evaluate m, other on d.validation, d.train { metrics: accuracy, ${bars} }`);
    await assert.rejects(asked, (error) => {
      assert.ok(error instanceof CodedError && error.code === "bar-missed", String(error));
      const { model, missed } = error.data as CodeData["bar-missed"];
      assert.equal(model, "m");
      assert.deepEqual(
        missed.map(({ on, bar }) => `${on}: ${bar}`),
        ["validation", "train"].flatMap((split) => [
          `d.${split}: log_loss at most 0.000001`,
          `d.${split}: f1 at least 1.005`,
        ]),
      );
      return true;
    });
    const scored = book.session.evaluations.slice(before[0]);
    assert.deepEqual(
      scored.map(({ model, on }) => `${model} ${on}`),
      ["m d.validation", "other d.validation", "m d.train", "other d.train"],
    );
    assert.deepEqual(Object.keys(scored[0]!.metrics), ["accuracy", "log_loss", "f1"]);
    const text = book.shown
      .slice(before[1])
      .map((one) => JSON.stringify(one))
      .join("\n");
    assert.match(text, /required of m: accuracy at least 0 %; it is [\d.]+ % \([\d.]+ … [\d.]+\): cleared/);
    assert.match(text, /required of m: f1 at least 1\.005; it is .*: NOT cleared/);
    const kept = readFileSync(join((book.values.get("m") as ModelHandle).folder!, "scores.jsonl"), "utf8");
    assert.match(kept, /"split":"train".*"log_loss"/);
  });
  it("let a cell pass if cleared and report a narrow margin", async () => {
    const shown = await book.run("evaluate m on d.train { metrics: accuracy, require: at_most(loss, 5) }");
    assert.match(shown.map((one) => JSON.stringify(one)).join("\n"), /required of m: loss at most 5; .*: cleared/);
    const { metrics } = book.session.evaluations.at(-1)!;
    const bar = metrics["accuracy"]! - 0.001;
    const again = await book.run(`evaluate m on d.train { metrics: accuracy, require: at_least(accuracy, ${bar}) }`);
    assert.match(again.map((one) => JSON.stringify(one)).join("\n"), /cleared, by less than its interval is wide/);
  });
});
