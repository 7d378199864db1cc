/** Every loss of sentence_similarity on every engine: ten AdamW steps compared with sentence-transformers. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArrayValues } from "#dsl/tensor/values.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { EngineName } from "#kernel/engines/engine.js";
import { toFloats } from "#kernel/engines/feeds.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { float32NDArray, int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { float32, writeSafetensors } from "#tests/oracles/safetensors.js";
import { feedsOf } from "#tests/stdlib/models/golden.js";
import { models, startOf, trainingOf } from "#tests/stdlib/tasks/similarity-models.js";
import { ENGINES, engineNamed } from "./engines.js";
import { fedDraws } from "#tests/drawn.js";

const LOSSES = ["cosine", "cosent", "contrastive", "online_contrastive", "ranking-masked"];
/** Losses to test per engine: fewest on the slowest one. Engines not listed test all. */
const ASKED: Readonly<Partial<Record<EngineName, readonly string[]>>> = { tfjs: ["cosent", "ranking-masked"] };

describe("sentence_similarity losses on the engines", function () {
  this.timeout(120_000);
  const golden = models.find(({ name }) => name === "similarity-bert")!;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-similarity-"));
    mkdirSync(join(folder, "base"));
    writeFileSync(join(folder, "base", "config.json"), JSON.stringify(golden.config));
    const tensors = Object.entries(startOf(golden, "cosent", "full")).map(
      ([name, { shape, data }]) => [name, float32(shape, Float32Array.from(data))] as const,
    );
    writeSafetensors(join(folder, "base", "model.safetensors"), Object.fromEntries(tensors));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const engineName of ENGINES)
    for (const name of ASKED[engineName] ?? LOSSES)
      it(`${name} on ${engineName}`, async () => {
        const engine = await engineNamed(engineName);
        const { train } = assemblePrograms(await trainingOf(golden, name, "full"));
        const session = await engine.open({ train }, [join(folder, "base")]);
        const { batches, full } = golden.trained[name]!;
        for (const [i, batch] of batches.entries()) {
          const feeds = Object.fromEntries(
            Object.entries(feedsOf(batch)).map(([key, value]) => [
              key,
              arrayOf(value, train.inputs[key]!.type.dtype === "f32"),
            ]),
          );
          const { loss } = await session.run(
            "train",
            {
              ...feeds,
              ...{
                rate: float32NDArray(Float32Array.of(full.rates[i]!), []),
                step: int32NDArray(Int32Array.of(i + 1), []),
              },
              draws: fedDraws(feeds["input_ids"]!.shape[0]!),
            },
            ["loss"],
          );
          const [got, want] = [toFloats(loss!)[0]!, full.losses[i]!];
          assert.ok(
            Math.abs(got - want) <= 1e-6 + 1e-4 * Math.abs(want),
            `loss of step ${i + 1}: ${got}, the oracle says ${want}`,
          );
        }
        await session.dispose();
      });
});

function arrayOf({ shape, data }: ArrayValues, isReal: boolean): NDArray {
  return isReal ? float32NDArray(Float32Array.from(data), [...shape]) : int32NDArray(Int32Array.from(data), [...shape]);
}
