/**
 * Compressed decoder models: the pruned model opens in transformers with equal logits, and a quantised one generates
 * text.
 */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { writeTokenizer } from "../../session/small-tokenizers.js";

const fixtures = new URL("../../../../../tests/fixtures/models/", import.meta.url);
const WAYS = [
  ["gpt2-plain", "structured(feed_forward: 50%)", "n_inner"],
  ["llama-grouped", "structured(heads: 50%, feed_forward: 50%)", "num_key_value_heads"],
] as const;

describe("compressed decoders", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;

  before(async () => {
    book = new NotebookOfOne();
    const rows = Array.from(
      { length: 24 },
      (_, i) => `${i % 2 ? "a good and kind" : "bad worse poor"} ${"abcdefghijklmnopqrstuvwxyz"[i]}`,
    );
    writeFileSync(join(book.folder, "rows.csv"), ["text", ...rows].join("\n"));
    await book.run(
      'data tales { source: csv("rows.csv"), columns: { text: text }, split: random(train: 75%, test: 25%) }',
    );
  });
  after(() => book.close());

  for (const [fixture, way, field] of WAYS)
    it(`${fixture}: ${way} opens in transformers with equal logits`, async () => {
      const name = fixture.replace("-", "_");
      cpSync(new URL(fixture, fixtures), join(book.folder, fixture), { recursive: true });
      writeTokenizer(join(book.folder, fixture), "letters");
      await book.run(`model ${name} { base: "${fixture}", task: text_generation, technique: full, max_length: 12 }
recipe quick { steps: 3, batch_size: 8, optimizer: adamw(learning_rate: 1e-3), seed: 1 }
train ${name} on tales with quick
compress ${name} on tales with quick as slim_${name} { sparsify: ${way} }
deploy slim_${name} to huggingface("out/${name}")`);
      const of = (folder: string) =>
        JSON.parse(readFileSync(join(book.folder, folder, "config.json"), "utf8")) as Record<string, number>;
      assert.ok(of(`out/${name}`)[field]! < (of(fixture)[field] ?? Infinity));
      const { verdict } = JSON.parse(readFileSync(join(book.folder, "out", name, "proof.json"), "utf8")) as {
        verdict: string;
      };
      assert.equal(verdict, "equal");
    });

  it("t5: inner layers of encoder and decoder are removed; the rest opens in transformers with equal logits", async () => {
    const rows = Array.from(
      { length: 24 },
      (_, i) => `${i % 2 ? "a good and kind" : "bad worse poor"} ${"abcdefghijklmnopqrstuvwxyz"[i]},word ${i % 2}`,
    );
    writeFileSync(join(book.folder, "pairs.csv"), ["input,target", ...rows].join("\n"));
    await book.run(`data pairs { source: csv("pairs.csv"), columns: { input: input, target: target }, split: random(train: 75%, test: 25%) }
model pair { architecture: t5(layers: 2, hidden: 32, heads: 2, intermediate: 64, gated: true), tokenizer: unigram(vocabulary: 30), task: text2text_generation, max_length: 24 }
train pair on pairs with quick
compress pair on pairs with quick as slim_pair { sparsify: structured(feed_forward: 25%) }
deploy slim_pair to huggingface("out/pair")`);
    const config = JSON.parse(readFileSync(join(book.folder, "out/pair/config.json"), "utf8")) as { d_ff: number };
    assert.equal(config.d_ff, 48);
    const { verdict } = JSON.parse(readFileSync(join(book.folder, "out/pair/proof.json"), "utf8")) as {
      verdict: string;
    };
    assert.equal(verdict, "equal");
  });

  it("generate text after int8 quantisation", async () => {
    await book.run("compress gpt2_plain on tales as eight { quantize: int8 }");
    const eight = book.values.get("eight") as ModelHandle;
    const [written] = (await eight.predict("a good", { max_tokens: 8 })) as readonly WrittenContinuation[];
    assert.ok(written!.tokens > 0);
  });
});
