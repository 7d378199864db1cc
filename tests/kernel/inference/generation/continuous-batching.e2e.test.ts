import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { registry } from "#stdlib/registry.js";
import { full } from "#stdlib/techniques/full.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import type { EngineName, EngineSession } from "#kernel/engines/engine.js";
import type { SlotWriter } from "#kernel/inference/generation/contract.js";
import { topLogprobs } from "#kernel/inference/generation/sampling/sequence-sampler.js";
import { planWriterPrograms } from "#kernel/inference/generation/plan-batching.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { engineNamed } from "#tests/kernel/engines/engines.js";
import { alone, asked, Greedy, written } from "./side-by-side.js";

interface Golden {
  readonly prompts: readonly (readonly number[])[];
  readonly most: number;
  readonly cases: readonly {
    readonly settings: { readonly num_beams: number; readonly repetition_penalty: number };
    readonly ends: readonly number[];
    readonly texts: readonly (readonly number[])[];
  }[];
}
const tests = new URL("../../../../../tests/", import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, tests), "utf8"));
/** The output of transformers' generate for the small models. */
const golden = read("golden/oracle/generation.json") as Record<string, Golden>;
/** The log-probabilities of prompt tokens in transformers. */
const scored = read("golden/oracle/prompt-likelihoods.json") as Record<string, readonly Scored[]>;
interface Scored {
  readonly prompt: readonly number[];
  readonly likelihoods: readonly number[];
  readonly likeliest: readonly number[];
}

interface Opened {
  readonly session: EngineSession;
  readonly writer: SlotWriter;
  readonly vocabulary: number;
  readonly positions: number;
}
const UNTOUCHED = { call: { kind: "technique", word: "full", arguments: {} }, implementation: full };

async function modelOf(model: string) {
  const folder = new URL(`fixtures/models/${model}`, tests).pathname;
  const json = read(`fixtures/models/${model}/config.json`) as Record<string, unknown>;
  const family = (await registry.find("model", String(json["model_type"]))!.load!()) as ModelImplementation;
  const config = family.config(json);
  const tensors = new Set(Object.keys(readHeader(`${folder}/model.safetensors`).tensors));
  const prefixInCheckpoint = [...tensors].some((tensor) => tensor.startsWith(family.prefix));
  const { vocabulary, positions } = family.sizes(config);
  return {
    ...{ folder, vocabulary, positions },
    own: { family, config, technique: UNTOUCHED, prefixInCheckpoint, tensors, seed: 0 },
  };
}
async function open(name: EngineName, model: string): Promise<Opened> {
  const { folder, own, vocabulary, positions } = await modelOf(model);
  const engine = await engineNamed(name);
  const parts = await planWriterPrograms(engine, own);
  assert.equal(parts.batches, null);
  const session = await engine.open({ ...parts.programs, ...buildGenerationPrograms(own) }, [folder]);
  const writer = await parts.open(session, { slots: 3, vocabulary, positions, padId: 0, chunk: 5 });
  return { session, writer, vocabulary, positions };
}
/** Asserts that the writer reports logits after each token of the prompt, once each and in order. */
async function isAsLikely(writer: SlotWriter, { prompt, likelihoods, likeliest }: Scored, vocabulary: number) {
  let next = 0;
  const told = (place: number, logits: Float32Array): void => {
    assert.deepEqual([place, logits.length], [next++, vocabulary]);
    const [own, first] = topLogprobs(logits, prompt[place + 1]!, 1);
    assert.ok(Math.abs(own!.logprob - likelihoods[place]!) < 1e-4, `token ${String(place)}`);
    assert.equal(first!.id, likeliest[place]);
  };
  await written(writer, asked(prompt, 2, { scored: told }));
  assert.equal(next, prompt.length - 1);
}
const greedily = ({ cases }: Golden) =>
  cases.find(({ settings }) => settings.num_beams === 1 && settings.repetition_penalty === 1)!;

for (const engine of ["tensorflow", "onnx"] as const)
  describe(`continuous batching on ${engine}`, function () {
    this.timeout(120_000);

    for (const [model, { prompts, most, cases }] of Object.entries(golden))
      it(`${model}: matches transformers for each text alone, token for token, with its log-probabilities`, async () => {
        const { session, writer, vocabulary } = await open(engine, model);
        const { texts, ends } = greedily({ prompts, most, cases });
        const ask = (i: number): Promise<readonly number[]> =>
          written(
            writer,
            asked(prompts[i]!, most, { ends: new Set(ends), chooser: new Greedy(i % 2 ? "next" : "logits") }),
          );
        assert.deepEqual(await Promise.all(prompts.map((_, i) => ask(i))), texts);
        // The same prompts again, one after another, over the cache as it is by now.
        for (const i of prompts.keys()) assert.deepEqual(await ask(i), texts[i]);
        const all = mustExist(scored[model], model).flatMap((one) => [one, one]);
        await Promise.all([...all.map((one) => isAsLikely(writer, one, vocabulary)), ask(1)]);
        await session.dispose();
      });
  });

