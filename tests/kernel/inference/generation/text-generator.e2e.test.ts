/**
 * Requests to a text-generation model and their results, over a model that is a function and tokenizers from files.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import type { TextChunk, GenerationRequest } from "#kernel/inference/generation/generation-request.js";
import { createTextGenerator, type TextGenerator } from "#kernel/inference/generation/text-generator.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import { writeTokenizer } from "../../session/small-tokenizers.js";
import { asked, modelIn, whole } from "./requests.js";
import { chanceOf, tableWriter, type TableWriter } from "./table-writer.js";

const says = chanceOf(5);

describe("text generator", function () {
  this.timeout(60_000);
  let folder: string;
  let tokenizer: Tokenizer;
  let writer: TableWriter;
  let writes: TextGenerator;
  const open = async (model = says, room = 64, config: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    writer = tableWriter(tokenizer.vocabulary, room, model);
    writes = await createTextGenerator({ ...modelIn(folder, config), tokenizer, by: { writer } });
  };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-asked-"));
    writeTokenizer(folder, "byteLevel");
    tokenizer = await loadTokenizer(folder);
  });
  beforeEach(() => open());
  after(() => rmSync(folder, { recursive: true }));
  const texts = async (o: Partial<GenerationRequest>): Promise<readonly TextChunk[]> =>
    whole(await writes.write(asked(o)));
  const idsOf = async (text: string): Promise<Int32Array> => mustExist((await tokenizer.encode([text], 1e9))[0], "ids");

  it("continues greedily by default, with tokens chosen by the engine", async () => {
    const [text] = await texts({ maxTokens: 5 });
    const tokens = Array.from(await idsOf("a"));
    for (let i = 0; i < 5; i++) {
      const logits = new Float32Array(tokenizer.vocabulary);
      says(tokens, logits);
      tokens.push(logits.indexOf(Math.max(...logits)));
    }
    assert.deepEqual(text?.tokens, tokens.slice(1));
    assert.equal(text.ended, "length");
    assert.equal(writer.asked[0]?.request.chooser.reads, "next");
  });
  it("samples by seed and choice number like the `sample` decoder of a cell", async () => {
    const sampling = { temperature: 0.9, topK: 40, topP: 0.95, repetitionPenalty: 1.2, seed: 11 };
    const all = await texts({ maxTokens: 12, choices: 3, sampling });
    const sample = await loadImplementation({ kind: "decoder", word: "sample", arguments: {} }, "decoder");
    const prompt = await idsOf("a");
    const decoding = sample.begin(
      {
        kind: "decoder",
        word: "sample",
        arguments: { temperature: 0.9, top_k: 40, top_p: 0.95, repetition_penalty: 1.2, seed: 11 },
      },
      { prompts: [prompt, prompt, prompt], vocabulary: tokenizer.vocabulary, ends: new Set(), padId: 0, maxTokens: 12 },
    );
    while (!decoding.done) {
      const said = new Float32Array(3 * tokenizer.vocabulary);
      decoding.texts.forEach(({ tokens }, row) =>
        says([...prompt, ...tokens], said.subarray(row * tokenizer.vocabulary, (row + 1) * tokenizer.vocabulary)),
      );
      decoding.step(said);
    }
    assert.deepEqual(
      all.map(({ tokens }) => tokens),
      decoding.texts.map(({ tokens }) => tokens),
    );
    assert.equal(new Set(all.map(({ text }) => text)).size, 3);
    const again = await Promise.all([
      texts({ maxTokens: 12, sampling }),
      texts({ prompt: "b", sampling: { temperature: 2 } }),
    ]);
    assert.deepEqual(again[0][0], all[0], "alone and beside others");
    const other = await texts({ maxTokens: 12, sampling: { ...sampling, seed: 12 } });
    assert.notEqual(other[0]?.text, all[0]?.text);
  });
  it("applies logit biases and ignores those of unknown tokens", async () => {
    const [id] = await idsOf("z");
    const [all] = await texts({ maxTokens: 4, sampling: { bias: { [mustExist(id, "z")]: 100, 999_999: 100 } } });
    assert.equal(all?.text, "zzzz");
    const [none] = await texts({
      maxTokens: 40,
      sampling: { temperature: 5, seed: 1, bias: { [mustExist(id, "z")]: -100 } },
    });
    assert.ok(none && !none.text.includes("z"));
  });
  it("reports the model's raw log-probabilities and top tokens despite sampling options", async () => {
    const sampling = { temperature: 0.2, topK: 5, seed: 3, frequencyPenalty: 1.5, bias: { 7: 4 } };
    const [text] = await texts({ maxTokens: 6, sampling, logprobs: 4 });
    const seen = Array.from(await idsOf("a"));
    assert.equal(text?.likelihoods?.length, 6);
    for (const [i, { id, logprob, top }] of text.likelihoods.entries()) {
      const logits = new Float32Array(tokenizer.vocabulary);
      says(seen, logits);
      const sum = logits.reduce((all, x) => all + Math.exp(x), 0);
      assert.equal(id, text.tokens[i]);
      assert.ok(Math.abs(Math.exp(logprob) - Math.exp(mustExist(logits[id], "a logit")) / sum) < 1e-6);
      const sorted = Array.from(logits.keys()).sort((a, b) => mustExist(logits[b], "b") - mustExist(logits[a], "a"));
      assert.deepEqual(
        top.map((one) => one.id),
        sorted.slice(0, 4),
      );
      seen.push(id);
    }
    const none = await texts({ maxTokens: 2, logprobs: 0 });
    assert.deepEqual(
      none[0]?.likelihoods?.map(({ top }) => top.length),
      [0, 0],
    );
    assert.equal((await texts({ maxTokens: 2 }))[0]?.likelihoods, undefined);
  });
  it("reports prompt log-probabilities in the first chunk and writes nothing for zero tokens", async () => {
    const tokens = Array.from(await idsOf("abcd"));
    const ask = { prompt: "abcd", logprobs: 1, promptLikelihoods: true };
    const [read] = await texts({ ...ask, maxTokens: 0 });
    assert.deepEqual([read?.text, read?.tokens, read?.ended], ["", [], "length"]);
    assert.deepEqual([writer.asked[0]?.over, writer.asked[0]?.written], [true, 1]);
    const told = mustExist(read?.prompt, "the prompt's likelihoods");
    assert.deepEqual(
      told.map(({ id, text }) => [id, text]),
      tokens.map((id, i) => [id, "abcd"[i]]),
    );
    assert.deepEqual([told[0]?.logprob, told[0]?.top], [null, null]);
    for (const [i, { logprob, top }] of told.slice(1).entries()) {
      const logits = new Float32Array(tokenizer.vocabulary);
      says(tokens.slice(0, i + 1), logits);
      const sum = logits.reduce((all, x) => all + Math.exp(x), 0);
      assert.ok(
        Math.abs(Math.exp(mustExist(logprob, "one")) - Math.exp(mustExist(logits[tokens[i + 1]!], "a logit")) / sum) <
          1e-6,
      );
      assert.deepEqual([top?.length, top?.[0]?.id], [1, logits.indexOf(Math.max(...logits))]);
    }
    const bits: TextChunk[] = [];
    for await (const bit of await writes.write(asked({ ...ask, choices: 2, maxTokens: 3 }))) bits.push(bit);
    const first = [0, 1].map((choice) => bits.find((bit) => bit.choice === choice));
    assert.deepEqual(first.map((bit) => bit?.prompt), [told, told]); // prettier-ignore
    assert.equal(bits.filter(({ prompt }) => prompt).length, 2);
  });
  it("reports the bytes of tokens that are partial characters", async () => {
    const euro = Array.from(await idsOf("€"));
    await open((tokens, logits) => void (logits[mustExist(euro[tokens.length - 1] ?? 5, "a token")] = 9));
    const [text] = await texts({ maxTokens: 3, logprobs: 0 });
    assert.deepEqual(
      text?.likelihoods?.map(({ bytes }) => bytes),
      [[0xe2], [0x82], [0xac]],
    );
    assert.deepEqual(
      text.likelihoods.map((one) => one.text),
      ["\ufffd", "\ufffd", "\ufffd"],
    );
  });
  it("streams chunks that join to the full text and never split a character", async () => {
    const bits: TextChunk[] = [];
    for await (const bit of await writes.write(asked({ sampling: { temperature: 3, seed: 4 }, maxTokens: 60 })))
      bits.push(bit);
    assert.equal(
      bits.map(({ text }) => text).join(""),
      await tokenizer.decode(Int32Array.from(bits.flatMap(({ tokens }) => tokens))),
    );
    assert.equal(bits.filter(({ ended }) => ended !== null).length, 1);
    const line = Array.from(await idsOf("naïve 日本 🎉!"));
    await open((tokens, logits) => void (logits[line[tokens.length - 1] ?? 0] = 9), 64, { eos_token_id: 0 });
    const pieces: TextChunk[] = [];
    for await (const bit of await writes.write(asked({}))) pieces.push(bit);
    assert.deepEqual(
      pieces.map(({ text }) => text).filter((text) => text !== ""),
      Array.from("naïve 日本 🎉!"),
    );
    assert.deepEqual([pieces.at(-1)?.ended, pieces.flatMap(({ tokens }) => tokens)], ["end", [...line, 0]]);
  });
  it("completes a character that the prompt began", async () => {
    const [first = 0, second = 0] = Array.from(await idsOf("é"));
    await open((_, logits) => void (logits[second] = 9));
    const [text] = await texts({ prompt: Int32Array.of(5, first), maxTokens: 1 });
    assert.equal(text?.text, "é");
  });
  it("ends before a stop string, also one split over tokens, and frees the slot", async () => {
    const line = Array.from(await idsOf("one two STOP three"));
    await open((tokens, logits) => void (logits[line[tokens.length - 1] ?? 0] = 9));
    const [text] = await texts({ stop: [" STOP", "never"] });
    assert.deepEqual([text?.text, text?.ended], ["one two", "stop"]);
    assert.deepEqual([writer.asked[0]?.over, writer.asked[0]?.written], [true, "one two STOP".length]);
  });
  it("frees all slots when the reader stops or the request is aborted", async () => {
    for await (const bit of await writes.write(asked({ choices: 3, maxTokens: 50 }))) {
      assert.ok(bit.tokens.length > 0);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(
      writer.asked.map(({ over }) => over),
      [true, true, true],
    );
    const going = new AbortController();
    await assert.rejects(async () => {
      for await (const { choice } of await writes.write(asked({ choices: 2, maxTokens: 50, signal: going.signal })))
        if (choice >= 0) going.abort();
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(writer.asked.every(({ over, written }) => over && written < 20));
  });
  it("truncates long prompts from the start if allowed, and rejects them otherwise", async () => {
    const prompt = "x".repeat(30) + "y".repeat(50);
    await assert.rejects(writes.write(asked({ prompt })), {
      code: "text-too-long",
      data: { model: "small", at: 1, tokens: 80, most: 63 },
    });
    const long = await writes.write(asked({ prompt, truncate: true, maxTokens: 10 }));
    assert.deepEqual([long.cut, long.promptTokens], [true, 54]);
    assert.equal((await whole(long))[0]?.tokens.length, 10);
    assert.deepEqual(
      Array.from(mustExist(writer.asked[0], "a request").request.prompt),
      Array.from((await idsOf(prompt)).subarray(26)),
    );
    const most = await writes.write(asked({ prompt, truncate: true }));
    assert.equal(most.promptTokens, 32);
    const short = await writes.write(asked({ prompt: "abc", maxTokens: 1000 }));
    assert.deepEqual([short.cut, (await whole(short))[0]?.tokens.length], [false, 61]);
    assert.equal(short.cachedTokens, 3);
  });
  it("rejects an empty prompt if the tokenizer has no start token", () =>
    assert.rejects(writes.write(asked({ prompt: "" })), { code: "empty-prompt" }));
  it("rejects unknown token ids", async () => {
    for (const id of [-1, 99_999_999])
      await assert.rejects(writes.write(asked({ prompt: Int32Array.of(1, id) })), { code: "token-unknown" });
  });
  it("takes defaults from generation_config.json", async () => {
    const file = join(folder, "generation_config.json");
    try {
      writeFileSync(file, JSON.stringify({ do_sample: true, temperature: 2, top_k: 1, eos_token_id: [1, 2] }));
      const [likeliest] = await texts({ maxTokens: 8 });
      await open();
      assert.deepEqual((await texts({ maxTokens: 8 }))[0]?.tokens, likeliest?.tokens, "the likeliest of one");
      assert.equal(writer.asked[0]?.request.chooser.reads, "logits");
      assert.deepEqual([...mustExist(writer.asked[0], "a request").request.ends], [1, 2]);
      assert.notDeepEqual(
        (await texts({ maxTokens: 8, sampling: { topK: 0, seed: 1 } }))[0]?.tokens,
        likeliest?.tokens,
      );
      writeFileSync(file, JSON.stringify({ temperature: 1e-4 }));
      await open();
      assert.deepEqual((await texts({ maxTokens: 8, sampling: { topK: 50 } }))[0]?.tokens, likeliest?.tokens);
      await texts({ maxTokens: 1, sampling: { temperature: 0 } });
      assert.equal(writer.asked.at(-1)?.request.chooser.reads, "next");
    } finally {
      rmSync(file);
    }
  });
  it("rejects conversations, tools and grammars that it does not support", async () => {
    assert.deepEqual([writes.chats, writes.tools], [false, false]);
    await assert.rejects(writes.write(asked({ prompt: [{ role: "user", content: "a" }] })), { code: "no-template" });
    await assert.rejects(writes.write(asked({ tools: [{ name: "f" }] })), { code: "no-tools" });
    await assert.rejects(writes.write(asked({ toolChoice: "required" })), { code: "no-such-tool" });
    await assert.rejects(writes.write(asked({ shape: { is: "schema", schema: { not: {} } } })), {
      code: "schema-unusable",
    });
  });
});
