/** Texts are read for their tokens on request, and no further once nobody waits for them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TokenizerSandbox } from "#kernel/bases/isolated/client.js";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import { queuedTokenizerOf, tokenizerForRequest } from "#kernel/inference/gathering/merged-encoding.js";
import { tokenizeTexts } from "#kernel/features/serve/models/tokens.js";
import { hostile, text as hard } from "#tests/kernel/bases/hostile-tokenizers.js";
import { writeTokenizer } from "../../../session/small-tokenizers.js";

describe("tokenization of request texts", function () {
  this.timeout(60_000);
  let folder: string;
  let host: TokenizerSandbox;
  let tokenizer: Tokenizer;
  /** Number of characters read. */
  let read = 0;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-tokens-"));
    host = new TokenizerSandbox();
    writeTokenizer(folder, "byteLevel");
    const own = await loadTokenizer(folder, host);
    const encodePlaced: Tokenizer["encodePlaced"] = (texts, signal) => {
      read += texts.reduce((sum, { length }) => sum + length, 0);
      return own.encodePlaced(texts, signal);
    };
    tokenizer = { ...own, encodePlaced };
  });
  beforeEach(() => (read = 0));
  after(() => {
    host.close();
    rmSync(folder, { recursive: true });
  });

  it("returns the tokens of all texts in order, whether tokenized together or alone", async () => {
    const texts = ["ab", "", "é".repeat(50_000), "c", "x".repeat(40_000), "y"];
    const all = await tokenizeTexts(tokenizer, texts, { specials: false, most: 140_004 });
    assert.deepEqual(
      all?.map(({ length }) => length),
      [2, 0, 100_000, 1, 40_000, 1],
    );
    assert.deepEqual([all?.[2]?.[99_999]?.stop, all?.[5]?.[0]?.text, read], [50_000, "y", 90_004]);
    assert.equal(await tokenizeTexts(tokenizer, texts, { specials: false, most: 140_003 }), null);
  });
  it("returns nothing above the token limit, and reads only enough text to detect it", async () => {
    const texts = ["a".repeat(2_000_000), "b".repeat(2_000_000)];
    assert.equal(await tokenizeTexts(tokenizer, texts, { specials: true, most: 1000 }), null);
    assert.ok(read < 20_000, `${String(read)} characters`);
  });
  it("stops when aborted, in a process that others wait for", async () => {
    const other = mkdtempSync(join(folder, "hard-"));
    writeFileSync(join(other, "tokenizer.json"), JSON.stringify(hostile["a pattern that looks back without an end"]));
    const endless = queuedTokenizerOf(await loadTokenizer(other, host));
    const gone = new AbortController();
    const since = performance.now();
    const { signal } = gone;
    const tries = [
      tokenizeTexts(tokenizerForRequest(endless, { tokens: 9, from: "start", signal }), [hard], {
        specials: false,
        signal,
      }),
      tokenizerForRequest(endless, { tokens: 9, from: "start", signal }).encode([hard], Infinity),
      tokenizerForRequest(endless, { tokens: 9, from: "start", signal }).encodeContexts(["q"], [hard], {
        length: 9,
        overlap: 1,
        names: [1],
      }),
    ].map((one) => assert.rejects(one, /went away/));
    const next = tokenizer.encode(["ab"], 9);
    setTimeout(() => gone.abort(new Error("went away")), 50);
    await Promise.all(tries);
    assert.ok(performance.now() - since < 400, "whoever went away waits for nothing");
    assert.equal((await next)[0]?.length, 2);
    assert.ok(performance.now() - since < 10_000, "who asks next waits for the old call");
    await assert.rejects(tokenizeTexts(tokenizer, ["a"], { specials: false, signal }), /went away/);
  });
});
