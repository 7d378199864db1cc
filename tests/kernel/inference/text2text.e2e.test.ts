/** text2text from a Tune program to outputs: data, training, scores and generation on the real engine. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Evaluation } from "#kernel/inference/evaluations/evaluation.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeT5 } from "../session/small-t5.js";

/** Returns distinct words of a few letters; the target is the word reversed. */
function words(count: number): readonly { readonly word: string; readonly back: string }[] {
  const generator = seededRandom(3, 0);
  const made = new Set<string>();
  while (made.size < count) {
    const length = 2 + drawBelow(generator, 3);
    made.add(Array.from({ length }, () => "abcde"[drawBelow(generator, 5)]!).join(""));
  }
  return [...made].map((word) => ({ word, back: [...word].reverse().join("") }));
}

describe("text2text_generation end to end", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const backwards = (): ModelHandle => book.values.get("backwards") as ModelHandle;
  const evaluation = (): Evaluation => book.session.evaluations.at(-1)!;
  before(async () => {
    book = new NotebookOfOne();
    writeT5(join(book.folder, "small"));
    const rows = words(300).map((row, i) => JSON.stringify({ ...row, part: i < 260 ? "train" : "test" }));
    writeFileSync(join(book.folder, "words.jsonl"), rows.join("\n"));
    await book.run(`
data pairs { source: jsonl("words.jsonl"), columns: { input: word, target: back }, split: by_column(part) }
model backwards { base: "small", task: translation(prefix: "back: "), technique: full, max_length: 16 }`);
  });
  after(() => book.close());

  it("learns to reverse words", async () => {
    await book.run(
      `train backwards on pairs { epochs: 30, batch_size: 20, optimizer: adamw(learning_rate: 1e-2), seed: 1 }`,
    );
    const { history } = backwards();
    assert.equal(history.length, 30 * 13);
    assert.ok(history.at(-1)!.loss < 0.2 * history[0]!.loss, `${history[0]!.loss} to ${history.at(-1)!.loss}`);
    const known = words(300).slice(0, 20);
    const written = await backwards().predict<WrittenContinuation>(
      known.map(({ word }) => word),
      { max_tokens: 8 },
    );
    const right = written.filter(({ continuation }, i) => continuation === known[i]!.back).length;
    assert.ok(right >= 16, JSON.stringify(written.map((w) => [w.text, w.continuation])));
    assert.ok(
      written.every(({ ended }) => ended === "end"),
      "the token that ends a text is learnt",
    );
  });
  it("scores outputs against targets, greedily and with beam search", async () => {
    await book.run(`evaluate backwards on pairs.test`);
    assert.deepEqual(Object.keys(evaluation().metrics), ["loss", "bleu", "chrf"]);
    await book.run(
      `evaluate backwards on pairs.train { metrics: [exact_match, rouge(rouge1), chrf], decode: beam(width: 2), max_tokens: 8 }`,
    );
    const { exact_match, "rouge(rouge1)": rouge, chrf } = evaluation().metrics;
    assert.ok(exact_match! > 0.8 && Math.abs(rouge! - exact_match!) < 1e-9, "every text is one word");
    // chrF gives credit for parts of a word, even if a word is wrong.
    assert.ok(chrf! > 100 * exact_match! || exact_match === 1, `${String(chrf)}, ${String(exact_match)}`);
    assert.ok(chrf! <= 100);
  });
  it("scores each token of the targets", async () => {
    await book.run(`evaluate backwards on pairs.test { metrics: [loss, perplexity] }`);
    const { metrics, rows } = evaluation();
    assert.equal(rows, 40);
    assert.deepEqual(Object.keys(metrics), ["loss", "perplexity"]);
    assert.ok(Math.abs(Math.exp(metrics["loss"]!) - metrics["perplexity"]!) < 1e-6);
    assert.ok(metrics["loss"]! < 1);
  });
  it("streams into the cell, uses beam search and predicts a split", async () => {
    const shown = await book.run(
      `predict backwards on "abc", "edd" as answers { max_tokens: 8, decode: beam(width: 4) }`,
    );
    assert.ok(shown.length >= 2);
    const answers = book.values.get("answers") as readonly WrittenContinuation[];
    assert.deepEqual(
      answers.map(({ text }) => text),
      ["abc", "edd"],
    );
    const pieces: string[] = [];
    for await (const piece of backwards().stream("abc", { max_tokens: 8 })) pieces.push(piece);
    const [whole] = await backwards().predict<WrittenContinuation>("abc", { max_tokens: 8 });
    assert.equal(pieces.join(""), whole!.continuation);
    await book.run(`predict backwards on pairs.test as all { max_tokens: 8 }`);
    assert.equal((book.values.get("all") as readonly WrittenContinuation[]).length, 40);
  });
  it("writes the same text after reloading its checkpoint", async () => {
    const [before] = await backwards().predict<WrittenContinuation>("dcba", { max_tokens: 8 });
    await book.session.weights.forget(backwards().folder!);
    const [after] = await backwards().predict<WrittenContinuation>("dcba", { max_tokens: 8 });
    assert.deepEqual(after, before);
  });
  it("trains with LoRA, gradient accumulation and bf16, and shows its graph", async () => {
    await book.run(`
model low like backwards { technique: lora(rank: 4) }
train low on pairs { steps: 12, batch_size: 8, accumulate: 2, optimizer: adamw(learning_rate: 1e-2), precision: bf16, seed: 1 }
show low.graph
show low.program`);
    const low = book.values.get("low") as ModelHandle;
    assert.equal(low.history.length, 12);
    assert.ok(low.history.at(-1)!.loss < low.history[0]!.loss);
    assert.match(String(book.shown.at(-1)!.bundle["text/plain"]), /decoder_input_ids/);
    assert.match(readFileSync(join(low.folder!, "events.jsonl"), "utf8"), /"kind":"step"/);
  });
  it("gets the same losses from streamed data", async () => {
    await book.run(`
data flowing { source: jsonl("words.jsonl", stream: true), columns: { input: word, target: back }, split: by_column(part) }
model once like backwards {}
recipe short { steps: 3, batch_size: 20, shuffle: none, seed: 1 }
train once on pairs with short as whole
train once on flowing with short as streamed`);
    const losses = (name: string) => (book.values.get(name) as ModelHandle).history.map(({ loss }) => loss);
    assert.equal(losses("whole").length, 3);
    assert.deepEqual(losses("streamed"), losses("whole"));
  });
  it("rejects a missing target, data without targets, and a base that is no encoder-decoder", async () => {
    writeFileSync(join(book.folder, "hole.jsonl"), `{"word": "a", "back": ""}\n{"word": "b", "back": "b"}`);
    const codes = async (text: string): Promise<readonly string[]> => {
      let found: readonly string[] = [];
      await assert.rejects(book.run(text), (error: { readonly diagnostics: readonly { readonly code: string }[] }) => {
        found = error.diagnostics.map(({ code }) => code);
        return true;
      });
      return found;
    };
    assert.deepEqual(
      await codes(
        `data hole { source: jsonl("hole.jsonl"), columns: { input: word, target: back } }\ntrain backwards on hole`,
      ),
      ["missing-value"],
    );
    assert.deepEqual(
      await codes(`data half { source: jsonl("words.jsonl"), columns: { input: word } }\ntrain backwards on half`),
      ["missing-role"],
    );
    assert.deepEqual(await codes(`model wrong { base: "small", task: text_generation }\ntrain wrong on pairs`), [
      "task-not-for-base",
      "missing-role",
    ]);
  });
});
