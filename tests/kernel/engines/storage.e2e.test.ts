/**
 * A quantised frozen base on every engine: the losses of ten steps equal PEFT's over the rounded base, and text
 * generation works.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { WeightStorage } from "#dsl/tensor/storage.js";
import type { EngineName } from "#kernel/engines/engine.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { root, shapesOf, tensorsOf, type Batch } from "#tests/stdlib/models/golden.js";
import { adapterTensors, callOf, fed, goldenOf, optionsOf } from "#tests/stdlib/techniques/peft-models.js";
import { call } from "#tests/stdlib/techniques/subjects.js";
import { engineNamed } from "./engines.js";
import { fedDraws } from "#tests/drawn.js";

const { losses } = JSON.parse(readFileSync(new URL("golden/oracle/storage.json", root), "utf8")) as {
  readonly losses: Readonly<Record<string, readonly number[]>>;
};
const STORAGES: Readonly<Record<string, WeightStorage>> = {
  bf16: { weights: "bf16" },
  int8: { weights: "int8" },
  nf4: { weights: "nf4", double: true },
  "nf4-single": { weights: "nf4", double: false },
};
/** Losses to test per engine: fewest on the slowest one, which has no bf16, the type of most embeddings. */
const ASKED: Readonly<Partial<Record<EngineName, readonly string[]>>> = {
  tensorflow: Object.keys(losses),
  onnx: Object.keys(losses).filter((title) => !title.startsWith("gpt2")),
  tfjs: ["llama-grouped rslora int8", "llama-grouped rslora nf4"],
};
const folderOf = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, root));

describe("quantised frozen base", function () {
  this.timeout(120_000);
  for (const [engineName, titles] of Object.entries(ASKED) as [EngineName, string[]][])
    for (const title of titles)
      it(`${title} on ${engineName}: losses of ten steps match PEFT over the rounded base`, async () => {
        const [name, technique, how] = title.split(" ") as [string, string, string];
        const engine = await engineNamed(engineName);
        const golden = goldenOf(name);
        const trained = golden.techniques[technique]!;
        const tensors = { ...tensorsOf(`${name}/model.safetensors`), ...adapterTensors(name, technique) };
        const options = await optionsOf(name, callOf(name, technique), trained, shapesOf(tensors));
        const { train } = assemblePrograms({ ...options, passes: { ...PLAIN_PASS_SETTINGS, storage: STORAGES[how]! } });
        assert.ok(
          Object.values(train.state).some(
            (s) => s.type.dtype === (how.startsWith("nf4") ? "u8" : how === "int8" ? "i8" : "bf16"),
          ),
        );
        const session = await engine.open({ train }, [
          folderOf(`adapters/${name}-${technique}`),
          folderOf(`models/${name}`),
        ]);
        for (const [i, batch] of golden.batches.entries()) {
          const own = feedsOf(fed(name, batch));
          const draws = fedDraws(own["input_ids"]!.shape[0]!);
          const now = { ...own, draws, rate: scalar(trained.rates[i]!), step: integers([], [i + 1]) };
          const got = floats((await session.run("train", now, ["loss"]))["loss"]!)[0]!;
          const want = losses[title]![i]!;
          assert.ok(Math.abs(got - want) <= 1e-4 * want, `loss of step ${i + 1}: ${got}, PEFT's ${want}`);
        }
        await session.dispose();
      });
  for (const engineName of ["tensorflow", "onnx"] as const)
    it(`continues a text over an nf4 base on ${engineName}, and reads its stored weights back`, async () => {
      const engine = await engineNamed(engineName);
      const trained = goldenOf("llama-grouped").techniques["rslora"]!;
      const base = shapesOf(tensorsOf("llama-grouped/model.safetensors"));
      const lora = call("technique", "lora", { rank: 2, targets: ["all"] });
      const options = await optionsOf("llama-grouped", lora, trained, base);
      const passes = { ...PLAIN_PASS_SETTINGS, storage: STORAGES["nf4"]! };
      const session = await engine.open({ ...buildGenerationPrograms({ ...options, passes }) }, [
        folderOf("models/llama-grouped"),
      ]);
      await session.run("reserve", { rows: integers([1], [0]), room: integers([6], [0, 0, 0, 0, 0, 0]) }, []);
      const read = async (ids: readonly number[]): Promise<Float32Array> => {
        const n = ids.length;
        const ones = integers([1, n], new Array<number>(n).fill(1));
        const places = integers([1, n], [...ids.keys()]);
        const fills = { input_ids: integers([1, n], ids), attention_mask: ones, positions: places };
        return floats(
          (await session.run("prefill", { ...fills, last: integers([1], [n - 1]) }, ["logits"]))["logits"]!,
        );
      };
      const whole = await read([9, 4, 33, 7]);
      await read([9, 4, 33]);
      const next = { input_ids: integers([1, 1], [7]), positions: integers([1, 1], [3]), start: integers([], [3]) };
      const said = await session.run("decode", { ...next, attention_mask: integers([1, 4], [1, 1, 1, 1]) }, ["logits"]);
      floats(said["logits"]!).forEach((v, i) => assert.ok(Math.abs(v - whole[i]!) < 1e-4, `${v}, whole ${whole[i]}`));
      const codes = await session.read("model.layers.0.mlp.up_proj.weight/codes");
      assert.deepEqual([codes.dtype, codes.shape], ["u8", [(40 * 24) / 2]]);
      assert.ok(new Set(codes.bytes).size > 50);
      await session.dispose();
    });
  it("is rejected with an explanation if the engine does not support it", async () => {
    const engine = await engineNamed("tfjs");
    const trained = goldenOf("llama-grouped").techniques["rslora"]!;
    const base = shapesOf(tensorsOf("llama-grouped/model.safetensors"));
    const options = await optionsOf(
      "llama-grouped",
      call("technique", "lora", { rank: 2, targets: ["all"] }),
      trained,
      base,
    );
    const { train } = assemblePrograms({ ...options, passes: { ...PLAIN_PASS_SETTINGS, storage: STORAGES["bf16"]! } });
    await assert.rejects(engine.open({ train }, [folderOf("models/llama-grouped")]), (e) => {
      assert.ok(e instanceof CodedError && e.code === "engine-refuses");
      assert.match(e.message + JSON.stringify(e.data), /tfjs has no bf16/);
      return true;
    });
  });
});

function feedsOf(batch: Batch): Record<string, NDArray> {
  return Object.fromEntries(
    Object.entries(batch).map(([name, rows]) => {
      const data = (rows as number[][] | number[]).flat();
      const shape = Array.isArray(rows[0]) ? [rows.length, rows[0].length] : [rows.length];
      return [name, integers(shape, data)];
    }),
  );
}
function integers(shape: readonly number[], data: readonly number[]): NDArray {
  return { dtype: "i32", shape, bytes: new Uint8Array(Int32Array.from(data).buffer) };
}
function scalar(value: number): NDArray {
  return { dtype: "f32", shape: [], bytes: new Uint8Array(Float32Array.of(value).buffer) };
}
function floats({ bytes }: NDArray): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