describe("store of continuous batching, on tensorflow", function () {
  this.timeout(120_000);
  let opened: Opened;
  before(async () => (opened = await open("tensorflow", "llama-grouped")));
  after(() => opened.session.dispose());
  const prompt = (length: number, seed: number): number[] =>
    Array.from({ length }, (_, i) => 3 + ((seed * 7 + i * i * 3 + i * seed) % 60));

  it("leaks nothing from a finished text, whatever free slots contain", async () => {
    const { session, writer, vocabulary, positions } = opened;
    await written(writer, asked(prompt(30, 1), 10));
    for (const kind of ["k", "v"])
      for (const layer of [0, 1]) {
        const name = `slots.${kind}/layers.${String(layer)}.self_attn`;
        const { shape } = await session.read(name);
        const poison = new Float32Array(shape[0]! * shape[1]!).fill(Number.NaN);
        await session.write(name, { dtype: "f32", shape, bytes: new Uint8Array(poison.buffer) } satisfies NDArray);
      }
    const got = await Promise.all([2, 3, 4].map((seed) => written(writer, asked(prompt(9 * seed, seed), 12))));
    for (const [i, seed] of [2, 3, 4].entries())
      assert.deepEqual(got[i], await alone(session, prompt(9 * seed, seed), { maxTokens: 12, vocabulary, positions }));
  });
  it("survives added and removed programs, without reading prompts again", async () => {
    const { session, writer, vocabulary, positions } = opened;
    const graph = new Graph();
    graph.output("y", graph.input("x", { dtype: "f32", shape: [2] }).add(1));
    const before = writer.load().tokensRead;
    const writing = written(writer, asked(prompt(12, 30), 20));
    await session.add({ other: graph.program() }, []);
    await session.remove(["other"]);
    assert.deepEqual(await writing, await alone(session, prompt(12, 30), { maxTokens: 20, vocabulary, positions }));
    assert.equal(writer.load().tokensRead - before, 12);
  });
  it("gives logits within 1e-5 of the text alone, in any mixture of reading and generating", async () => {
    const { writer } = opened;
    const logitsOf = async (seed: number): Promise<readonly Float32Array[]> => {
      const chooser = new Greedy("logits");
      await written(writer, asked(prompt(11 * seed, seed + 20), 6, { chooser }));
      return chooser.seen;
    };
    const together = await Promise.all([1, 2, 3, 4].map(logitsOf));
    for (const [i, seed] of [1, 2, 3, 4].entries())
      for (const [k, seen] of (await logitsOf(seed)).entries())
        seen.forEach((x, j) => assert.ok(Math.abs(x - together[i]![k]![j]!) < 1e-5));
  });
});

describe("adapters in one batch, on tensorflow", function () {
  this.timeout(120_000);

  for (const [model, targets] of [
    ["gpt2-plain", ["c_attn"]],
    ["llama-grouped", ["q_proj", "v_proj"]],
  ] as const)
    it(`${model}: a PEFT adapter and the base alone give the same outputs in one batch as separately`, async () => {
      const { folder, own, vocabulary, positions } = await modelOf(model);
      const file = `${folder}/adapter/adapter_model.safetensors`;
      const low = { rank: 3, alpha: 5, targets: [...targets], from: "adapter" };
      const call = { kind: "technique", word: "lora", arguments: low };
      const engine = await engineNamed("tensorflow");
      const parts = await planWriterPrograms(engine, { ...own, adapters: [null, { call, file }] });
      const session = await engine.open(parts.programs, [folder]);
      const writer = await parts.open(session, { slots: 4, vocabulary, positions, padId: 0 });
      const trained = {
        ...own,
        technique: { call, implementation: lora },
        tensors: new Set([...own.tensors, ...Object.keys(readHeader(file).tensors)]),
      };
      const single = await planWriterPrograms(engine, trained);
      const apart = await engine.open(single.programs, [file, folder]);
      const other = await single.open(apart, { slots: 1, vocabulary, positions, padId: 0 });
      const { prompts } = golden[model]!;
      const seen = async (by: SlotWriter, prompt: readonly number[], adapter: number): Promise<Float32Array> => {
        const chooser = new Greedy("logits");
        await written(by, asked(prompt, 4, { chooser, adapter }));
        return Float32Array.from(chooser.seen.flatMap((logits) => [...logits]));
      };
      const both = await Promise.all(
        prompts.flatMap((prompt) => [0, 1].map((adapter) => seen(writer, prompt, adapter))),
      );
      let differs = 0;
      for (const [i, prompt] of prompts.entries()) {
        const alone = await seen(other, prompt, 0);
        alone.forEach((x, j) => assert.ok(Math.abs(x - both[2 * i + 1]![j]!) < 1e-4, `text ${String(i)}`));
        if (alone.some((x, j) => Math.abs(x - both[2 * i]![j]!) > 1e-2)) differs++;
      }
      assert.equal(differs, prompts.length, "the adapter changes what is said");
      await session.dispose();
      await apart.dispose();
    });
});

describe("encoder-decoder batches, on tensorflow", function () {
  this.timeout(120_000);
  const pairs = read("golden/oracle/t5-writing.json") as Record<string, Golden>;

  for (const [model, told] of Object.entries(pairs))
    it(`${model}: match transformers token for token`, async () => {
      const { folder, own, vocabulary, positions } = await modelOf(model);
      const engine = await engineNamed("tensorflow");
      const parts = await planWriterPrograms(engine, own);
      assert.match(parts.batches ?? "", /reads the complete text/);
      const session = await engine.open(parts.programs, [folder]);
      const writer = await parts.open(session, { slots: 3, vocabulary, positions, padId: 0, start: 0 });
      const { texts, ends } = greedily(told);
      const got = await Promise.all(
        told.prompts.map((prompt, i) =>
          written(
            writer,
            asked(prompt, told.most, { ends: new Set(ends), chooser: new Greedy(i % 2 ? "next" : "logits") }),
          ),
        ),
      );
      assert.deepEqual(got, texts);
      await session.dispose();
    });
});
