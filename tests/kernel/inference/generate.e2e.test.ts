import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { DecoderImplementation } from "#stdlib/decoders/kind.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { registry } from "#stdlib/registry.js";
import { full } from "#stdlib/techniques/full.js";
import type { EngineName, EngineSession } from "#kernel/engines/engine.js";
import { generateTexts, type GenerateOptions } from "#kernel/inference/generate.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { ENGINES, engineNamed } from "#tests/kernel/engines/engines.js";

interface Golden {
  readonly prompts: readonly (readonly number[])[];
  readonly most: number;
  readonly cases: readonly {
    readonly settings: Readonly<Record<"num_beams" | "repetition_penalty" | "length_penalty", number>>;
    readonly ends: readonly number[];
    readonly texts: readonly (readonly number[])[];
    readonly scores: readonly number[] | null;
  }[];
}
const tests = new URL("../../../../tests/", import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, tests), "utf8"));
const golden = read("golden/oracle/generation.json") as Record<string, Golden>;

async function decoderNamed(name: string): Promise<DecoderImplementation> {
  return (await registry.find("decoder", name)!.load!()) as DecoderImplementation;
}
async function open(
  engine: EngineName,
  model: string,
): Promise<{ session: EngineSession; vocabulary: number; positions: number }> {
  const folder = new URL(`fixtures/models/${model}`, tests).pathname;
  const json = read(`fixtures/models/${model}/config.json`) as Record<string, unknown>;
  const family = (await registry.find("model", String(json["model_type"]))!.load!()) as ModelImplementation;
  const config = family.config(json);
  const tensors = Object.keys(readHeader(`${folder}/model.safetensors`).tensors);
  const programs = buildGenerationPrograms({
    family,
    config,
    technique: { call: { kind: "technique", word: "full", arguments: {} }, implementation: full },
    prefixInCheckpoint: tensors.some((name) => name.startsWith(family.prefix)),
    tensors: new Set(tensors),
    seed: 0,
  });
  const { vocabulary, positions } = family.sizes(config);
  return { session: await (await engineNamed(engine)).open({ ...programs }, [folder]), vocabulary, positions };
}
const begun = (prompts: readonly (readonly number[])[]): Int32Array[] => prompts.map((p) => Int32Array.from(p));
async function options(
  word: string,
  given: Record<string, number>,
  more: Partial<GenerateOptions> = {},
): Promise<GenerateOptions> {
  const call = { kind: "decoder", word, arguments: given };
  const decoder = { call, implementation: await decoderNamed(word) };
  return { decoder, vocabulary: 0, ends: new Set(), padId: 0, maxTokens: 12, positions: 40, ...more };
}
/** Returns the final texts and the number of progress reports. */
async function all(session: EngineSession, prompts: readonly (readonly number[])[], o: GenerateOptions) {
  const texts = prompts.map((): readonly number[] => []);
  const scores = prompts.map(() => 0);
  let told = 0;
  for await (const grown of generateTexts(session, begun(prompts), o))
    for (const { prompt, text } of grown) {
      assert.deepEqual(text.tokens.slice(0, texts[prompt]!.length), texts[prompt], "texts only grow");
      texts[prompt] = [...text.tokens];
      scores[prompt] = text.score ?? 0;
      told++;
    }
  return { texts, scores, told };
}

for (const engine of ENGINES)
  describe(`text continuation on ${engine}`, function () {
    this.timeout(120_000);
    // tfjs takes seconds for what TensorFlow does at once, so only two families run on it.
    const models = engine !== "tfjs" ? Object.keys(golden) : ["gpt2-plain", "mistral-window"];
    for (const model of models)
      it(`${model}: matches transformers token for token: greedy, with a penalty and with beams`, async () => {
        const { session, vocabulary, positions } = await open(engine, model);
        const { prompts, most, cases } = golden[model]!;
        for (const { settings, ends, texts, scores } of engine !== "tfjs" ? cases : cases.slice(0, 3)) {
          const { num_beams: width, repetition_penalty, length_penalty } = settings;
          const given = width > 1 ? { width, length_penalty } : { repetition_penalty };
          const o = await options(width > 1 ? "beam" : "greedy", given, {
            vocabulary,
            positions,
            ends: new Set(ends),
            maxTokens: most,
          });
          const got = await all(session, prompts, o);
          assert.deepEqual(got.texts, texts, JSON.stringify(settings));
          scores?.forEach((score, i) => assert.ok(Math.abs(got.scores[i]! - score) < 1e-4, `score ${String(score)}`));
        }
        await session.dispose();
      });
  });

describe("text continuation loop", function () {
  this.timeout(60_000);
  let opened: Awaited<ReturnType<typeof open>>;
  before(async () => (opened = await open("tensorflow", "gpt2-plain")));
  after(() => opened.session.dispose());
  const { prompts } = golden["gpt2-plain"]!;

  it("generates the same in any batch, sampled tokens included", async () => {
    const { session, vocabulary } = opened;
    for (const [word, given] of [
      ["greedy", {}],
      ["sample", { temperature: 2, seed: 5 }],
      ["beam", { width: 2 }],
    ] as const) {
      const whole = await all(session, prompts, await options(word, given, { vocabulary }));
      for (const [i, prompt] of prompts.entries()) {
        const alone = await all(session, [prompt], await options(word, given, { vocabulary, numbers: [i] }));
        assert.deepEqual(alone.texts[0], whole.texts[i], `${word}, text ${String(i)}`);
      }
    }
  });
  it("yields each token as it is generated, and stops at the configured end", async () => {
    const { session, vocabulary } = opened;
    const o = await options("greedy", {}, { vocabulary });
    assert.equal((await all(session, prompts, o)).told, prompts.length * 12);
    const lengths = prompts.map(() => 0);
    for await (const grown of generateTexts(session, begun(prompts), o))
      for (const { prompt, text, stop } of grown) {
        lengths[prompt] = text.tokens.length;
        if (text.tokens.length === prompt + 2) stop(prompt + 1);
      }
    assert.deepEqual(lengths, [2, 3, 4, 5]);
  });
  it("stops between two tokens when aborted", async () => {
    const { session, vocabulary } = opened;
    const aborting = new AbortController();
    let told = 0;
    const o = await options("greedy", {}, { vocabulary, signal: aborting.signal });
    await assert.rejects(
      async () => {
        for await (const grown of generateTexts(session, begun(prompts), o)) {
          told += grown.length;
          if (told === 3 * prompts.length) aborting.abort();
        }
      },
      { name: "AbortError" },
    );
    assert.equal(told, 3 * prompts.length);
  });
  it("rejects an empty prompt, and one that leaves no space for a completion", async () => {
    const { session, vocabulary } = opened;
    const first = async (prompt: number[], maxTokens: number): Promise<unknown> =>
      generateTexts(session, begun([prompt]), await options("greedy", {}, { vocabulary, maxTokens })).next();
    await assert.rejects(first([], 3), { code: "empty-prompt" });
    await assert.rejects(first([1, 2, 3], 38), { code: "no-room-to-generate" });
    await first([1, 2, 3], 37);
  });
});
