import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import { codeOf } from "../data/rows/plans.js";

interface Golden {
  readonly cases: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly ids16: readonly number[];
  }[];
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/tokenizer.json", import.meta.url), "utf8"),
) as Golden;

describe("tokenizer", function () {
  this.timeout(300_000);
  let folder: string;
  let tokenizer: Tokenizer;
  const copies = mkdtempSync(join(tmpdir(), "tunebook-"));
  before(async () => {
    ({ folder } = await resolveBase("all-MiniLM-L6-v2", { folder: copies }));
    tokenizer = await loadTokenizer(folder);
  });
  after(() => rmSync(copies, { recursive: true, force: true }));

  it("gives Python's ids, in full and truncated", async () => {
    const texts = golden.cases.map((c) => c.text);
    assert.ok(texts.length > 400);
    const [whole, cut] = [await tokenizer.encode(texts, Infinity), await tokenizer.encode(texts, 16)];
    golden.cases.forEach(({ text, ids, ids16 }, i) => {
      assert.deepEqual([...cut[i]!], ids16, JSON.stringify(text));
      assert.deepEqual([...tokenizer.cut(whole[i]!, 16)], ids16, JSON.stringify(text));
      if (ids.length < 128) assert.deepEqual([...whole[i]!], ids, JSON.stringify(text));
    });
  });
  it("truncates the longer text of a pair first", async () => {
    const pair = async (a: string, b: string, maxLength: number) => {
      const [{ ids, types } = assert.fail()] = await tokenizer.encodePairs([a], [b], maxLength);
      return [tokenizer.tokens(ids).join(" "), types.join("")];
    };
    // Matches the tokenizers library (0.22), which truncates with `longest_first`.
    assert.deepEqual(await pair("a b c d e f g h", "k l m n o p q r", 8), ["[CLS] a b [SEP] k l m [SEP]", "00001111"]);
    assert.deepEqual(await pair("a b c d e f g h", "k l m n o", 8), ["[CLS] a b c [SEP] k l [SEP]", "00000111"]);
    assert.deepEqual(await pair("a b c d e f g h", "k l", 10), ["[CLS] a b c d e [SEP] k l [SEP]", "0000000111"]);
    assert.deepEqual(await pair("a b", "k l m n o p q r", 12), ["[CLS] a b [SEP] k l m n o p q [SEP]", "000011111111"]);
    assert.deepEqual(await pair("a", "b", 100), ["[CLS] a [SEP] b [SEP]", "00011"]);
  });
  it("handles lone surrogates and long texts", async () => {
    const [odd, long] = await tokenizer.encode(["a\ud800b", "word ".repeat(50_000)], 128);
    assert.equal(odd![0], 101);
    assert.equal(long!.length, 128);
    assert.equal(long!.at(-1), 102);
  });
  it("exposes its padding, size and vocabulary", async () => {
    assert.deepEqual([tokenizer.padId, tokenizer.vocabulary, tokenizer.longest], [0, 30522, 512]);
    assert.equal(await tokenizer.decode(Int32Array.of(101, 7592, 102)), "hello");
  });

  describe("returns a coded error for a damaged file without ending the process", () => {
    const damaged = async (change: (json: Record<string, unknown> & { model: Record<string, unknown> }) => unknown) => {
      const copy = mkdtempSync(join(copies, "t-"));
      for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"])
        cpSync(join(folder, name), join(copy, name));
      const json = JSON.parse(readFileSync(join(copy, "tokenizer.json"), "utf8")) as Parameters<typeof change>[0];
      const changed = change(json);
      writeFileSync(join(copy, "tokenizer.json"), typeof changed === "string" ? changed : JSON.stringify(changed));
      return codeOf(() => loadTokenizer(copy));
    };
    const map = (precompiled_charsmap: unknown) => (json: object) => ({
      ...json,
      normalizer: { type: "Sequence", normalizers: [{ type: "Precompiled", precompiled_charsmap }] },
    });
    const cases: [string, string, Parameters<typeof damaged>[0]][] = [
      ["cut short", "broken-tokenizer", (json) => JSON.stringify(json).slice(0, 4000)],
      ["without a model", "broken-tokenizer", (json) => ({ ...json, model: undefined })],
      ["with an empty vocabulary", "broken-tokenizer", (json) => ({ ...json, model: { ...json.model, vocab: {} } })],
      ["with a character map that is cut short", "broken-tokenizer", map("AAAA")],
      ["with a character map that is no base64", "broken-tokenizer", map("%%%%")],
      ["without a character map", "broken-tokenizer", map(null)],
      [
        "with a broken pattern",
        "broken-tokenizer",
        (json) => ({
          ...json,
          pre_tokenizer: { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated", invert: false },
        }),
      ],
      [
        "of an unknown model",
        "unknown-tokenizer-part",
        (json) => ({ ...json, model: { ...json.model, type: "Quux" } }),
      ],
      ["of an unknown frame", "unknown-tokenizer-part", (json) => ({ ...json, post_processor: { type: "Quux" } })],
      [
        "of another model",
        "tokenizer-mismatch",
        (json) => ({ ...json, model: { ...json.model, vocab: { ...(json.model["vocab"] as object), extra: 40_000 } } }),
      ],
    ];
    for (const [what, code, change] of cases) it(what, async () => assert.equal((await damaged(change)).code, code));
    it("reports a truncated file as incomplete", async () =>
      assert.match(
        String((await damaged((json) => JSON.stringify(json).slice(0, 4000))).data["why"]),
        /complete JSON/,
      ));
    it("reports a missing file", async () =>
      assert.equal((await codeOf(() => loadTokenizer(copies))).code, "no-tokenizer"));
  });
});
