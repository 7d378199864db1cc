/**
 * Losses of single rows: their weighted mean is the loss that `evaluate` reports, however rows are batched. Includes
 * canaries in generated texts.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { TokenWindows } from "#kernel/data/sequences/windows.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { encodeSplit, rowEncodingOptionsOf } from "#kernel/data/encoding/encoded.js";
import { meanLossByText } from "#kernel/inference/losses.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "#tests/kernel/session/small-training.js";

describe("losses of single rows", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  const handle = (name: string) => book.values.get(name) as ModelHandle;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    const things = ["cat", "dog", "old king", "red fox", "sea"];
    const texts = Array.from({ length: 90 }, (_, i) => {
      const text = `the ${things[i % 5]!} ${["sat", "ran", "slept"][i % 3]!} on ${String(i)} of the ${things[(i * 3) % 5]!}s. `;
      return { text: text.repeat(1 + (i % 4)), input: text, target: text.split(" ").slice(1, 3).join(" ") };
    });
    const part = (i: number): string => (i % 3 === 0 ? "test" : "train");
    const lines = texts.map((row, i) => JSON.stringify({ ...row, part: part(i) }));
    writeFileSync(join(book.folder, "texts.jsonl"), lines.join("\n"));
    await book.run(`${definitions}data tales { source: jsonl("texts.jsonl"), columns: { text: text }, split: by_column(part) }
data pairs { source: jsonl("texts.jsonl"), columns: { input: input, target: target }, split: by_column(part) }
model gpt { architecture: gpt2(layers: 2, hidden: 32, heads: 4), tokenizer: bpe(vocabulary: 330), task: text_generation, max_length: 48 }
model t5 { architecture: t5(layers: 1, hidden: 32, heads: 2), tokenizer: unigram(vocabulary: 60), task: text2text_generation, max_length: 48 }
recipe quick { epochs: 4, batch_size: 16, optimizer: adamw(learning_rate: 5e-3), dropout: 0 }
train m on d with quick
train gpt on tales with quick { packing: true, canaries: 5, canary_copies: 3 }
train t5 on pairs with quick`);
  });
  after(() => book.close());

  for (const [name, data, split] of [
    ["m", "d", "validation"],
    ["gpt", "tales", "test"],
    ["t5", "pairs", "test"],
  ] as const)
    it(`average to the reported loss for ${name}`, async () => {
      await book.run(`evaluate ${name} on ${data}.${split} { metrics: [loss] }`);
      const told = mustExist(book.session.evaluations.at(-1), "an evaluation").metrics["loss"]!;
      const context = plainHostContext(book.folder);
      const { recipe } = mustExist(handle(name).weights, "weights").plan;
      const { plan, labels, packed, open, base, tokenizer } = await book.session.weights.askable(
        handle(name),
        recipe.data,
        context,
      );
      const encoding = await rowEncodingOptionsOf(plan, base, tokenizer, labels, name);
      const prepared = await book.session.datasets.data(recipe.data, dataReadingSettingsOf(recipe.model), context);
      const rows = await encodeSplit(prepared, { data, split }, encoding);
      const losses = await meanLossByText(open.session, rows, encoding, {
        batchSize: 8,
        padId: tokenizer.padId,
        packed,
      });
      assert.equal(losses.length, rows.count);
      assert.ok(new Set(losses).size > rows.count / 2, "each has one of its own");
      // A row's weight is its number of targets: one label, or all tokens except the first.
      const counts = new Float64Array(rows.count);
      rows.lengths.forEach((length, row) => {
        const text = rows.ids instanceof TokenWindows ? rows.ids.texts[row]! : row;
        counts[text]! += name === "m" ? 1 : name === "gpt" ? length : mustExist(rows.written, "targets")[row]!;
      });
      const all = counts.reduce((a, b) => a + b, 0);
      const mean = losses.reduce((sum, loss, row) => sum + loss * counts[row]!, 0) / all;
      assert.ok(Math.abs(mean - told) < 2e-5, `${String(mean)}, told ${String(told)}`);
    });

  it("support canary and membership attacks, calibrated by the base if there is one", async () => {
    await book.run("evaluate gpt on tales.test { attacks: [canaries(unseen: 100), membership] }");
    const [canaries, membership] = mustExist(book.session.evaluations.at(-1)?.attacks, "attacks");
    assert.match(
      canaries!.how,
      /^5 canaries, each 3 times among the rows, each compared with 100 of a space of 2\^30;/,
    );
    assert.match(membership!.how, /by the loss of each$/, "from scratch there is no base");
    const folder = JSON.stringify(join(mustExist(handle("gpt").folder, "a run"), "model"));
    await book.run(`model more { base: ${folder}, task: text_generation, max_length: 48 }
train more on tales with quick
evaluate more on tales.test { attacks: [membership] }`);
    const [calibrated] = mustExist(book.session.evaluations.at(-1)?.attacks, "attacks");
    assert.match(calibrated!.how, /^60 rows that trained, 30 others; by the loss of each less the base's$/);
  });
});
