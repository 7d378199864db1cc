/**
 * Encoder-decoders write the same texts as transformers' generate: unequal inputs in one batch, greedily, with a
 * penalty, by beams.
 */
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
const golden = read("golden/oracle/t5-writing.json") as Record<string, Golden>;
const START = 0;

async function open(
  engine: EngineName,
  model: string,
): Promise<{ session: EngineSession; vocabulary: number; positions: number }> {
  const folder = new URL(`fixtures/models/${model}`, tests).pathname;
  const family = (await registry.find("model", "t5")!.load!()) as ModelImplementation;
  const config = family.config(read(`fixtures/models/${model}/config.json`) as Record<string, unknown>);
  const programs = buildGenerationPrograms({
    family,
    config,
    technique: { call: { kind: "technique", word: "full", arguments: {} }, implementation: full },
    prefixInCheckpoint: true,
    tensors: new Set(Object.keys(readHeader(`${folder}/model.safetensors`).tensors)),
    seed: 0,
  });
  const { vocabulary, positions } = family.sizes(config);
  return { session: await (await engineNamed(engine)).open({ ...programs }, [folder]), vocabulary, positions };
}
async function written(
  { session, vocabulary, positions }: Awaited<ReturnType<typeof open>>,
  prompts: Golden["prompts"],
  word: string,
  given: Record<string, number>,
  more: Partial<GenerateOptions>,
) {
  const implementation = (await registry.find("decoder", word)!.load!()) as DecoderImplementation;
  const decoder = { call: { kind: "decoder", word, arguments: given }, implementation };
  const o = { decoder, vocabulary, positions, ends: new Set<number>(), padId: 0, maxTokens: 12, start: START, ...more };
  const texts = prompts.map((): readonly number[] => []);
  const scores = prompts.map(() => 0);
  for await (const grown of generateTexts(
    session,
    prompts.map((p) => Int32Array.from(p)),
    o,
  ))
    for (const { prompt, text } of grown) {
      texts[prompt] = [...text.tokens];
      scores[prompt] = text.score ?? 0;
    }
  return { texts, scores };
}

for (const engine of ENGINES)
  describe(`encoder-decoder generation on ${engine}`, function () {
    this.timeout(120_000);
    const models = engine !== "tfjs" ? Object.keys(golden) : ["t5-gated"];
    for (const model of models)
      it(`${model}: matches transformers token for token`, async () => {
        const opened = await open(engine, model);
        const { prompts, most, cases } = golden[model]!;
        for (const { settings, ends, texts, scores } of engine !== "tfjs" ? cases : cases.slice(0, 3)) {
          const { num_beams: width, repetition_penalty, length_penalty } = settings;
          const given = width > 1 ? { width, length_penalty } : { repetition_penalty };
          const got = await written(opened, prompts, width > 1 ? "beam" : "greedy", given, {
            ends: new Set(ends),
            maxTokens: most,
          });
          assert.deepEqual(got.texts, texts, JSON.stringify(settings));
          scores?.forEach((score, i) => assert.ok(Math.abs(got.scores[i]! - score) < 1e-4, `score ${String(score)}`));
        }
        await opened.session.dispose();
      });
  });

describe("encoder-decoder generation loop", function () {
  this.timeout(60_000);
  let opened: Awaited<ReturnType<typeof open>>;
  before(async () => (opened = await open("tensorflow", "t5-gated")));
  after(() => opened.session.dispose());
  const { prompts } = golden["t5-gated"]!;

  it("generates the same in any batch, sampled tokens included", async () => {
    for (const [word, given] of [
      ["greedy", {}],
      ["sample", { temperature: 2, seed: 5 }],
      ["beam", { width: 2 }],
    ] as const) {
      const whole = await written(opened, prompts, word, given, {});
      for (const [i, prompt] of prompts.entries()) {
        const alone = await written(opened, [prompt], word, given, { numbers: [i] });
        assert.deepEqual(alone.texts[0], whole.texts[i], `${word}, text ${String(i)}`);
      }
    }
  });
  it("rejects an empty input", async () => {
    await assert.rejects(written(opened, [[]], "greedy", {}, {}), { code: "empty-prompt" });
  });
});
