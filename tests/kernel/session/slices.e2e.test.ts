/** `evaluate … { by: [...] }`: scores of slices, by columns without a role, by length and by language. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { readRunScores } from "#kernel/runs/history/run-scores.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { definitions, writeSmallTraining } from "./small-training.js";

const verdicts = ["good", "bad", "fine", "poor"];
const rows = Array.from({ length: 120 }, (_, i) => ({
  text: `${verdicts[i % 4]!} ${Array.from({ length: 4 + (i % 5) }, (_, k) => `w${((i + 1) * (7 + 12 * k) + k * k) % 61}`).join(" ")}`,
  label: i % 2 === 0 ? "yes" : "no",
  customer: i < 60 ? "Anna <b>" : i < 110 ? null : "rare",
  age: i,
  mail: i % 2 === 0 ? "ann@example.org" : "bob@example.org",
}));

describe("slices of an evaluation", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const shown = async (text: string): Promise<string> =>
    (await book.run(text)).map(({ bundle }) => String(bundle["text/plain"])).join("\n\n");
  const parts = () =>
    book.session.evaluations
      .at(-1)!
      .slices!.map(({ by, slices }) => [by, ...slices.map((s) => `${s.name}: ${s.rows}`)]);
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    const lines = (of: typeof rows): string => of.map((row) => JSON.stringify(row)).join("\n");
    writeFileSync(join(book.folder, "more.jsonl"), lines(rows));
    writeFileSync(join(book.folder, "first.jsonl"), lines(rows.slice(0, 50)));
    writeFileSync(
      join(book.folder, "second.jsonl"),
      lines(rows.slice(50).map((row) => ({ ...row, customer: "other" }))),
    );
    await book.run(`${definitions}model other like m { technique: lora(rank: 2) }
train m, other on d { epochs: 1 }
data whole { source: jsonl("more.jsonl"), columns: { text: text, label: label } }
data parts like whole { source: jsonl("more.jsonl", stream: true) }
data apart { source: { train: jsonl("first.jsonl"), test: jsonl("second.jsonl") }, columns: { text: text, label: label } }
data hidden like whole { clean: redact(email) }`);
  });
  after(() => book.close());

  it("group by any column for several models and report groups that are too small", async () => {
    const text = await shown("evaluate m, other on whole { metrics: [accuracy, f1(macro)], by: [customer, age] }");
    const [, table = ""] = text.split("By customer: whole\n");
    assert.match(table, /^customer +rows +metric +model +value +95 %$/m);
    assert.match(table, /^Anna <b> +60 +accuracy +m +\d\.\d+ +\d\.\d+ … /m);
    assert.match(table, /^rare +10 +too few rows/m);
    assert.match(table, /^\(missing\) +50 +accuracy +m +\d\.\d+ +\d\.\d+ … /m);
    assert.match(table, /^accuracy +other +Anna <b> minus \(missing\) +\d\.\d+ .* … .* no difference shown$/m);
    assert.match(text, /By age: whole\nage +rows .*\n─+\n0 – 29 +30 /);
    const html = book.shown.map(({ bundle }) => String(bundle["text/html"])).find((one) => one.includes("By customer"));
    assert.ok(html?.includes("Anna &lt;b&gt;"));
    const own = book.session.evaluations.at(-2)!;
    assert.deepEqual([own.model, own.slices?.map(({ by }) => by)], ["m", ["customer", "age"]]);
    const [difference] = Object.entries(own.slices![0]!.differences!);
    assert.equal(difference?.[0], "accuracy");
    assert.deepEqual([difference[1].greatest, difference[1].least], ["Anna <b>", "(missing)"]);
    assert.ok(difference[1].low! < 0 && difference[1].high! > 0);
    // A slice's score equals that of its rows evaluated alone.
    const [anna] = own.slices![0]!.slices;
    writeFileSync(
      join(book.folder, "anna.jsonl"),
      rows
        .slice(0, 60)
        .map((row) => JSON.stringify(row))
        .join("\n"),
    );
    await book.run(`data anna { source: jsonl("anna.jsonl"), columns: { text: text, label: label } }
evaluate m on anna { metrics: [accuracy, f1(macro)] }`);
    const alone = book.session.evaluations.at(-1)!;
    for (const [name, { value, low }] of Object.entries(anna!.metrics!)) {
      assert.ok(Math.abs(value - alone.metrics[name]!) < 1e-9, name);
      if (name === "accuracy") assert.ok(Math.abs(low! - alone.intervals![name]!.low) < 1e-9);
    }
    const kept = readRunScores(RunFolder.open((book.values.get("m") as ModelHandle).folder!));
    assert.deepEqual(kept.find(({ data }) => data === "whole")?.slices, own.slices);
  });
  it("have the same sizes for streamed rows, and measure length in words", async () => {
    const by = "by: [customer, length(bins: 2), language()]";
    await book.run(`evaluate m on whole { metrics: accuracy, ${by} }`);
    const memory = parts();
    assert.equal(memory[0]!.length, 4, JSON.stringify(memory));
    assert.deepEqual(memory[1]![0], "length in words");
    assert.equal(memory.length, 3);
    await book.run(`evaluate m on parts { metrics: accuracy, by: [customer, label] }`);
    assert.deepEqual(parts(), [
      ["customer", "Anna <b>: 60", "rare: 10", "(missing): 50"],
      ["label", "no: 60", "yes: 60"],
    ]);
  });
  it("come from the source of each split", async () => {
    await book.run("evaluate m on apart.test, apart.train { metrics: accuracy, by: customer }");
    const [test, train] = book.session.evaluations.slice(-2);
    assert.deepEqual(
      test!.slices![0]!.slices.map(({ name, rows }) => [name, rows]),
      [["other", 70]],
    );
    assert.deepEqual(
      train!.slices![0]!.slices.map(({ name, rows }) => [name, rows]),
      [["Anna <b>", 50]],
    );
  });
  it("show nothing of a column redacted by a cleaner", async () => {
    const text = await shown("evaluate m on hidden { metrics: accuracy, by: mail }");
    assert.deepEqual(parts(), [["mail", "[EMAIL]: 120"]]);
    assert.ok(!text.includes("example.org"));
  });
  it("cover all rows of cross-validation folds", async () => {
    await book.run(`data folded like whole { split: folds(2, stratify: label) }
train other on folded as crossed { epochs: 1 }
evaluate crossed on folded { metrics: accuracy, by: customer }`);
    assert.deepEqual(parts(), [["customer", "Anna <b>: 60", "rare: 10", "(missing): 50"]]);
  });
  it("are rejected for a missing column before anything runs", async () => {
    const before = book.shown.length;
    await assert.rejects(book.run("evaluate m on whole { by: costumer }"), (error) => {
      assert.ok(error instanceof CodedError || String(error).includes("costumer"), String(error));
      return true;
    });
    assert.equal(book.shown.length, before);
  });
});
