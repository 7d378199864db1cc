/**
 * Log-probabilities of answers after prompts in small decoders of many families: equal to transformers', whatever else
 * is in the batch.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { buildSharedPrefixPrograms } from "#stdlib/programs/generate.js";
import { registry } from "#stdlib/registry.js";
import { full } from "#stdlib/techniques/full.js";
import type { DecoderImplementation } from "#stdlib/decoders/kind.js";
import type { EngineName, EngineSession } from "#kernel/engines/engine.js";
import { generateTexts } from "#kernel/inference/generate.js";
import { CachedPromptPrefix, commonPrefix } from "#kernel/inference/prompted/prompt-prefix.js";
import { answerLogLikelihoods, type LikelihoodOptions } from "#kernel/inference/prompted/likelihoods.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { ENGINES, engineNamed } from "#tests/kernel/engines/engines.js";

interface Golden {
  readonly prompts: readonly (readonly number[])[];
  readonly answers: readonly (readonly number[])[];
  readonly likelihoods: readonly (readonly number[])[];
}
const tests = new URL("../../../../../tests/", import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, tests), "utf8"));
const { small } = read("golden/oracle/likelihoods.json") as { readonly small: Record<string, Golden> };

async function open(engine: EngineName, model: string) {
  const folder = new URL(`fixtures/models/${model}`, tests).pathname;
  const json = read(`fixtures/models/${model}/config.json`) as Record<string, unknown>;
  const family = (await registry.find("model", String(json["model_type"]))!.load!()) as ModelImplementation;
  const config = family.config(json);
  const tensors = Object.keys(readHeader(`${folder}/model.safetensors`).tensors);
  const programs = buildSharedPrefixPrograms(
    {
      ...{ family, config, seed: 0 },
      technique: { call: { kind: "technique", word: "full", arguments: {} }, implementation: full },
      prefixInCheckpoint: tensors.some((name) => name.startsWith(family.prefix)),
      tensors: new Set(tensors),
    },
    true,
  );
  const { vocabulary, positions } = family.sizes(config);
  const slides = typeof json["sliding_window"] === "number";
  const session = await (await engineNamed(engine)).open({ ...programs }, [folder]);
  return { session, slides, positions, o: { vocabulary, batchSize: 3 } satisfies LikelihoodOptions };
}
/** Reads the prompts' common prefix once, unless a sliding window would see the padding after it. */
async function ask(
  { session, slides, o }: Pick<Awaited<ReturnType<typeof open>>, "session" | "slides" | "o">,
  prompts: readonly Int32Array[],
  answers: readonly Int32Array[],
  more: Partial<LikelihoodOptions> = {},
): Promise<readonly Float32Array[]> {
  const beginning = slides ? new Int32Array() : commonPrefix(prompts);
  const tails = prompts.map((prompt) => prompt.subarray(beginning.length));
  return answerLogLikelihoods(new CachedPromptPrefix(session, beginning, 0), tails, answers, { ...o, ...more });
}
const ids = (rows: readonly (readonly number[])[]): Int32Array[] => rows.map((row) => Int32Array.from(row));

function near(got: readonly Float32Array[], wanted: readonly (readonly number[])[], tolerance: number): void {
  got.forEach((row, i) =>
    row.forEach((one, a) =>
      assert.ok(Math.abs(one - wanted[i]![a]!) < tolerance, `prompt ${i}, answer ${a}: ${one}, not ${wanted[i]![a]}`),
    ),
  );
}

for (const engine of ENGINES)
  describe(`answer likelihoods on ${engine}`, function () {
    this.timeout(60_000);
    // tfjs takes seconds for what TensorFlow does at once, so only two families run on it.
    for (const model of engine !== "tfjs" ? Object.keys(small) : ["gpt2-plain", "mistral-window"])
      it(`match transformers for ${model}`, async () => {
        const opened = await open(engine, model);
        const { prompts, answers, likelihoods } = small[model]!;
        near(await ask(opened, ids(prompts), ids(answers)), likelihoods, 1e-4);
        await opened.session.dispose();
      });
  });

