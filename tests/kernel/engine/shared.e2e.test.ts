/** Several models over one store on every engine: each is as if it were alone, and what they have in common is there once. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toNDArray } from "#dsl/graph/values.js";
import type { Call } from "#dsl/types/value.js";
import { PLAIN } from "#dsl/graph/passes/table.js";
import type { NDArray } from "#dsl/graph/program.js";
import type { Storage } from "#dsl/graph/storage.js";
import type { Session } from "#kernel/engine/engine.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { sharedStore } from "#kernel/engine/shared.js";
import { assemble } from "#stdlib/programs/assemble.js";
import type { Assembled } from "#stdlib/programs/options.js";
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

async function programsOf(call: Call, storage: Storage = { weights: "f32" }): Promise<Assembled> {
  const options = await optionsOf("bert-plain", call, Object.values(techniques)[0]!, shapes);
  return assemble({ ...options, passes: { ...PLAIN, storage } });
}
async function step(session: Session, at: number): Promise<number> {
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

describe("several models over one store", function () {
  this.timeout(60_000);
  const files = mkdtempSync(join(tmpdir(), "tunebook-shared-"));
  after(() => rmSync(files, { recursive: true, force: true }));
  for (const name of ENGINES)
    it(`on ${name}: each trains as if it were alone, is saved and loaded, and leaves the others as they are`, async () => {
      const engine = await engineNamed(name);
      const all = await Promise.all(CALLS.map((call) => programsOf(call)));
      const alone: number[][] = [];
      for (const { train } of all) {
        const session = await engine.open({ train }, [folder]);
        alone.push([await step(session, 0), await step(session, 1), await step(session, 2)]);
        await session.dispose();
      }
      const store = sharedStore(engine, `test ${name}`);
      const views: Session[] = [];
      // in turns, the second one coming when the first has begun
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

      const [first, second, third] = views as [Session, Session, Session];
      // all that lies in the engine: a frozen weight once, what trains once for each model
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
      // who comes after all have left begins anew
      const again = await store.open({ train: all[0]!.train }, [folder], isShared);
      assert.ok(Math.abs((await step(again, 0)) - alone[0]![0]!) < 1e-6);
      await again.dispose();
    });
  const STORED: readonly Storage[] = [{ weights: "nf4", double: true }, { weights: "int8" }, { weights: "bf16" }];
  for (const storage of STORED)
    it(`share a base that is stored as ${storage.weights}, and none with one that is stored otherwise`, async () => {
      const engine = await engineNamed("tensorflow");
      const [low, biases] = await Promise.all([CALLS[0]!, CALLS[2]!].map((call) => programsOf(call, storage)));
      const plain = await programsOf(CALLS[0]!);
      const alone: number[] = [];
      for (const { train } of [low!, biases!, plain]) {
        const session = await engine.open({ train }, [folder]);
        alone.push(await step(session, 0));
        await session.dispose();
      }
      const store = sharedStore(engine, `stored ${storage.weights}`);
      const views: Session[] = [];
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
      // Of the second model nothing of a stored matrix came to those of the first; of the third its own.
      const layers = Object.keys(shapes).filter((name) => weight.test(name)).length;
      assert.ok(counts[0]! >= layers, String(counts));
      assert.deepEqual([counts[1]! - counts[0]!, counts[2]! - counts[1]!], [0, layers]);
      for (const [i, view] of views.entries()) assert.ok(Math.abs((await step(view, 0)) - alone[i]!) < 1e-6);
      for (const view of views) await view.dispose();
    });
});
