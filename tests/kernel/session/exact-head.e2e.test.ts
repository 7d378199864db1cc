/**
 * `head_only(fit: exact)`: the head of `baseline(probe)`, solved directly, as a model that is saved, swept and
 * deployed.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SweepInTypeScript } from "#kernel/study/trial.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { definitions, writeSmallTraining } from "./small-training.js";

const model = (name: string, more = ""): string =>
  `model ${name} { base: "bert", task: text_classification${more}, technique: head_only(fit: exact), max_length: 16 }\n`;

describe("exact head fit", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}${model("x")}train x on d { epochs: 4 }`);
  });
  after(() => book.close());
  const handle = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const lossOf = async (name: string): Promise<number> => {
    await book.run(`evaluate ${name} on d.validation { metrics: [log_loss] }`);
    return book.session.evaluations.at(-1)!.metrics["log_loss"]!;
  };
  const codeOf = async (text: string): Promise<string> => {
    try {
      await book.run(text);
    } catch (error) {
      if (error instanceof RefusedError) return error.diagnostics.map(({ code }) => code).join(", ");
      if (error instanceof CodedError) return error.code;
      throw error;
    }
    return "none";
  };

  it("takes one update for any number of epochs and matches the probe of the same base", async () => {
    const { history, weights } = handle("x");
    assert.deepEqual(
      history.map(({ step, rate }) => [step, rate]),
      [[1, 0]],
    );
    assert.equal(weights?.plan.estimates.steps, 1);
    for (const split of ["validation", "train"]) {
      await book.run(`evaluate x, baseline(probe) on d.${split} { metrics: [accuracy, log_loss] }`);
      const [own, probe] = book.session.evaluations.slice(-2);
      assert.deepEqual([own?.model, probe?.model], ["x", "baseline(probe)"]);
      assert.equal(own?.metrics["accuracy"], probe?.metrics["accuracy"]);
      const apart = Math.abs(own!.metrics["log_loss"]! - probe!.metrics["log_loss"]!);
      assert.ok(apart < 1e-5, `${split}: ${String(apart)}`);
    }
  });

  it("is loaded unchanged and is bit-identical when trained again", async () => {
    await book.run('model again { load: "x" }');
    assert.equal(await lossOf("again"), await lossOf("x"));
    await book.run("train x on d as second { epochs: 4 }");
    assert.deepEqual(handle("second").validations, handle("x").validations);
  });

  it("is deployed only to targets that support the head", async () => {
    await book.run('deploy x to onnx("whole") { rows: 0 }');
    const proof = JSON.parse(readFileSync(join(book.folder, "whole/proof.json"), "utf8")) as { verdict: string };
    assert.equal(proof.verdict, "equal");
    assert.equal(await codeOf('deploy x to huggingface("folder") { rows: 0 }'), "cannot-deploy");
    const saved = await handle("x").save("saved");
    const config = JSON.parse(readFileSync(join(book.folder, "saved/config.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual([saved.holds, config["architectures"]], ["model", ["BertModel"]]);
    assert.match(
      readFileSync(join(book.folder, "saved/README.md"), "utf8"),
      /transformers has no class with this head/,
    );
  });

  it("can be a trial of a sweep, and its best", async () => {
    await book.run(
      "sweep m on d as s { vary: { technique: choice(head_only(fit: exact), lora(rank: 2)) }, search: grid, minimize: log_loss }",
    );
    const { trials } = book.values.get("s") as SweepInTypeScript;
    const own = trials.find(({ values }) => values["technique"] === "head_only(fit: exact)");
    assert.equal(own?.state, "done");
    assert.equal(own.score, await lossOf("x"));
    assert.deepEqual(
      own.reports?.map(({ step }) => step),
      [1],
    );
    await book.run("evaluate s.best on d.validation");
  });

  it("shares its mean-pooling head with stepwise training", async () => {
    await book.run(
      'model y { base: "bert", task: text_classification(pooling: mean), technique: lora(rank: 2), max_length: 16 }\ntrain y on d { epochs: 2 }\ndeploy y to onnx("lora") { rows: 0 }',
    );
    const [first, last] = [handle("y").validations[0]!["loss"]!, handle("y").validations.at(-1)!["loss"]!];
    assert.ok(last < first, `${String(first)} to ${String(last)}`);
  });

  it("rejects row weights and modified losses", async () => {
    assert.equal(await codeOf(`${model("w", "(focal: 2)")}train w on d`), "exact-fit-refused");
    const regression = 'model r { base: "bert", task: regression, technique: head_only(fit: exact) }\n';
    const scored =
      'data n { source: csv("rows.csv"), columns: { text: text, score: label }, split: random(train: 75%, validation: 25%) }\n';
    assert.match(await codeOf(`${scored}${regression}train r on n`), /exact-fit-refused/);
    const rows = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    writeFileSync(
      join(book.folder, "weighed.csv"),
      rows.map((row, i) => `${row},${i === 0 ? "weight" : "2"}`).join("\n"),
    );
    const data =
      'data v { source: csv("weighed.csv"), columns: { text: text, label: label, weight: weight }, split: random(train: 75%, validation: 25%) }\ntrain x on v as weighed';
    assert.equal(await codeOf(data), "exact-fit-refused");
  });
});
