/** Several models over one shared store, on every engine: each behaves as if alone, and shared weights exist once. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toNDArray } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import { Graph } from "#dsl/tensor/builder.js";
import { removeDeadNodes } from "#dsl/tensor/passes/dead-code.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import type { WeightStorage } from "#dsl/tensor/storage.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import { readHeader, writeSafetensors } from "#kernel/tensors/safetensors.js";
import { processMemory } from "#kernel/engines/manager/process-memory.js";
import { sharedStoreOf } from "#kernel/engines/shared.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import type { AssembledPrograms } from "#stdlib/programs/options.js";
import { feedsOf, root, shapesOf, tensorsOf } from "#tests/stdlib/models/golden.js";
import { goldenOf, optionsOf } from "#tests/stdlib/techniques/peft-models.js";
import { ENGINES, engineNamed } from "./engines.js";
import { fedDraws } from "#tests/drawn.js";

const folder = fileURLToPath(new URL("fixtures/models/bert-plain", root));
const shapes = shapesOf(tensorsOf("bert-plain/model.safetensors"));
const { batches, techniques } = goldenOf("bert-plain");
const isShared = (tensor: string): boolean => Object.hasOwn(shapes, tensor);
const CALLS: readonly Call[] = [
  { kind: "technique", word: "lora", arguments: { rank: 2, targets: ["query", "value"] } },
  { kind: "technique", word: "lora", arguments: { rank: 3, targets: ["all"], dora: true } },
  { kind: "technique", word: "bitfit", arguments: {} },
];

async function programsOf(call: Call, storage: WeightStorage = { weights: "f32" }): Promise<AssembledPrograms> {
  const options = await optionsOf("bert-plain", call, Object.values(techniques)[0]!, shapes);
  return assemblePrograms({ ...options, passes: { ...PLAIN_PASS_SETTINGS, storage } });
}
async function step(session: EngineSession, at: number): Promise<number> {
  const fed = { ...feedsOf(batches[at]!) };
  const arrays = Object.fromEntries(Object.entries(fed).map(([name, v]) => [name, toNDArray("i32", v)]));
  const scalar = (bytes: ArrayBufferView, dtype: "f32" | "i32"): NDArray => ({
    dtype,
    shape: [],
    bytes: new Uint8Array(bytes.buffer),
  });
  const feeds = {
    ...{ ...arrays, draws: fedDraws(fed["input_ids"]!.shape[0]!) },
    ...{ rate: scalar(Float32Array.of(5e-3), "f32"), step: scalar(Int32Array.of(at + 1), "i32") },
  };
  const { loss } = await session.run("train", feeds, ["loss"]);
  return new Float32Array(loss!.bytes.slice().buffer)[0]!;
}

describe("models that share one store", function () {
  this.timeout(60_000);
  const files = mkdtempSync(join(tmpdir(), "tunebook-shared-"));
  after(() => rmSync(files, { recursive: true, force: true }));
  for (const name of ENGINES)
    it(`on ${name}: train as they would alone, can be saved and loaded, and do not affect each other`, async () => {
      const engine = await engineNamed(name);
      const all = await Promise.all(CALLS.map((call) => programsOf(call)));
      const alone: number[][] = [];
      for (const { train } of all) {
        const session = await engine.open({ train }, [folder]);
        alone.push([await step(session, 0), await step(session, 1), await step(session, 2)]);
        await session.dispose();
      }
      const store = sharedStoreOf(engine, `test ${name}`);
      const views: EngineSession[] = [];
      // Alternates between the models; the second one joins after the first has started.
      const losses: number[][] = all.map(() => []);
      for (const [i, { train }] of all.entries()) {
        views.push(await store.open({ train }, [folder], isShared));
        for (let at = 0; at <= i; at++) losses[at]!.push(await step(views[at]!, losses[at]!.length));
      }
      losses[1]!.push(await step(views[1]!, 2));
      losses[2]!.push(await step(views[2]!, 1), await step(views[2]!, 2));
      losses.forEach((of, i) =>
        of.forEach((loss, at) =>
          assert.ok(
            Math.abs(loss - alone[i]![at]!) < 1e-6,
            `${CALLS[i]!.word} ${at}: ${of.join()} alone ${alone[i]!.join()}`,
          ),
        ),
      );

      const [first, second, third] = views as [EngineSession, EngineSession, EngineSession];
      // All states in the engine: a frozen weight exists once, a trainable weight once per model.
      const whole = join(files, `${name}-all.safetensors`);
      await (await store.common()).save(whole);
      const lies = Object.keys(readHeader(whole).tensors);
      const times = (end: string): number => lies.filter((state) => state.endsWith(end)).length;
      assert.equal(times("embeddings.word_embeddings.weight"), 1);
      assert.equal(times("encoder.layer.0.attention.self.query.weight"), 1);
      assert.equal(times("classifier.weight"), 3 * CALLS.length);
      const file = join(files, `${name}.safetensors`);
      await first.save(file, all[0]!.resumable);
      assert.deepEqual(Object.keys(readHeader(file).tensors).sort(), [...all[0]!.resumable].sort());
      const before = await second.read("bert.encoder.layer.0.attention.self.query.lora_B.weight");
      const changed = await step(first, 0);
      assert.deepEqual([...(await first.load(file))].sort(), [...all[0]!.resumable].sort());
      assert.ok(Math.abs((await step(first, 0)) - changed) < 1e-6);
      await first.reset();
      assert.ok(Math.abs((await step(first, 0)) - alone[0]![0]!) < 1e-6);
      assert.deepEqual(await second.read("bert.encoder.layer.0.attention.self.query.lora_B.weight"), before);
      const embeddings = await first.read("bert.embeddings.word_embeddings.weight");
      await assert.rejects(first.write("bert.embeddings.word_embeddings.weight", embeddings), { code: "state-shared" });

      await first.dispose();
      await assert.rejects(step(first, 0));
      assert.ok(Number.isFinite(await step(second, 3)));
      await third.dispose();
      await second.dispose();
      assert.equal(store.size, 0);
      // A model opened after all others have left starts from its initial state.
      const again = await store.open({ train: all[0]!.train }, [folder], isShared);
      assert.ok(Math.abs((await step(again, 0)) - alone[0]![0]!) < 1e-6);
      await again.dispose();
    });
  const SIZE = 4096;
  /** Outputs the sum of a large weight and a weight of the model. */
  function summing(): Program {
    const graph = new Graph();
    const state = (name: string, shape: readonly number[]) =>
      graph.state(name, { type: { dtype: "f32", shape }, trains: false, initial: { checkpoint: name } });
    graph.output(
      "y",
      state("large", [SIZE, SIZE])
        .sum()
        .add(state("own", [4]).sum()),
    );
    return graph.program();
  }
  /** Programs that create a cache and output its content. */
  function remembering(): Readonly<Record<string, Program>> {
    const [writes, reads] = [new Graph(), new Graph()];
    const cache = (graph: Graph) =>
      graph.state("cache", { type: { dtype: "f32", shape: ["n", 1] }, trains: false, initial: { unset: true } });
    cache(writes);
    writes.update("cache", writes.input("x", { dtype: "f32", shape: ["n", 1] }).add(1));
    reads.output("y", cache(reads).sum());
    return { writes: removeDeadNodes(writes.program()), reads: reads.program() };
  }
  for (const name of ["tensorflow", "onnx"] as const)
    it(`on ${name}: use memory once for shared weights as models are added and removed, and keep caches`, async () => {
      const file = join(files, "large.safetensors");
      const large = new Float32Array(SIZE * SIZE);
      large[7] = 5;
      const floats = (values: Float32Array, shape: readonly number[]): NDArray => ({
        ...{ dtype: "f32", shape },
        bytes: new Uint8Array(values.buffer),
      });
      writeSafetensors(file, { large: floats(large, [SIZE, SIZE]), own: floats(Float32Array.of(1, 2, 3, 4), [4]) });
      const engine = await engineNamed(name);
      const memory = (): number => processMemory(engine.info.pid)!;
      const store = sharedStoreOf(engine, `large ${name}`);
      const open = (more: Readonly<Record<string, Program>> = {}) =>
        store.open({ sum: summing(), ...more }, [file], (tensor) => tensor === "large");
      const said = async (view: EngineSession, program: string): Promise<number> => {
        const { y } = await view.run(program, {});
        return new Float32Array(y!.bytes.slice().buffer)[0]!;
      };
      const before = memory();
      const views = await Promise.all([open(remembering()), open(), open(), open()]);
      const [first, second] = views as [EngineSession, EngineSession, EngineSession, EngineSession];
      await first.run("writes", { x: floats(Float32Array.of(1, 2), [2, 1]) }, []);
      for (const view of views) assert.equal(await said(view, "sum"), 15);
      const grown = memory() - before;
      assert.ok(grown < 2.5 * large.byteLength, `four models take ${String(grown)} bytes`);
      await second.write("own", floats(Float32Array.of(1, 1, 1, 1), [4]));
      assert.deepEqual([await said(first, "sum"), await said(second, "sum")], [15, 9]);
      await views.pop()!.dispose();
      assert.equal(await said(first, "reads"), 5);
      // The model that loaded the weight is disposed first.
      await views.shift()!.dispose();
      for (const [i, view] of views.entries()) assert.equal(await said(view, "sum"), i === 0 ? 9 : 15);
      for (const view of views) await view.dispose();
    });
  it("keep running while another model is opened", async () => {
    const engine = await engineNamed("tensorflow");
    const [one, other] = await Promise.all(CALLS.slice(0, 2).map((call) => programsOf(call)));
    const store = sharedStoreOf(engine, "meanwhile");
    const first = await store.open({ train: one!.train }, [folder], isShared);
    const apart = await engine.open({ train: one!.train }, [folder]);
    let opened = false;
    const during = [0, 0];
    const goes = [first, apart].map(async (session, i) => {
      while (!opened) {
        await step(session, 0);
        during[i]!++;
      }
    });
    await step(first, 0);
    const { train, evaluate, loss } = other!;
    const attempts: string[] = [];
    // On a busy machine opening may take as long as two runs: then it is opened again.
    do {
      during.fill(0);
      const second = await store.open({ train, evaluate, loss }, [folder], isShared);
      attempts.push(during.join());
      await second.dispose();
    } while (
      attempts
        .at(-1)!
        .split(",")
        .some((runs) => Number(runs) <= 2) &&
      attempts.length < 10
    );
    opened = true;
    await Promise.all(goes);
    assert.ok(
      attempts
        .at(-1)!
        .split(",")
        .every((runs) => Number(runs) > 2),
      `runs while it was opened: ${attempts.join("; ")}`,
    );
    for (const session of [first, apart]) await session.dispose();
  });
  it("open independently: a model that fails to open does not block the others", async () => {
    const engine = await engineNamed("tensorflow");
    const { train } = await programsOf(CALLS[0]!);
    const store = sharedStoreOf(engine, "failing");
    const opened = await Promise.allSettled([
      store.open({ train }, [join(files, "nothing")], isShared),
      store.open({ train }, [folder], isShared),
      store.open({ train }, [join(files, "nothing")], isShared),
    ]);
    assert.deepEqual(
      opened.map(({ status }) => status),
      ["rejected", "fulfilled", "rejected"],
    );
    const [, second] = opened;
    if (second?.status === "fulfilled") await second.value.dispose();
    assert.equal(store.size, 0);
  });
  const STORED: readonly WeightStorage[] = [{ weights: "nf4", double: true }, { weights: "int8" }, { weights: "bf16" }];
  for (const storage of STORED)
    it(`share a base stored as ${storage.weights}, but not one stored in another format`, async () => {
      const engine = await engineNamed("tensorflow");
      const [low, biases] = await Promise.all([CALLS[0]!, CALLS[2]!].map((call) => programsOf(call, storage)));
      const plain = await programsOf(CALLS[0]!);
      const alone: number[] = [];
      for (const { train } of [low!, biases!, plain]) {
        const session = await engine.open({ train }, [folder]);
        alone.push(await step(session, 0));
        await session.dispose();
      }
      const store = sharedStoreOf(engine, `stored ${storage.weights}`);
      const views: EngineSession[] = [];
      const lies = async (file: string): Promise<readonly string[]> => {
        await (await store.common()).save(join(files, file));
        return Object.keys(readHeader(join(files, file)).tensors);
      };
      const weight = /attention\.self\.query\.(base_layer\.)?weight/;
      const of = (names: readonly string[]): number => names.filter((state) => weight.test(state)).length;
      const counts: number[] = [];
      for (const { train } of [low!, biases!, plain]) {
        views.push(await store.open({ train }, [folder], isShared));
        counts.push(of(await lies(`stored-${storage.weights}.safetensors`)));
      }
      // The second model adds no stored matrix to those of the first; the third adds its own.
      const layers = Object.keys(shapes).filter((name) => weight.test(name)).length;
      assert.ok(counts[0]! >= layers, String(counts));
      assert.deepEqual([counts[1]! - counts[0]!, counts[2]! - counts[1]!], [0, layers]);
      for (const [i, view] of views.entries()) assert.ok(Math.abs((await step(view, 0)) - alone[i]!) < 1e-6);
      for (const view of views) await view.dispose();
    });
});
