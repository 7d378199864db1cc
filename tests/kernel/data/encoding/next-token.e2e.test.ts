/**
 * Training a small GPT-2 to continue texts, from a Tune program to its weights on the real engine: the loss falls, the
 * perplexity is reported, packed rows and accumulated batches train like plain rows, and an interrupted run resumes
 * exactly.
 */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cachePath } from "#kernel/fetch/cache.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";

const root = new URL("../../../../..", import.meta.url);
const words = "the cat sat on a mat, and the dog ran to the old red barn by the sea; it was late.".split(" ");
/** Texts of 12 to 140 characters; some exceed the model's 40 positions. */
const texts = Array.from({ length: 60 }, (_, i) => {
  const length = 3 + ((i * 13) % 29);
  return Array.from({ length }, (_, k) => words[(i * 7 + k) % words.length]).join(" ");
});

/** A tokenizer of single characters: 0 ends a text, 1 is the unknown token. */
function writeTokenizer(folder: string): void {
  const characters = [..."abcdefghijklmnopqrstuvwxyz ,.;'"];
  const vocab = Object.fromEntries(["<|end|>", "<unk>", ...characters].map((token, id) => [token, id]));
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: ["<|end|>", "<unk>"].map((content, id) => ({ id, content, ...special })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { type: "BPE", unk_token: "<unk>", fuse_unk: false, byte_fallback: false, vocab, merges: [] },
  };
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ eos_token: "<|end|>", pad_token: "<|end|>" }));
}

/**
 * Runs `work` with a cache that has everything but prepared data: the test leaves nothing in the shared cache and
 * deletes nothing there.
 */
