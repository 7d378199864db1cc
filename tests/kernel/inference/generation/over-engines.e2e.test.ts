/** Text generation over real engines and writers, compared with transformers and with a notebook cell. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { registry } from "#stdlib/registry.js";
import { full } from "#stdlib/techniques/full.js";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import { continueTexts } from "#kernel/inference/continue-texts.js";
import { planWriterPrograms } from "#kernel/inference/generation/plan-batching.js";
import { createTextGenerator, type TextGenerator } from "#kernel/inference/generation/text-generator.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { engineNamed } from "#tests/kernel/engines/engines.js";
import { writeTokenizer } from "../../session/small-tokenizers.js";
import { writeT5 } from "../../session/small-t5.js";
import { asked, modelIn, whole } from "./requests.js";

const tests = new URL("../../../../../tests/", import.meta.url);
const likelihoods = (
  JSON.parse(readFileSync(new URL("golden/oracle/likelihoods.json", tests), "utf8")) as {
    readonly small: Readonly<
      Record<
        string,
        {
          readonly prompts: readonly number[][];
          readonly answers: readonly number[][];
          readonly likelihoods: readonly number[][];
        }
      >
    >;
  }
).small;

interface Opened {
  readonly session: EngineSession;
  readonly writes: TextGenerator;
  readonly tokenizer: Tokenizer;
  readonly vocabulary: number;
  readonly positions: number;
}
/** `texts`: folder of the tokenizer. */
async function open(folder: string, texts: string, task: string): Promise<Opened> {
  const json = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<string, unknown>;
  const family = (await mustExist(
    registry.find("model", String(json["model_type"]))?.load,
    "a family",
  )()) as ModelImplementation;
  const config = family.config(json);
  const tensors = new Set(Object.keys(readHeader(join(folder, "model.safetensors")).tensors));
  const { vocabulary, positions } = family.sizes(config);
  const technique = { call: { kind: "technique", word: "full", arguments: {} }, implementation: full };
  const prefixInCheckpoint = [...tensors].some((tensor) => tensor.startsWith(family.prefix));
  const engine = await engineNamed("tensorflow");
  const parts = await planWriterPrograms(engine, { family, config, technique, prefixInCheckpoint, tensors, seed: 0 });
  const session = await engine.open({ ...parts.programs }, [folder]);
  const tokenizer = await loadTokenizer(texts);
  const start = json["decoder_start_token_id"];
  const own = { slots: 4, vocabulary, positions: Math.min(positions, 512), padId: tokenizer.padId };
  const writer = await parts.open(session, { ...own, ...(typeof start === "number" && { start }) });
  const { model, ...of } = modelIn(folder, json);
  const named = {
    ...model,
    task: { kind: "task", word: task, arguments: task === "translation" ? { prefix: "back: " } : {} },
  };
  const writes = await createTextGenerator({ ...of, model: { ...named, max_length: 24 }, tokenizer, by: { writer } });
  return { session, writes, tokenizer, vocabulary, positions };
}

describe("text generation over an engine", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-over-"));
    writeTokenizer(join(folder, "letters"), "letters");
    writeT5(join(folder, "t5"));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const name of ["gpt2-plain", "llama-grouped", "qwen2-bias"])
    it(`${name}: reports the log-probabilities of transformers' log_softmax`, async () => {
      const { session, writes, vocabulary } = await open(
        new URL(`fixtures/models/${name}`, tests).pathname,
        join(folder, "letters"),
        "text_generation",
      );
      const { prompts, answers, likelihoods: wanted } = mustExist(likelihoods[name], "likelihoods");
      await Promise.all(
        prompts.map(async (prompt, i) => {
          // The first answer is a single token, selected by the bias.
          const [answer] = mustExist(answers[0], "an answer");
          const sampling = { bias: { [mustExist(answer, "a token")]: 1000 } };
          const [text] = await whole(
            await writes.write(asked({ prompt: Int32Array.from(prompt), maxTokens: 1, sampling, logprobs: 2 })),
          );
          const [told] = mustExist(text?.likelihoods, "likelihoods");
          assert.equal(told?.id, answer);
          assert.ok(Math.abs(mustExist(told, "told").logprob - mustExist(wanted[i]?.[0], "wanted")) < 1e-4);
        }),
      );
      // The model's vocabulary may exceed its tokenizer's, but tokens beyond the model's are refused.
      await assert.rejects(writes.write(asked({ prompt: Int32Array.of(vocabulary), maxTokens: 1 })), /no token/);
      await session.dispose();
    });
  it("runs constrained and free requests together without changing the free one's samples", async () => {
    const { session, writes } = await open(
      new URL("fixtures/models/qwen2-bias", tests).pathname,
      join(folder, "letters"),
      "text_generation",
    );
    const schema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };
    const free = asked({ prompt: "Hello", maxTokens: 12, sampling: { temperature: 1.5, seed: 4 } });
    const [alone] = await whole(await writes.write(free));
    const [held, beside] = await Promise.all([
      writes
        .write(
          asked({
            prompt: "Hi",
            maxTokens: 30,
            sampling: { temperature: 1, seed: 2 },
            shape: { is: "schema", schema },
          }),
        )
        .then(whole),
      writes.write(free).then(whole),
    ]);
    assert.equal(beside[0]?.text, alone?.text);
    if (held[0]?.ended === "end") assert.equal(typeof (JSON.parse(held[0].text) as { ok: unknown }).ok, "boolean");
    else assert.equal(held[0]?.ended, "length");
    writes.close();
    await session.dispose();
  });
  it("matches a cell's output for an encoder-decoder", async () => {
    const { session, writes, tokenizer, vocabulary, positions } = await open(
      join(folder, "t5"),
      join(folder, "t5"),
      "translation",
    );
    const decoder = {
      call: { kind: "decoder", word: "greedy", arguments: {} },
      implementation: await loadImplementation({ kind: "decoder", word: "greedy", arguments: {} }, "decoder"),
    };
    const wanted = ["", ""];
    for await (const { row, text } of continueTexts(["abc", "some longer text"], {
      ...{
        session,
        tokenizer,
        decoder,
        vocabulary,
        positions,
        ends: new Set([1]),
        maxTokens: 9,
        stop: [],
        batchSize: 2,
      },
      pairs: { prefix: "back: ", start: 0, end: 1, maxLength: 24 },
    }))
      wanted[row] += text;
    const texts = await Promise.all(
      ["abc", "some longer text"].map(async (prompt) => {
        const text = await writes.write(asked({ prompt, maxTokens: 9 }));
        return { cut: text.cut, text: (await whole(text))[0]?.text };
      }),
    );
    assert.deepEqual(
      texts,
      wanted.map((text) => ({ cut: false, text })),
    );
    await assert.rejects(writes.write(asked({ prompt: "a".repeat(40) })), { code: "text-too-long" });
    const cut = await writes.write(asked({ prompt: "a".repeat(40), truncate: true, maxTokens: 2 }));
    assert.deepEqual([cut.cut, cut.promptTokens], [true, 24]);
    const drawn = async () =>
      (
        await whole(
          await writes.write(
            asked({ prompt: "abc", maxTokens: 9, choices: 2, sampling: { temperature: 100, seed: 1 } }),
          ),
        )
      ).map(({ text }) => text);
    const first = await drawn();
    assert.deepEqual(await drawn(), first);
    assert.notEqual(first[0], first[1]);
    assert.deepEqual([writes.chats, writes.tools], [false, false]);
    await session.dispose();
  });
});
