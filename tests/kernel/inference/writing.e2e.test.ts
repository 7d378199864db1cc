/** Text generation from a Tune program to displayed and returned results, on the real engine with a small model. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RefusedError } from "#kernel/session/execution-context.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeTokenizer } from "../session/small-tokenizers.js";

const fixture = new URL("../../../../tests/fixtures/models/qwen2-bias", import.meta.url);

describe("text generation in a notebook", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const writer = (): ModelHandle => book.values.get("writer") as ModelHandle;
  before(async () => {
    book = new NotebookOfOne();
    cpSync(fixture, join(book.folder, "small"), { recursive: true });
    writeTokenizer(join(book.folder, "small"), "letters");
    const config = JSON.parse(readFileSync(new URL(`${fixture.href}/config.json`), "utf8")) as object;
    writeFileSync(join(book.folder, "small/config.json"), JSON.stringify({ ...config, eos_token_id: 0 }));
    await book.run(`model writer { base: "small", task: text_generation }`);
  });
  after(() => book.close());

  it("streams the base's text into one output and stores it under an alias", async () => {
    const shown = await book.run(`predict writer on "Hello", "Good-bye" as answers { max_tokens: 6 }`);
    assert.equal(new Set(shown.map((s) => s.id)).size, 1);
    assert.ok(shown.length >= 2);
    const answers = book.values.get("answers") as readonly WrittenContinuation[];
    assert.deepEqual(
      answers.map((a) => [a.text, a.tokens <= 6, a.ended]),
      [
        ["Hello", true, answers[0]!.ended],
        ["Good-bye", true, answers[1]!.ended],
      ],
    );
    const { bundle } = shown.at(-1)!;
    const text = String(bundle["text/plain"]);
    for (const a of answers) assert.ok(text.includes(`${a.text}\n  ▸ ${a.continuation}`), text);
    assert.ok(!text.includes("▌") && String(shown[0]!.bundle["text/plain"]).includes("▌"));
    assert.match(String(bundle["text/html"]), /opacity:.72">Hello<\/span>/);
  });
  it("gives TypeScript the same text, complete and streamed", async () => {
    const [whole] = await writer().predict<WrittenContinuation>("Hello", { max_tokens: 6 });
    const pieces: string[] = [];
    for await (const piece of writer().stream("Hello", { max_tokens: 6 })) pieces.push(piece);
    assert.equal(pieces.join(""), whole!.continuation);
    assert.ok(pieces.length > 1);
    assert.deepEqual(whole, (book.values.get("answers") as readonly WrittenContinuation[])[0]);
  });
  it("releases the model if the reader stops early", async () => {
    for await (const piece of writer().stream("Hello", { max_tokens: 6 })) {
      assert.ok(piece.length > 0);
      break;
    }
    assert.equal((await writer().predict<WrittenContinuation>("Hello", { max_tokens: 1 })).length, 1);
  });
  it("samples by seed and stops before a stop string", async () => {
    const draw = (seed: number) =>
      writer().predict<WrittenContinuation>(["Hello", "Bye"], {
        max_tokens: 8,
        decode: { sample: { temperature: 1.5, seed } },
      });
    assert.deepEqual(await draw(1), await draw(1));
    assert.notDeepEqual(await draw(1), await draw(2));
    const [whole] = await writer().predict<WrittenContinuation>("Hello", { max_tokens: 6 });
    const stop = whole!.continuation.slice(1, 3);
    const [cut] = await writer().predict<WrittenContinuation>("Hello", { max_tokens: 6, stop });
    assert.equal(cut!.continuation, whole!.continuation.slice(0, whole!.continuation.indexOf(stop)));
    assert.equal(cut!.ended, "stop");
  });
  it("shows the partial text after an interrupt", async () => {
    const aborting = new AbortController();
    const from = book.shown.length;
    const running = book.run(`predict writer on "Hello" { max_tokens: 30, decode: sample(temperature: 3) }`, {
      signal: aborting.signal,
    });
    while (book.shown.length === from) await new Promise((resolve) => setTimeout(resolve, 2));
    aborting.abort();
    await assert.rejects(running, { code: "interrupted" });
    assert.ok(!String(book.shown.at(-1)!.bundle["text/plain"]).includes("▌"));
    assert.equal((await writer().predict<WrittenContinuation>("Hello", { max_tokens: 1 })).length, 1);
  });
  it("rejects unknown options and more tokens than the model has positions", async () => {
    await assert.rejects(writer().predict("a", { decode: "luck" }), { code: "bad-option" });
    await assert.rejects(writer().predict("a", { decode: { sample: { temperature: 0 } } }), { code: "bad-option" });
    await assert.rejects(writer().predict("a", { max_tokens: 0 }), { code: "bad-option" });
    await assert.rejects(writer().predict("a", { max_tokens: 40 }), { code: "no-room-to-generate" });
    await assert.rejects(writer().predict(""), { code: "empty-prompt" });
    await assert.rejects(book.run(`predict writer on "a" { decode: sample(temperature: 0) }`), (e: RefusedError) => {
      assert.equal(e.diagnostics[0]!.code, "out-of-range");
      return true;
    });
  });
  it("uses the trained weights, greedily and with beam search", async () => {
    const rows = Array.from({ length: 24 }, () => JSON.stringify({ text: "ababababababab" }));
    writeFileSync(join(book.folder, "ab.jsonl"), rows.join("\n"));
    await book.run(`
data ab { source: jsonl("ab.jsonl"), columns: { text: text } }
train writer on ab { epochs: 12, batch_size: 8, optimizer: adamw(learning_rate: 1e-2), seed: 1 }`);
    const [learnt] = await writer().predict<WrittenContinuation>("ababab", { max_tokens: 6 });
    assert.equal(learnt!.continuation, "ababab");
    const [searched] = await writer().predict<WrittenContinuation>("ababab", {
      max_tokens: 6,
      decode: { beam: { width: 3 } },
    });
    assert.equal(searched!.continuation, "ababab");
  });
});