describe("answer likelihoods", function () {
  this.timeout(60_000);
  const { prompts, answers, likelihoods } = small["llama-grouped"]!;

  let opened: Awaited<ReturnType<typeof open>>;
  before(async () => (opened = await open("tensorflow", "llama-grouped")));
  after(() => opened.session.dispose());

  it("are the same for prompts with different beginnings, alone and in any batch size", async () => {
    const unlike = [...prompts, prompts[0]!.slice(1)];
    const whole = await ask(opened, ids(unlike), ids(answers));
    near(whole.slice(0, prompts.length), likelihoods, 1e-4);
    for (const batchSize of [1, 2, 64]) {
      const again = await ask(opened, ids(unlike), ids(answers), { batchSize });
      near(
        again,
        whole.map((row) => Array.from(row)),
        1e-5,
      );
    }
    near(await ask(opened, ids([prompts[1]!]), ids(answers)), [likelihoods[1]!], 1e-4);
  });
  it("stay correct if other prompts use the cache in between", async () => {
    const beginning = commonPrefix(ids(prompts));
    const [one, other] = [
      new CachedPromptPrefix(opened.session, beginning, 0),
      new CachedPromptPrefix(opened.session, new Int32Array(), 0),
    ];
    const tails = ids(prompts).map((prompt) => prompt.subarray(beginning.length));
    for (let time = 0; time < 2; time++) {
      near(await answerLogLikelihoods(one, tails, ids(answers), opened.o), likelihoods, 1e-4);
      near(await answerLogLikelihoods(other, ids(prompts), ids(answers), opened.o), likelihoods, 1e-4);
    }
    // One after another, as latency is measured.
    for (const [row, tail] of tails.entries())
      near(await answerLogLikelihoods(one, [tail], ids(answers), opened.o), [likelihoods[row]!], 1e-4);
  });
  it("report progress and stop when aborted", async () => {
    const told: number[][] = [];
    const stop = new AbortController();
    const onRows = (done: number, of: number): void => {
      told.push([done, of]);
      stop.abort();
    };
    const more = { batchSize: 2, onRows, signal: stop.signal };
    await assert.rejects(ask(opened, ids(prompts), ids(answers), more), /abort/i);
    assert.deepEqual(told, [[2, 4]]);
  });
  it("share a cached prefix that leaves greedy, penalized and beam decoding unchanged", async () => {
    const beginning = commonPrefix(ids(prompts));
    const whole = ids(prompts);
    const tails = whole.map((prompt) => prompt.subarray(beginning.length));
    for (const [word, given] of [
      ["greedy", { repetition_penalty: 1 }],
      ["greedy", { repetition_penalty: 1.4 }],
      ["beam", { width: 2, length_penalty: 1 }],
    ] as const) {
      const write = (from: Int32Array, texts: readonly Int32Array[]) => written(opened, word, given, from, texts);
      const wanted = await write(new Int32Array(), whole);
      assert.ok(wanted.every((text) => text.length === 6));
      assert.deepEqual(await write(beginning, tails), wanted, word);
    }
  });
});

async function written(
  {
    session,
    positions,
    o,
  }: { readonly session: EngineSession; readonly positions: number; readonly o: LikelihoodOptions },
  word: string,
  given: Readonly<Record<string, number>>,
  beginning: Int32Array,
  texts: readonly Int32Array[],
): Promise<readonly (readonly number[])[]> {
  const implementation = (await registry.find("decoder", word)!.load!()) as DecoderImplementation;
  const decoder = { call: { kind: "decoder", word, arguments: given }, implementation };
  const begun = new CachedPromptPrefix(session, beginning, 0);
  const all = texts.map((): readonly number[] => []);
  const options = {
    vocabulary: o.vocabulary,
    decoder,
    begun,
    positions,
    padId: 0,
    ends: new Set<number>(),
    maxTokens: 6,
  };
  for await (const grown of generateTexts(session, texts, options))
    for (const { prompt, text } of grown) all[prompt] = [...text.tokens];
  return all;
}
