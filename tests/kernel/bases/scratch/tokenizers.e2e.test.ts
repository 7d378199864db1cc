/** Tokenizers trained by Tunebook, compared with Hugging Face's own trainers, and read by its Python tokenizers. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { WordCounts, TrainableTokenizer } from "#stdlib/tokenizers/kind.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { trainTokenizer } from "#kernel/bases/scratch/train-tokenizer.js";

const root = new URL("../../../../..", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const golden = JSON.parse(read("tests/golden/oracle/trained-tokenizers.json")) as {
  readonly size: number;
  readonly vocabulary: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
  readonly tokens: Readonly<Record<string, number>>;
  readonly texts: readonly string[];
  readonly read: Readonly<Record<string, readonly (readonly [ids: readonly number[], text: string])[]>>;
};
/** The column `text` of the sentiment data, unchanged from the file. */
const texts = csvColumn(read("notebooks/data/sentiment.csv"));
const FAMILIES: Readonly<Record<string, string>> = { bpe: "gpt2", wordpiece: "bert", unigram: "t5" };
const calls: Readonly<Record<string, Call["arguments"]>> = {
  bpe: { minimum_frequency: 2 },
  wordpiece: { minimum_frequency: 2, alphabet: 1000, lower_case: true },
  unigram: { longest_piece: 16, shrinking: { share: 0.75 } },
};
const call = (word: string, vocabulary = golden.size): Call => ({
  ...{ word, kind: "tokenizer" },
  arguments: { vocabulary, ...calls[word] },
});
const trained = (word: string) => {
  const scratch = registry.find("model", FAMILIES[word]!)!.capabilities!.fromScratch!;
  return trainTokenizer(call(word), scratch, texts, { data: "reviews", registry });
};
type Model = Readonly<Record<string, unknown>>;

describe("trained tokenizers", function () {
  this.timeout(60_000);
  for (const word of Object.keys(FAMILIES)) {
    it(`${word}: match the recorded file for the same texts`, async () => {
      const { tokenizer, size } = await trained(word);
      assert.equal(size, golden.size);
      const kept: unknown = JSON.parse(read(`tests/fixtures/scratch/tokenizer-${word}.json`));
      assert.deepEqual(JSON.parse(JSON.stringify(tokenizer)), kept);
    });
    it(`${word}: encode and decode difficult strings like Python from the same file`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "tunebook-tokenizer-"));
      try {
        const { tokenizer, settings } = await trained(word);
        writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
        writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(settings));
        const loaded = await loadTokenizer(folder);
        const ids = await loaded.encode(golden.texts, 1_000_000);
        for (const [i, [wanted, text]] of golden.read[word]!.entries()) {
          assert.deepEqual(Array.from(ids[i]!), wanted, JSON.stringify(golden.texts[i]));
          assert.equal(await loaded.decode(ids[i]!), text);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
    it(`${word}: use as many tokens as Hugging Face's training, within 2 %`, async () => {
      const { tokenizer } = await trained(word);
      const folder = mkdtempSync(join(tmpdir(), "tunebook-tokenizer-"));
      try {
        writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({ ...tokenizer, post_processor: null }));
        const ids = await (await loadTokenizer(folder)).encode(texts, 1_000_000);
        const total = ids.reduce((sum, own) => sum + own.length, 0);
        const ratio = total / golden.tokens[word]!;
        assert.ok(Math.abs(ratio - 1) < 0.02, `${total} of ${golden.tokens[word]}`);
        if (word === "bpe") assert.equal(ratio, 1);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
  it("bpe: have the vocabulary and merges of Hugging Face's trainer", async () => {
    const model = (await trained("bpe")).tokenizer["model"] as Model;
    const vocabulary = model["vocab"] as Readonly<Record<string, number>>;
    assert.deepEqual(
      Object.keys(vocabulary).sort((a, b) => vocabulary[a]! - vocabulary[b]!),
      golden.vocabulary,
    );
    assert.deepEqual(model["merges"], golden.merges);
  });
  it("have fewer tokens if there are no more to learn, and report the minimum size", async () => {
    const words: WordCounts = { words: ["▁ab", "▁abc"], counts: [3, 2] };
    for (const word of Object.keys(FAMILIES)) {
      const training = (await registry.find("tokenizer", word)!.load!()) as TrainableTokenizer;
      const { size, least, model } = training.train(call(word, 1000), words, { specials: ["<s>"], unknown: "<s>" });
      assert.ok(least < size && size < 300, `${word}: ${least}, ${size}`);
      const vocab = model["vocab"] as Readonly<Record<string, number>> | readonly unknown[];
      assert.equal(Array.isArray(vocab) ? vocab.length : Object.keys(vocab).length, size);
    }
  });
  it("unigram: preserve every character in a small vocabulary", async () => {
    const unigram = (await registry.find("tokenizer", "unigram")!.load!()) as TrainableTokenizer;
    const words: WordCounts = { words: ["▁the", "▁then", "▁there", "▁other"], counts: [9, 4, 3, 2] };
    const { model, size } = unigram.train(call("unigram", 9), words, { specials: ["<unk>"], unknown: "<unk>" });
    const pieces = (model["vocab"] as readonly (readonly [string, number])[]).map(([piece]) => piece);
    for (const character of "▁thenro") assert.ok(pieces.includes(character), character);
    assert.equal(size, 9);
  });
  it("are stopped by an abort signal", async () => {
    const scratch = registry.find("model", "gpt2")!.capabilities!.fromScratch!;
    const lines = Array.from({ length: 3000 }, (_, i) => `stopped ${Math.random()} ${i}`);
    const signal = AbortSignal.timeout(20);
    await assert.rejects(trainTokenizer(call("bpe"), scratch, lines, { data: "d", registry, signal }), {
      name: "TimeoutError",
    });
  });
});

function csvColumn(text: string): readonly string[] {
  const lines = text.trimEnd().split(/\r?\n/).slice(1);
  return lines.map((line) => {
    const quoted = /^"((?:[^"]|"")*)"/.exec(line);
    return quoted ? quoted[1]!.replaceAll('""', '"') : line.slice(0, line.indexOf(","));
  });
}
