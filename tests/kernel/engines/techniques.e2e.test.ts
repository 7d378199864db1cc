import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import type { EngineName } from "#kernel/engines/engine.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { root, shapesOf, tensorsOf, type Batch } from "#tests/stdlib/models/golden.js";
import { adapterTensors, callOf, fed, goldenOf, optionsOf } from "#tests/stdlib/techniques/peft-models.js";
import { call } from "#tests/stdlib/techniques/subjects.js";
import { engineNamed } from "./engines.js";
import { fedDraws } from "#tests/drawn.js";

/** Techniques to test per engine and model: fewest on the slowest engine. */
const ASKED: Readonly<Partial<Record<EngineName, Readonly<Record<string, readonly string[]>>>>> = {
  tensorflow: {
    "bert-plain": ["bitfit", "rslora", "dora", "ia3", "prompt_tuning", "prefix_tuning"],
    "gpt2-plain": ["dora", "prompt_tuning", "prefix_tuning"],
    "llama-grouped": ["ia3", "prefix_tuning"],
    "t5-plain": ["rslora", "prompt_tuning", "prefix_tuning"],
  },
  onnx: {
    "bert-plain": ["bitfit", "rslora", "dora", "ia3", "prompt_tuning", "prefix_tuning"],
    "gpt2-plain": ["dora", "prompt_tuning", "prefix_tuning"],
    "llama-grouped": ["ia3", "prefix_tuning"],
    "t5-plain": ["ia3", "prompt_tuning", "prefix_tuning"],
  },
  tfjs: { "bert-plain": ["dora", "prompt_tuning", "prefix_tuning"] },
};
const folderOf = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, root));

