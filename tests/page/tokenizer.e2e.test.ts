/**
 * The page tokenizes texts as training does: its JavaScript tokenizer gives the ids of the kernel's Rust tokenizer.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { lengthEstimatingTokenizer, tokenizerFromFile } from "#page/world/tokenizer.js";
import { root } from "./browser.js";

const odd = [
  "",
  "  two  blanks ",
  "naïve Ünïcödé ﬁ",
  "你好，世界",
  "a\u0301 e\u0301",
  "tabs\tand\nlines",
  "don't we'll I'm",
  "🙂🙃 family 👨‍👩‍👧",
  "[CLS] [MASK] <|im_start|>",
  "x".repeat(300),
  "\ud800 alone",
  "ÀÉÎ İstanbul ß",
  "١٢٣ 1,000.50 €",
];
const all = Number.POSITIVE_INFINITY;

describe("page tokenizer", function () {
  this.timeout(120_000);
  const sentences = readFileSync(join(root, "notebooks/data/sentiment.csv"), "utf8").split("\n").slice(1, 400);

  for (const name of ["all-MiniLM-L6-v2", "SmolLM2-135M-Instruct"])
    it(`gives the same tokens as training: ${name}`, async () => {
      const { folder, facts } = await resolveBase(name, { folder: root });
      const rust = await loadTokenizer(folder);
      const file = join(folder, "tokenizer.json");
      const page = tokenizerFromFile(file, readFileSync(file), facts.config);
      const texts = [...odd, ...sentences];
      const [expected, got] = [await rust.encode(texts, all), await page.encode(texts, all)];
      texts.forEach((text, i) => assert.deepEqual([...got[i]!], [...expected[i]!], JSON.stringify(text)));
      const second = [...texts].reverse();
      const [pairs, pagePairs] = [await rust.encodePairs(texts, second, 40), await page.encodePairs(texts, second, 40)];
      texts.forEach((text, i) => assert.deepEqual(pagePairs[i], pairs[i], JSON.stringify(text)));
      const words = sentences.slice(0, 40).map((sentence) => sentence.split(/\s+/).filter(Boolean));
      const [known, told] = [await rust.encodeWords(words), await page.encodeWords(words)];
      words.forEach((row, i) => assert.deepEqual([...told[i]!.ids], [...known[i]!.ids], row.join(" ")));
      const cut = { length: 48, overlap: 8, names: sentences.map((_, i) => i + 1) };
      const contexts = sentences.slice(0, 30).map((_, i) => sentences.slice(i, i + 6).join(" "));
      const questions = contexts.map((_, i) => `What of ${i}?`);
      const [windows, pageWindows] = [
        await rust.encodeContexts(questions, contexts, cut),
        await page.encodeContexts(questions, contexts, cut),
      ];
      assert.deepEqual(
        pageWindows.map(({ ids }) => [...ids]),
        windows.map(({ ids }) => [...ids]),
      );
    });

  it("gives the same tokens as training if `Whitespace` splits the words", async () => {
    const { folder, facts } = await resolveBase("all-MiniLM-L6-v2", { folder: root });
    const own = mkdtempSync(join(tmpdir(), "tunebook-test-"));
    try {
      const json = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as Record<string, unknown>;
      json["pre_tokenizer"] = { type: "Whitespace" };
      json["normalizer"] = null;
      for (const name of ["config.json", "tokenizer_config.json"]) cpSync(join(folder, name), join(own, name));
      const file = join(own, "tokenizer.json");
      writeFileSync(file, JSON.stringify(json));
      const rust = await loadTokenizer(own);
      const page = tokenizerFromFile(file, readFileSync(file), facts.config);
      const texts = [...odd, "größe straße naïve", "привет мир", "a_b c-d"];
      const [expected, got] = [await rust.encode(texts, all), await page.encode(texts, all)];
      texts.forEach((text, i) => assert.deepEqual([...got[i]!], [...expected[i]!], JSON.stringify(text)));
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });

  it("estimates the number of English tokens to within a fifth", async () => {
    const { folder } = await resolveBase("all-MiniLM-L6-v2", { folder: root });
    const rust = await loadTokenizer(folder);
    const sum = (rows: readonly Int32Array[]): number => rows.reduce((total, ids) => total + ids.length, 0);
    const guess = sum(await lengthEstimatingTokenizer("encoder").encode(sentences, all));
    const ratio = guess / sum(await rust.encode(sentences, all));
    console.log(`      ${ratio.toFixed(3)} of the exact count`);
    assert.ok(ratio > 0.8 && ratio < 1.2, String(ratio));
  });
});
