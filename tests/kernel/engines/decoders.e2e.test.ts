import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { NDArray } from "#dsl/tensor/program.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { goldenOf, modelOf, names, shifted, training, UNTOUCHED } from "#tests/stdlib/models/decoder-models.js";
import { root, shapesOf, tensorsOf, type Batch } from "#tests/stdlib/models/golden.js";
import { ENGINES, engineNamed } from "./engines.js";
import { fedDraws } from "#tests/drawn.js";

const folderOf = (name: string): string => fileURLToPath(new URL(`fixtures/models/${name}`, root));

describe("decoders on every engine, compared with transformers and PEFT", function () {
  this.timeout(180_000);
  for (const engineName of ENGINES)
    for (const name of names) {
      it(`${name} on ${engineName}: logits, and losses of ten steps of full training and of LoRA`, async () => {
        const engine = await engineNamed(engineName);
        const golden = goldenOf(name);
        const { base, common } = modelOf(name);
        const folder = folderOf(name);
        const o = { ...common, packed: true, tensors: shapesOf(base), technique: UNTOUCHED };
        const forward = await engine.open({ forward: assembleForwardProgram(o, false) }, [folder]);
        for (const { inputs, logits } of golden.forward) {
          const mask = inputs["attention_mask"] as number[][];
          const positions = inputs["positions"] ?? mask.map((row) => row.map((_, at) => at));
          const said = await forward.run("forward", feedsOf({ ...inputs, positions, segments: mask }), ["logits"]);
          const got = floats(said["logits"]!);
          const vocabulary = said["logits"]!.shape.at(-1)!;
          const shown = mask.flat();
          logits.flat().forEach((row, at) => {
            if (shown[at])
              row.forEach((v, i) => near(got[at * vocabulary + i]!, v, 1e-4, `logit ${i} of position ${at}`));
          });
        }
        await forward.dispose();
        for (const technique of ["full", "lora"] as const) {
          const trained = golden[technique];
          const adapter = technique === "lora" ? [`${folder}/adapter/adapter_model.safetensors`] : [];
          const tensors =
            technique === "lora" ? { ...base, ...tensorsOf(`${name}/adapter/adapter_model.safetensors`) } : base;
          const { train } = assemblePrograms({
            ...common,
            ...training(technique, trained, golden.lora.targets),
            tensors: shapesOf(tensors),
          });
          const session = await engine.open({ train }, [...adapter, folder]);
          for (const [i, batch] of golden.batches.entries()) {
            const own = feedsOf(shifted(batch));
            const draws = fedDraws(own["input_ids"]!.shape[0]!);
            const feeds = { ...own, draws, rate: scalar(trained.rates[i]!), step: integers([], [i + 1]) };
            const { loss } = await session.run("train", feeds, ["loss"]);
            near(
              floats(loss!)[0]!,
              trained.losses[i]!,
              1e-4 * trained.losses[i]!,
              `${technique}: loss of step ${i + 1}`,
            );
          }
          await session.dispose();
        }
      });
    }
});

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
function near(got: number, want: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(got - want) <= tolerance, `${what}: ${got}, the oracle says ${want}`);
}
