/**
 * Models from scratch, from a Tune program to a folder that is a base again: new tokenizers, and small models of
 * several families.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RefusedError } from "#kernel/session/execution-context.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { NotebookOfOne } from "./notebook-of-one.js";

const words =
  "the cat sat on a mat and the dog ran to the old red barn by the sea it was late when they came home".split(" ");
/** Distinct texts of 8 to 40 words. */
const texts = Array.from({ length: 120 }, (_, i) =>
  Array.from({ length: 8 + ((i * 7) % 33) }, (_, k) => words[(i * 5 + k * (1 + (i % 3))) % words.length]).join(" "),
);
const json = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;

describe("model from scratch", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const losses = (name: string): readonly number[] => model(name).history.map((step) => step.loss);
  before(async () => {
    book = new NotebookOfOne();
    const rows = texts.map((text, i) =>
      JSON.stringify({ text: `${text} ${i}.`, part: i % 6 === 0 ? "validation" : "train" }),
    );
    writeFileSync(join(book.folder, "texts.jsonl"), rows.join("\n"));
    await book.run(`
data tales { source: jsonl("texts.jsonl"), columns: { text: text }, split: by_column(part) }
model scratch { architecture: gpt2(layers: 2, hidden: 32, heads: 4), tokenizer: bpe(vocabulary: 310), task: text_generation, max_length: 64 }
recipe quick { epochs: 3, batch_size: 10, optimizer: adamw(learning_rate: 5e-3), seed: 4 }`);
  });
  after(() => book.close());

  it("learns, is scored and writes as a small GPT-2 with its tokenizer", async () => {
    await book.run(`train scratch on tales with quick`);
    const [first, last] = [losses("scratch")[0]!, losses("scratch").at(-1)!];
    // At first all tokens are equally likely.
    assert.ok(Math.abs(first - Math.log(310)) < 0.15, `${first}`);
    assert.ok(last < 0.7 * first, `${first} → ${last}`);
    await book.run(`evaluate scratch on tales.validation { metrics: [perplexity, loss, bits_per_byte] }`);
    const { metrics, intervals } = book.session.evaluations.at(-1)!;
    assert.ok(metrics["perplexity"]! < 60);
    // Predicted tokens: all but each text's first, plus the end token, which has no bytes.
    const tokenizer = await loadTokenizer(join(model("scratch").folder!, "model"));
    const rows = texts.map((text, i) => `${text} ${i}.`).filter((_, i) => i % 6 === 0);
    let [tokens, bytes] = [0, 0];
    for (const ids of await tokenizer.encode(rows, 64)) {
      tokens += ids.length;
      bytes += Buffer.byteLength(await tokenizer.decode(ids.subarray(1)));
    }
    const wanted = (metrics["loss"]! * tokens) / Math.LN2 / bytes;
    assert.ok(Math.abs(metrics["bits_per_byte"]! - wanted) < 1e-6, `${metrics["bits_per_byte"]}, not ${wanted}`);
    assert.ok(intervals!["bits_per_byte"]!.low < wanted && wanted < intervals!["bits_per_byte"]!.high);
    const [written] = await model("scratch").predict<WrittenContinuation>("the cat sat", { max_tokens: 5 });
    assert.ok(written!.continuation.length > 0);
  });
  it("trains reproducibly and keeps its weights when redefined", async () => {
    const [before, folder] = [losses("scratch"), model("scratch").folder];
    await book.run(
      `model scratch { architecture: gpt2(layers: 2, hidden: 32, heads: 4), tokenizer: bpe(vocabulary: 310), task: text_generation, max_length: 64 }`,
    );
    assert.equal(model("scratch").folder, folder);
    assert.ok(model("scratch").trained);
    await book.run(`train scratch on tales with quick`);
    assert.deepEqual(losses("scratch"), before);
  });
  it("saves a standard base folder that writes the same text", async () => {
    const folder = join(model("scratch").folder!, "model");
    assert.deepEqual(readdirSync(folder).sort(), [
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    const config = json(join(folder, "config.json"));
    assert.deepEqual(
      [config["model_type"], config["architectures"], config["vocab_size"]],
      ["gpt2", ["GPT2LMHeadModel"], 310],
    );
    const { tensors } = readHeader(join(folder, "model.safetensors"));
    assert.deepEqual(tensors["transformer.wte.weight"]!.shape, [310, 32]);
    assert.ok(!Object.keys(tensors).some((name) => name.startsWith("adam")));
    await book.run(`model again { base: ${JSON.stringify(folder)}, task: text_generation }`);
    const ask = (name: string) => model(name).predict<WrittenContinuation>("the old red", { max_tokens: 6 });
    assert.deepEqual(await ask("again"), await ask("scratch"));
  });
  it("trains its tokenizer on the training split only", async () => {
    const rows = ["zebra zebra zebra zebra", ...texts].map((text, i) =>
      JSON.stringify({ text, part: i === 0 ? "validation" : "train" }),
    );
    writeFileSync(join(book.folder, "zebra.jsonl"), rows.join("\n"));
    await book.run(`
data zoo { source: jsonl("zebra.jsonl"), columns: { text: text }, split: by_column(part) }
train scratch on zoo with quick as keeper { epochs: 1 }`);
    const { vocab } = json(join(model("keeper").folder!, "model/tokenizer.json"))["model"] as {
      vocab: Record<string, number>;
    };
    assert.ok(Object.keys(vocab).some((token) => token === "Ġthe"));
    assert.ok(!Object.keys(vocab).some((token) => token.includes("z") && token.length > 1));
  });
  it("rejects a vocabulary that the data cannot fill, and predictions before training", async () => {
    const refused = (text: string, code: string) =>
      assert.rejects(book.run(text), (e: RefusedError) => {
        assert.deepEqual(
          e.diagnostics.map((d) => d.code),
          [code],
        );
        return true;
      });
    await refused(
      `model wide like scratch { tokenizer.vocabulary: 30_000 }\ntrain wide on tales { steps: 1 }`,
      "vocabulary-too-large",
    );
    await refused(
      `model narrow like scratch { architecture: bert(layers: 1, hidden: 16, heads: 2), tokenizer: wordpiece(vocabulary: 32), task: fill_mask }\ntrain narrow on tales { steps: 1 }`,
      "vocabulary-too-small",
    );
    await refused(`predict wide on "the cat"`, "unknown-name");
    await refused(`model fresh like scratch { max_length: 32 }\npredict fresh on "the cat"`, "not-trained");
  });
  it("works as the base of another model", async () => {
    await book.run(`
model grown { base: scratch, task: text_generation, max_length: 64 }
train grown on tales with quick { epochs: 1 }`);
    // The loss starts close to where the other training ended.
    assert.ok(losses("grown")[0]! < 1.2 * losses("scratch").at(-1)!, `${losses("grown")[0]}`);
    // Both models can be in one program, but a base that was never trained is refused.
    await book.run(`
model first { architecture: bert(layers: 1, hidden: 32, heads: 2), tokenizer: wordpiece(vocabulary: 90), task: fill_mask, max_length: 64 }
train first on tales { epochs: 2, optimizer: adamw(learning_rate: 5e-3) }
data parted { source: jsonl("texts.jsonl"), columns: { text: text, label: part } }
model second { base: first, task: text_classification, technique: lora(rank: 2), max_length: 64 }
train second on parted { epochs: 1 }`);
    assert.equal((await model("second").predict(["the cat sat"])).length, 1);
    await assert.rejects(
      book.run(
        `model odd like second { technique: adapters(size: 2) }\ntrain odd on parted { epochs: 1 }\nmodel third { base: odd, task: text_classification }\ntrain third on parted`,
      ),
      (e: RefusedError) => e.diagnostics[0]!.code === "base-trained-in-part",
    );
    await assert.rejects(
      book.run(
        `model idle like scratch { max_length: 48 }\nmodel fourth { base: idle, task: text_generation }\ntrain fourth on tales`,
      ),
      (e: RefusedError) => e.diagnostics[0]!.code === "not-trained",
    );
  });
  it("fills masks as an encoder, writes as a LLaMA and answers as a T5", async () => {
    const pairs = texts.map((text, i) =>
      JSON.stringify({
        input: text.split(" ").slice(0, 3).join(" "),
        target: text.split(" ")[0],
        part: i % 6 === 0 ? "validation" : "train",
      }),
    );
    writeFileSync(join(book.folder, "pairs.jsonl"), pairs.join("\n"));
    await book.run(`
data pairs { source: jsonl("pairs.jsonl"), columns: { input: input, target: target }, clean: drop_duplicates }
model llm { architecture: llama(layers: 1, hidden: 32, heads: 4, key_value_heads: 2), tokenizer: bpe(vocabulary: 320), task: text_generation, max_length: 64 }
model answer { architecture: t5(layers: 1, hidden: 32, heads: 2), tokenizer: unigram(vocabulary: 40), task: text2text_generation, max_length: 32 }
train llm on tales with quick
train answer on pairs { epochs: 30, batch_size: 8, optimizer: adamw(learning_rate: 5e-3), dropout: 0 }`);
    assert.ok(losses("llm").at(-1)! < 0.8 * losses("llm")[0]!);
    assert.ok(
      losses("answer").at(-1)! < 0.8 * losses("answer")[0]!,
      `${losses("answer")[0]} → ${losses("answer").at(-1)}`,
    );
    const [written] = await model("answer").predict<WrittenContinuation>("the cat sat", { max_tokens: 4 });
    assert.ok(written!.tokens > 0);
    assert.equal(json(join(model("answer").folder!, "model/config.json"))["architectures"] instanceof Array, true);
  });
});