async function withOwnData(work: () => Promise<unknown>): Promise<void> {
  const before = process.env["TUNEBOOK_CACHE"];
  const cache = mkdtempSync(join(tmpdir(), "tunebook-cache-"));
  for (const name of readdirSync(cachePath())) if (name !== "data") symlinkSync(cachePath(name), join(cache, name));
  process.env["TUNEBOOK_CACHE"] = cache;
  try {
    await work();
  } finally {
    if (before === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = before;
    rmSync(cache, { recursive: true });
  }
}

describe("next-token training", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    cpSync(new URL("tests/fixtures/models/gpt2-plain", root), join(book.folder, "gpt2"), { recursive: true });
    writeTokenizer(join(book.folder, "gpt2"));
    const rows = texts.map((text, i) =>
      JSON.stringify({ text: `${text} ${i % 7}`, part: i % 6 === 0 ? "validation" : "train" }),
    );
    writeFileSync(join(book.folder, "texts.jsonl"), rows.join("\n"));
    await book.run(`
data tales { source: jsonl("texts.jsonl"), columns: { text: text }, split: by_column(part) }
recipe plain { epochs: 4, batch_size: 8, optimizer: adamw(learning_rate: 3e-3), dropout: 0, seed: 1, shuffle: none, schedule: constant }
model teller { base: "gpt2", task: text_generation }
`);
  });
  after(() => book.close());

  const model = (name: string) => book.values.get(name) as ModelHandle;
  const losses = (name: string) => model(name).history.map((s) => s.loss);
  const near = (ours: readonly number[], theirs: readonly number[], tolerance: number) => {
    assert.equal(ours.length, theirs.length);
    ours.forEach((x, i) =>
      assert.ok(
        Math.abs(x - theirs[i]!) <= tolerance * Math.abs(theirs[i]!),
        `step ${i + 1}: ${x} beside ${theirs[i]}`,
      ),
    );
  };

  it("reduces the loss and reports the perplexity of each validation", async () => {
    await book.run("train teller on tales with plain");
    const own = losses("teller");
    // 50 texts in windows of 40, batches of eight, four epochs.
    assert.ok(own[0]! > 4 && own.at(-1)! < 0.75 * own[0]!, `${own[0]} … ${own.at(-1)}`);
    const { validations } = model("teller");
    assert.equal(validations.length, 4);
    for (const { loss, perplexity } of validations) assert.ok(Math.abs(perplexity! - Math.exp(loss!)) < 1e-9);
    await book.run("evaluate teller on tales.validation");
    const evaluation = book.session.evaluations.at(-1)!;
    assert.deepEqual(Object.keys(evaluation.metrics), ["loss", "perplexity"]);
    assert.equal(evaluation.rows, 10);
    // The best checkpoint is used, so the loss is the minimum over all validations.
    near([evaluation.metrics["loss"]!], [Math.min(...validations.map((v) => v["loss"]!))], 1e-5);
    assert.ok(model("teller").history.every((s) => s.tokens > 0));
  });

  it("refuses label metrics", async () => {
    await assert.rejects(book.run("evaluate teller on tales.validation { metrics: [accuracy] }"), (error: unknown) =>
      JSON.stringify((error as { diagnostics: unknown }).diagnostics).includes("metric-of-other-task"),
    );
  });

  it("gives the same losses with gradient accumulation as with full batches", async () => {
    await book.run("train teller on tales with plain as whole { epochs: 1 }");
    await book.run("train teller on tales with plain as parts { epochs: 1, batch_size: 2, accumulate: 4 }");
    near(losses("parts"), losses("whole"), 1e-5);
    near(
      model("parts").history.map((s) => s.norm),
      model("whole").history.map((s) => s.norm),
      1e-3,
    );
    assert.deepEqual(
      model("parts").history.map((s) => s.tokens),
      model("whole").history.map((s) => s.tokens),
    );
  });

  it("gives the same losses for packed rows as for one text per row", async () => {
    await book.run("train teller on tales with plain as loose { epochs: 3, batch_size: 500, keep: last }");
    await book.run(
      "train teller on tales with plain as packed { epochs: 3, batch_size: 500, keep: last, packing: true, shuffle: random }",
    );
    near(losses("packed"), losses("loose"), 1e-5);
    assert.deepEqual(
      model("packed").history.map((s) => s.tokens),
      model("loose").history.map((s) => s.tokens),
    );
    near(
      model("packed").validations.map((v) => v["loss"]!),
      model("loose").validations.map((v) => v["loss"]!),
      1e-5,
    );
  });

  it("gives the same losses for streamed texts as for texts in memory", async () => {
    const steps = "{ epochs: 2, packing: true, batch_size: 2, shuffle: random }";
    await book.run(`train teller on tales with plain as held ${steps}`);
    const streamed = `data flow { source: jsonl("texts.jsonl", stream: true), columns: { text: text }, split: by_column(part) }`;
    await withOwnData(() => book.run(`${streamed}\ntrain teller on flow with plain as flowing ${steps}`));
    assert.deepEqual(losses("flowing"), losses("held"));
    assert.deepEqual(model("flowing").validations, model("held").validations);
    await assert.rejects(book.run("predict flowing on flow.validation"));
  });

  it("reports the engine's computing and waiting time", async () => {
    const engine = await book.session.engines.engine();
    await engine.clock();
    await book.run("train teller on tales with plain as quick { epochs: 2 }");
    const { computingSeconds, waitingSeconds } = await engine.clock();
    assert.ok(computingSeconds > 0 && waitingSeconds >= 0);
    assert.deepEqual(await engine.clock(), { computingSeconds: 0, waitingSeconds: 0 });
  });

  it("resumes an interrupted run of packed, accumulated batches exactly", async () => {
    const statement = (more: string) =>
      `train teller on tales with plain as ${more === "" ? "straight" : "broken"} { epochs: 12, batch_size: 1, accumulate: 3, packing: true, shuffle: random, dropout: 0.1${more} }`;
    await book.run(statement(""));
    const straight = losses("straight");
    const control = new AbortController();
    const before = new Set(readdirSync(book.runs));
    const poll = setInterval(() => {
      const name = readdirSync(book.runs).find((run) => !before.has(run));
      const file = name === undefined ? "" : join(book.runs, name, "events.jsonl");
      if (!existsSync(file) || readFileSync(file, "utf8").split('"kind":"step"').length < 20) return;
      clearInterval(poll);
      control.abort();
    }, 2);
    await assert
      .rejects(book.run(statement(", resume: false"), { signal: control.signal }), { code: "interrupted" })
      .finally(() => clearInterval(poll));
    await book.run(statement(", resume: true"));
    assert.ok(losses("broken").length === straight.length && straight.length > 40);
    assert.deepEqual(losses("broken"), straight);
    assert.deepEqual(model("broken").validations, model("straight").validations);
  });
});
