/**
 * A classifier on a small model of each encoder family, from a Tune program with tokenizer to its weights and
 * predictions.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { writeEncoder } from "#tests/oracles/encoder-folder.js";
import { ENCODERS } from "#tests/stdlib/models/encoder-models.js";
import { NotebookOfOne } from "./notebook-of-one.js";

/**
 * The model, its tokenizer, and the number of trainable parameters with LoRA of rank 2: adapters of the default
 * targets, and the head.
 */
const MODELS = {
  distilbert: {
    golden: "distilbert-plain",
    tokenizer: { name: "distilbert", vocabulary: 180 },
    trained: 4 * 2 * 24 + 12 * 12 + 12 + 26,
  },
  roberta: {
    golden: "roberta-plain",
    tokenizer: { name: "roberta", vocabulary: 400 },
    trained: 4 * 2 * 24 + 12 * 12 + 12 + 26,
  },
  xlm: {
    golden: "roberta-xlm",
    tokenizer: { name: "xlm-roberta", vocabulary: 150 },
    trained: 4 * 2 * 24 + 12 * 12 + 12 + 26,
  },
  // The value projection reads the wide stream (16), the query projection the narrow one (8).
  mobilebert: {
    golden: "mobilebert-layer-norm",
    tokenizer: { name: "distilbert", vocabulary: 180 },
    trained: 2 * 2 * (16 + 24) + 34,
  },
} as const;

describe("training of a classifier by encoder family", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    const rows = Array.from({ length: 48 }, (_, i) => {
      const words = i % 2 ? ["hello", "user", "you"] : ["file", "tag", "don"];
      const text = Array.from({ length: 2 + ((i * 5) % 9) }, (_, k) => words[(i + k) % 3]).join(" ");
      return JSON.stringify({ text: `${text} ${i}`, label: i % 2 ? "yes" : "no", part: i % 6 ? "train" : "test" });
    });
    writeFileSync(join(book.folder, "rows.jsonl"), rows.join("\n"));
    for (const [name, { golden, tokenizer }] of Object.entries(MODELS))
      writeEncoder(
        join(book.folder, name),
        ENCODERS.find((g) => g.name === golden)!,
        { tokenizer },
      );
    await book.run(`
data rows { source: jsonl("rows.jsonl"), columns: { text: text, label: label }, split: by_column(part) }
recipe short { epochs: 10, batch_size: 8, optimizer: adamw(learning_rate: 2e-2), seed: 1 }`);
  });
  after(() => book.close());

  for (const [name, { trained }] of Object.entries(MODELS))
    it(`${name}: learns with LoRA in its layers and with full training`, async () => {
      await book.run(
        `model ${name}_low { base: "${name}", task: text_classification, technique: lora(rank: 2), max_length: 20 }`,
      );
      await book.run(`train ${name}_low on rows with short { dropout: 0 }`);
      const low = book.values.get(`${name}_low`) as ModelHandle;
      assert.equal(low.weights!.plan.estimates.trainable, trained);
      await book.run(
        `model ${name}_full { base: "${name}", task: text_classification, technique: full, max_length: 20 }`,
      );
      await book.run(
        `train ${name}_full on rows with short\nevaluate ${name}_full on rows.test { metrics: [accuracy, loss] }`,
      );
      for (const model of [low, book.values.get(`${name}_full`) as ModelHandle]) {
        const losses = model.history.map((s) => s.loss);
        assert.equal(losses.length, 50);
        const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b) / part.length;
        assert.ok(mean(losses.slice(-5)) < 0.8 * mean(losses.slice(0, 5)), losses.join(" "));
        assert.ok(model.history.every((s) => s.norm > 0));
        const [one, other] = await model.predict(["hello user you hello user 9", "file tag don file tag 8"]);
        assert.deepEqual([one!.label, other!.label], ["yes", "no"]);
      }
    });
});
