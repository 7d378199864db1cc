import assert from "node:assert/strict";
import type { Tokenizer } from "#kernel/bases/tokenizer.js";
import { queuedTokenizerOf, tokenizerForRequest } from "#kernel/inference/gathering/merged-encoding.js";
import { settled } from "./by-hand.js";

/** A tokenizer process that answers only on request, with one token per word. */
class Process {
  readonly calls: (readonly string[])[] = [];
  private readonly open: (() => void)[] = [];
  readonly tokenizer = queuedTokenizerOf({
    encode: (texts: readonly string[]) => {
      this.calls.push(texts);
      return new Promise<readonly Int32Array[]>((resolve, reject) => {
        this.open.push(() => {
          if (texts.includes("breaks")) reject(new Error("it broke"));
          else resolve(texts.map((text) => new Int32Array(text.split(" ").filter(Boolean).length)));
        });
      });
    },
  } as unknown as Tokenizer);
  encode(texts: readonly string[]): Promise<readonly Int32Array[]> {
    return this.tokenizer.encode(texts, Number.POSITIVE_INFINITY);
  }
  async answer(): Promise<void> {
    this.open.shift()?.();
    await settled();
  }
  /** For each call: the number of texts, and the characters of the first. */
  get shapes(): readonly (readonly [number, number])[] {
    return this.calls.map((texts) => [texts.length, texts[0]!.length]);
  }
}
const long = "a ".repeat(20_000);

describe("tokenization queue", () => {
  it("processes short texts without waiting for a long one, in a separate call", async () => {
    const process = new Process();
    const first = process.encode([long]);
    const other = process.encode(["one two"]);
    assert.deepEqual(process.shapes, [
      [1, 40_000],
      [1, 7],
    ]);
    await process.answer();
    await process.answer();
    assert.deepEqual(
      (await Promise.all([first, other])).flat().map(({ length }) => length),
      [20_000, 2],
    );
  });
  it("takes turns between requests: a large one gets a share of each call", async () => {
    const process = new Process();
    const many = process.encode(Array.from({ length: 64 }, () => "b ".repeat(2000)));
    const few = process.encode(["one"]);
    assert.equal(process.calls[0]!.length, 9, "one call holds a part of them");
    await process.answer();
    assert.ok(process.calls[1]!.includes("one"), "and the next has room for others");
    let done = false;
    void many.then(() => (done = true));
    await process.answer();
    assert.equal((await few)[0]!.length, 1);
    assert.equal(done, false);
    while (!done) await process.answer();
    assert.deepEqual(new Set((await many).map(({ length }) => length)), new Set([2000]));
  });
  it("skips texts of aborted requests", async () => {
    const process = new Process();
    const gone = new AbortController();
    const tokenizer = tokenizerForRequest(process.tokenizer, { tokens: 1e9, from: "start", signal: gone.signal });
    const first = process.encode([long]);
    const given = tokenizer.encode([long, "c"], Number.POSITIVE_INFINITY);
    const last = process.encode([`${long}d`]);
    gone.abort(new Error("gone"));
    await assert.rejects(given, /gone/);
    for (let i = 0; i < 4; i++) await process.answer();
    assert.equal((await first)[0]!.length + (await last)[0]!.length, 40_001);
    assert.deepEqual(
      process.shapes.filter(([, characters]) => characters >= 40_000).map(([, characters]) => characters),
      [40_000, 40_001],
    );
  });
  it("isolates failures: other texts of a failed call are tokenized again", async () => {
    const process = new Process();
    const first = process.encode(["first"]);
    const broken = process.encode(["fine", "breaks"]);
    const other = process.encode(["x y"]);
    const failed = assert.rejects(broken, /it broke/);
    for (let i = 0; i < 6; i++) await process.answer();
    await failed;
    assert.equal((await first)[0]!.length, 1);
    assert.equal((await other)[0]!.length, 2);
  });
  it("reads a text only as far as the model does", async () => {
    const process = new Process();
    const tokenizer = tokenizerForRequest(process.tokenizer, { tokens: 16, from: "start" });
    const read = tokenizer.encode(["e ".repeat(1_000_000), "one two"], Number.POSITIVE_INFINITY);
    for (let i = 0; i < 3; i++) await process.answer();
    const [cut, whole] = await read;
    assert.ok(cut!.length > 16 && cut!.length < 2000, String(cut!.length));
    assert.equal(whole!.length, 2);
  });
});
