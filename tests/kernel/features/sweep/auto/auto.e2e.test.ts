/**
 * `sweep auto` on a small model: inspects the data, writes a program, runs it and reports the winner. The winner's
 * training can be reproduced separately.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SweepInTypeScript } from "#kernel/study/trial.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { NotebookOfOne } from "../../../session/notebook-of-one.js";
import { writeSmallTraining } from "../../../session/small-training.js";

const words = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
const data = (name: string, file: string): string =>
  `data ${name} { source: csv("${file}"), columns: { text: text, label: label }, split: by_column(part) }\n`;

describe("sweep auto", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    const [, ...rows] = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    const parts = ["train", "train", "train", "validation", "test"];
    const parted = (told: (row: string) => string) => [
      "text,label,part",
      ...rows.map((row, i) => {
        const part = parts[i % 5]!;
        return `${part === "test" ? told(row) : row},${part}`;
      }),
    ];
    writeFileSync(join(book.folder, "parted.csv"), parted((row) => row).join("\n"));
    // Test rows with inverted labels.
    const turned = (row: string): string =>
      `planted ${row.replace(/,(yes|no)$/, (_, is) => (is === "yes" ? ",no" : ",yes"))}`;
    writeFileSync(join(book.folder, "planted.csv"), parted(turned).join("\n"));
    await book.run(`${data("d", "parted.csv")}${data("planted", "planted.csv")}recipe quick { epochs: 4, seed: 3 }`);
  });
  after(() => book.close());
  const found = (name: string): SweepInTypeScript => book.values.get(name) as SweepInTypeScript;
  const codesOf = (error: unknown): readonly string[] =>
    error instanceof RefusedError
      ? error.diagnostics.flatMap(({ code, severity }) => (severity === "error" ? [code] : []))
      : error instanceof CodedError
        ? [error.code]
        : [String(error)];

  const sweep = (on: string, as: string, more = "trials: 3") =>
    `sweep auto on ${on} with quick as ${as} { bases: ["bert"], budget: 2min, ${more}, minimize: log_loss }`;

  it("shows its program before it runs, keeps the recipe's settings, and reports the best trial", async () => {
    const text = words(await book.run(sweep("d", "found")));
    const program = /sweep found_model on d with found_recipe as found \{/.exec(text);
    assert.ok(program && program.index < text.indexOf("Sweep found: "), text);
    assert.match(text, /epochs: 4\n {2}seed: 3\n {2}batch_size: 8 \/\//);
    const { trials, best } = found("found");
    assert.deepEqual(
      trials.map(({ values }) => values["technique"]),
      ["lora(rank: 8)", "full", "head_only(fit: exact)"],
    );
    assert.deepEqual(Object.keys(best!.values).slice(0, 3), ["base", "task", "max_length"]);
    assert.match(text, /1\d? for validation, so few/);
    assert.match(text, /(?:is the best, with|wins: |does as well as).*on the validation rows/);
  });

  it("finds a program that reaches the same score by itself, bit for bit", async () => {
    const best = found("found").best!;
    await book.run(best.tune);
    const alone = book.values.get("found_model_best") as ModelHandle;
    assert.ok(
      alone.validations.some((one) => one["log_loss"] === best.score),
      JSON.stringify(alone.validations),
    );
  });

  it("provides later cells with a model, and with settings after `with`", async () => {
    await book.run("evaluate found.best, baseline(tfidf) on d.test { metrics: [log_loss] }");
    await book.run('model other { base: "bert", task: text_classification }\ntrain other on d with found.best');
    const other = book.values.get("other") as ModelHandle;
    assert.ok(other.validations.some((one) => one["log_loss"] === found("found").best!.score));
  });

  it("never reads the test split: other test rows change nothing", async () => {
    await book.run(sweep("planted", "blind"));
    const told = (name: string) => found(name).trials.map(({ values, score, reports }) => ({ values, score, reports }));
    assert.deepEqual(told("blind"), told("found"));
  });

  it("resumes its program after an interrupt, without repeating a training", async () => {
    const control = new AbortController();
    const cell = book.run(sweep("d", "cut", "trials: 2"), { signal: control.signal });
    void (async () => {
      while (!found("cut")?.trials.some(({ step = 0 }) => step > 2)) await delay(2);
      control.abort();
    })();
    await assert.rejects(cell, { code: "interrupted" });
    const facts = (shown: readonly DisplayOutput[]): string =>
      // Only times and the remaining budget may differ.
      words(shown)
        .split("Sweep cut: ")[0]!
        .replace(/(?:< )?[\d.]+ m?s\b|budget: \d+s/g, "")
        .replace(/\s+|─+/g, " ");
    const first = facts(await book.run(sweep("d", "cut", "trials: 2")));
    assert.deepEqual(
      found("cut").trials.map(({ number, state }) => [number, state]),
      [1, 2].map((number) => [number, "done"]),
    );
    const kept = readdirSync(join(book.runs, "sweeps")).filter((file) => /^cut-.*\.auto\.json$/.test(file));
    assert.equal(kept.length, 1);
    const again = await book.run(sweep("d", "cut", "trials: 2"));
    assert.match(words(again), /Trials of cut/);
    assert.equal(facts(again), first);
    assert.equal(found("cut").trials.length, 2);
  });

  it("reports the best baseline if no training fits, and what it had no time to examine", async () => {
    const text = words(await book.run('sweep auto on d as none { bases: ["bert"], budget: 1ms }'));
    assert.match(
      text,
      /is the best that there is, with accuracy [\d.]+ on the validation rows: no training fits: bert: one epoch/,
    );
    assert.match(text, /bert, frozen[^\n]*it did not finish in the third of the budget reserved for probes/);
    assert.equal(found("none").best, null);
    await assert.rejects(book.run("evaluate none.best on d.test"), (error) => {
      assert.deepEqual(codesOf(error), ["no-best"]);
      return true;
    });
    await assert.rejects(
      book.run('model m { base: "bert", task: text_classification }\ntrain m on d with none.best'),
      (error) => {
        assert.deepEqual(codesOf(error), ["no-best"]);
        return true;
      },
    );
  });

  it("rejects data with a single label, and explains why no base fits", async () => {
    writeFileSync(
      join(book.folder, "one.csv"),
      "text,label,part\na,yes,train\nb,yes,train\nc,yes,validation\nd,yes,test",
    );
    for (const [text, code] of [
      [`${data("one", "one.csv")}sweep auto on one as x { bases: ["bert"] }`, "one-label"],
      ['sweep auto on d as x { bases: ["nowhere/at-all"] }', "no-base-for-auto"],
    ] as const)
      await assert.rejects(book.run(text), (error) => {
        assert.deepEqual(codesOf(error), [code]);
        return true;
      });
  });
});