describe("techniques on every engine", function () {
  this.timeout(120_000);
  for (const [engineName, models] of Object.entries(ASKED) as [EngineName, Record<string, string[]>][]) {
    for (const [name, techniques] of Object.entries(models))
      it(`${name} on ${engineName}: losses of ten steps match PEFT for ${techniques.join(", ")}`, async () => {
        const engine = await engineNamed(engineName);
        const golden = goldenOf(name);
        for (const technique of techniques) {
          const trained = golden.techniques[technique]!;
          const tensors = { ...tensorsOf(`${name}/model.safetensors`), ...adapterTensors(name, technique) };
          const options = await optionsOf(name, callOf(name, technique), trained, shapesOf(tensors));
          const adapter = technique === "bitfit" ? [] : [folderOf(`adapters/${name}-${technique}`)];
          const session = await engine.open({ train: assemblePrograms(options).train }, [
            ...adapter,
            folderOf(`models/${name}`),
          ]);
          for (const [i, batch] of golden.batches.entries()) {
            const own = feedsOf(fed(name, batch));
            const fedNow = {
              ...{ ...own, draws: fedDraws(own["input_ids"]!.shape[0]!) },
              rate: scalar(trained.rates[i]!),
              step: integers([], [i + 1]),
            };
            const { loss } = await session.run("train", fedNow, ["loss"]);
            const want = trained.losses[i]!;
            const got = floats(loss!)[0]!;
            assert.ok(
              Math.abs(got - want) <= 1e-4 * want,
              `${technique}: loss of step ${i + 1}: ${got}, PEFT's ${want}`,
            );
          }
          await session.dispose();
        }
      });
    if (engineName !== "tfjs")
      it(`gpt2-plain on ${engineName}: virtual tokens and other additions, and text continued over a cache`, async () => {
        const engine = await engineNamed(engineName);
        const trained = goldenOf("gpt2-plain").techniques["dora"]!;
        const base = shapesOf(tensorsOf("gpt2-plain/model.safetensors"));
        for (const technique of [
          call("technique", "prompt_tuning", { tokens: 4, init_tokens: [5, 6, 7, 5] }),
          call("technique", "prefix_tuning", { tokens: 3 }),
          call("technique", "lora", { rank: 2, targets: ["all"], dora: true }),
          call("technique", "adapters", { size: 4 }),
        ]) {
          const options = await optionsOf("gpt2-plain", technique, trained, base);
          const programs: Record<string, Program> = {
            ...buildGenerationPrograms(options),
            forward: assembleForwardProgram(options, false),
          };
          const session = await engine.open(programs, [folderOf("models/gpt2-plain")]);
          await session.run("reserve", { rows: integers([1], [0]), room: integers([6], [0, 0, 0, 0, 0, 0]) }, []);
          const ones = (n: number): number[] => new Array<number>(n).fill(1);
          const text = [9, 4, 33];
          const fills = { input_ids: integers([1, 3], text), attention_mask: integers([1, 3], ones(3)) };
          let said = await session.run(
            "prefill",
            { ...fills, positions: integers([1, 3], [0, 1, 2]), last: integers([1], [2]) },
            ["logits"],
          );
          for (let keys = 3; ; keys++) {
            const row = { input_ids: integers([1, keys], text), attention_mask: integers([1, keys], ones(keys)) };
            const whole = floats((await session.run("forward", row, ["logits"]))["logits"]!).slice(-120);
            floats(said["logits"]!).forEach((v, i) =>
              assert.ok(Math.abs(v - whole[i]!) < 1e-4, `${technique.word}: ${v}, whole ${whole[i]}`),
            );
            if (keys === 5) break;
            text.push(7 * keys);
            said = await session.run(
              "decode",
              {
                input_ids: integers([1, 1], [7 * keys]),
                positions: integers([1, 1], [keys]),
                attention_mask: integers([1, keys + 1], ones(keys + 1)),
                start: integers([], [keys]),
              },
              ["logits"],
            );
          }
          await session.dispose();
        }
      });
  }
  it("derive initial values from other state: rows of a table, column norms of a weight", async () => {
    const engine = await engineNamed("onnx");
    const trained = goldenOf("gpt2-plain").techniques["dora"]!;
    const base = tensorsOf("gpt2-plain/model.safetensors");
    const dora = call("technique", "lora", { rank: 2, targets: ["c_attn"], dora: true });
    const prompt = call("technique", "prompt_tuning", { tokens: 3, init_tokens: [5, 6, 5] });
    for (const [technique, state, want] of [
      [dora, "transformer.h.1.attn.c_attn.lora_magnitude_vector", lengths(base["transformer.h.1.attn.c_attn.weight"]!)],
      [
        prompt,
        "prompt_embeddings",
        [5, 6, 5].flatMap((r) => [...base["transformer.wte.weight"]!.data.slice(24 * r, 24 * r + 24)]),
      ],
    ] as const) {
      const { train } = assemblePrograms(await optionsOf("gpt2-plain", technique, trained, shapesOf(base)));
      const session = await engine.open({ train }, [folderOf("models/gpt2-plain")]);
      const got = floats(await session.read(state));
      assert.equal(got.length, want.length);
      got.forEach((v, i) => assert.ok(Math.abs(v - want[i]!) < 1e-6));
      await session.dispose();
    }
  });
});

/** Returns the Euclidean length of each column. */
function lengths({ shape, data }: { shape: readonly number[]; data: Float64Array }): number[] {
  const width = shape[1]!;
  return Array.from({ length: width }, (_, c) => Math.hypot(...data.filter((_, i) => i % width === c)));
}
function feedsOf(batch: Batch): Record<string, NDArray> {
  return Object.fromEntries(
    Object.entries(batch).map(([name, rows]) => {
      const inner = Array.isArray(rows[0]) ? [rows[0].length as number] : [];
      return [name, integers([rows.length, ...inner], rows.flat())];
    }),
  );
}
function integers(shape: readonly number[], values: readonly number[]): NDArray {
  return { dtype: "i32", shape, bytes: new Uint8Array(Int32Array.from(values).buffer) };
}
function scalar(value: number): NDArray {
  return { dtype: "f32", shape: [], bytes: new Uint8Array(Float32Array.of(value).buffer) };
}
function floats({ bytes }: NDArray): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
