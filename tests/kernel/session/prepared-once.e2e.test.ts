/**
 * Data are read and cleaned once for all users: a preview, models of several bases and lengths, scores and answers.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { writeSmallBert } from "./small-bert.js";
import { writeSmallTraining } from "./small-training.js";
import { WholeReads } from "./whole-reads.js";

describe("data of a notebook", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  let reads: WholeReads;
  const file = (): string => join(book.folder, "rows.csv");
  before(() => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    writeSmallBert(join(book.folder, "other"), ["good", "bad", "film", "book", "a"]);
    // So long that reading the first rows does not reach the end.
    const [head, ...rows] = readFileSync(file(), "utf8").split("\n");
    const many = Array.from({ length: 2000 }, (_, i) => `number ${i} ${rows[i % rows.length]},${"x".repeat(200)}`);
    writeFileSync(file(), [`${head},rest`, ...many].join("\n"));
    reads = new WholeReads();
  });
  after(async () => {
    reads.stop();
    await book.close();
  });
  const data = (name: string): string =>
    `data ${name} { source: csv("rows.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }`;

  it("is read once for `data`, `train`, other models, scores and predictions", async () => {
    await book.run(data("d"));
    assert.equal(reads.of("rows.csv"), 1);
    await book.run(`model m { base: "bert", task: text_classification, technique: full, max_length: 16 }
train m on d { steps: 2, batch_size: 8 }`);
    await book.run(`model n { base: "other", task: text_classification, technique: lora(rank: 2), max_length: 8 }
train n on d { steps: 2, batch_size: 8 }
evaluate m, n on d.validation
predict m on d.validation as said`);
    assert.equal(reads.of("rows.csv"), 1);
    assert.ok((book.values.get("n") as ModelHandle).weights?.complete);
  });
  it("is not read again under another alias", async () => {
    await book.run(`${data("e")}\ntrain m on e as again { steps: 2, batch_size: 8 }`);
    assert.equal(reads.of("rows.csv"), 1);
  });
  it("is read again once if the file changed", async () => {
    writeFileSync(file(), `${readFileSync(file(), "utf8")}\na good film w1,yes,x`);
    await book.run(`${data("d")}\ntrain m on d as third { steps: 2, batch_size: 8 }`);
    assert.equal(reads.of("rows.csv"), 2);
  });
});
