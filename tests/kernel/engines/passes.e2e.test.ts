/** Precision and recomputation as the engine runs them: results, and the memory that recomputation saves. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { PassSettings } from "#dsl/tensor/passes/pass.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { fromNDArray, scalarNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { bert } from "#stdlib/models/bert.run.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { full } from "#stdlib/techniques/full.js";
import { engineNamed } from "./engines.js";
import { examples } from "./op-examples.js";
import { fedDraws } from "#tests/drawn.js";

/**
 * Ops that the precision pass runs in bf16, with the rounding error allowed for each (relative to the greatest
 * element).
 */
const IN_BF16: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    [
      ...["linear", "outer_product", "matmul", "attention", "head_loss", "head_loss_gradient"],
      ...["gelu", "gelu_gradient", "silu", "silu_gradient", "gated", "gated_gradient", "relu", "dropout", "rope"],
      ...["reshape", "transpose", "slice", "split", "concat", "pad", "take_position", "place_position", "take_rows"],
    ].map((op) => [op, 0.02]),
  ),
  // The example's probabilities do not belong to its q and k, so terms that should cancel do not.
  attention_gradient: 0.1,
};

const root = new URL("../../../../tests/", import.meta.url);
const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({ kind, word, arguments: given });

function tinyBert(passes: Partial<PassSettings>, layers: number, hidden: number, dropout = 0.1): Program {
  const config = bert.config({
    ...{ model_type: "bert", vocab_size: 100, hidden_size: hidden, num_hidden_layers: layers, num_attention_heads: 4 },
    ...{ intermediate_size: 4 * hidden, max_position_embeddings: 256, type_vocab_size: 2 },
  });
  return assemblePrograms({
    family: bert,
    config,
    task: { call: call("task", "text_classification"), implementation: textClassification },
    technique: { call: call("technique", "full"), implementation: full },
    optimizer: { call: call("optimizer", "adamw"), implementation: adamw },
    labels: 3,
    dropout,
    clip: 1,
    prefixInCheckpoint: false,
    tensors: new Set(),
    seed: 4,
    passes: { ...PLAIN_PASS_SETTINGS, ...passes },
  }).train;
}
function feeds(batch: number, length: number, step: number): Record<string, NDArray> {
  const ids = Array.from({ length: batch * length }, (_, i) => (i * 37 + (i % batch) * step * 11) % 100);
  return {
    input_ids: toNDArray("i32", makeArrayValues([batch, length], ids)),
    attention_mask: toNDArray(
      "i32",
      makeArrayValues(
        [batch, length],
        ids.map((_, i) => Number(i % length < length - 2)),
      ),
    ),
    labels: toNDArray(
      "i32",
      makeArrayValues(
        [batch],
        Array.from({ length: batch }, (_, i) => ids[i * length]! % 3),
      ),
    ),
    rate: scalarNDArray("f32", 1e-3),
    step: scalarNDArray("i32", step),
    draws: fedDraws(batch, step),
  };
}
const number = (array: NDArray | undefined): number => fromNDArray(array!).data[0]!;

describe("compiler passes on the tensorflow engine", () => {
  it("match the reference in bf16, within its rounding", async function () {
    this.timeout(60_000);
    const chosen = examples.filter((e) => e.op in IN_BF16);
    assert.deepEqual([...new Set(chosen.map((e) => e.op))].sort(), Object.keys(IN_BF16).sort());
    const programs = Object.fromEntries(
      chosen.map((e, i) => {
        const graph = new Graph();
        const inputs = e.inputs.map(({ type }, k) => {
          const x = graph.input(`x${k}`, type);
          return type.dtype === "f32" && type.shape.length > 0 ? x.cast("bf16") : x;
        });
        graph.applyNamed(e.op, inputs, e.attributes).forEach((y, k) => graph.output(`y${k}`, y.cast("f32")));
        return [`${e.op}_${i}`, graph.program()] as const;
      }),
    );
    const session = await (await engineNamed("tensorflow")).open(programs, []);
    const wrong: string[] = [];
    for (const [i, e] of chosen.entries()) {
      const title = `${e.op}_${i}`;
      const fed = Object.fromEntries(e.inputs.map(({ value }, k) => [`x${k}`, value]));
      const got = await session.run(title, fed);
      const inputs = Object.fromEntries(Object.entries(fed).map(([name, array]) => [name, fromNDArray(array)]));
      for (const [output, want] of Object.entries(evaluateProgram(programs[title]!, inputs, {}).outputs)) {
        const scale = want.data.reduce((m, x) => Math.max(m, Math.abs(x)), 1);
        const apart = fromNDArray(got[output]!).data.map((x, k) => Math.abs(x - want.data[k]!) / scale);
        const most = apart.reduce((m, x) => Math.max(m, x), 0);
        if (!(most <= IN_BF16[e.op]!)) wrong.push(`${title} ${output}: ${most}`);
      }
    }
    await session.dispose();
    assert.deepEqual(wrong, []);
  });

  it("train a small BERT in bf16 like in f32 (loss within 3 %), and with recomputation like without", async function () {
    this.timeout(120_000);
    const engine = await engineNamed("tensorflow");
    const settings: Record<string, Partial<PassSettings>> = {
      plain: {},
      bf16: { precision: "bf16" },
      again: { recompute: "blocks" },
      both: { precision: "bf16", recompute: "blocks" },
    };
    const losses: Record<string, number[]> = {};
    for (const [name, passes] of Object.entries(settings)) {
      const session = await engine.open({ train: tinyBert(passes, 2, 32) }, []);
      losses[name] = [];
      for (let step = 1; step <= 20; step++)
        losses[name].push(number((await session.run("train", feeds(8, 16, step), ["loss"]))["loss"]));
      await session.dispose();
    }
    assert.ok(losses["plain"]!.at(-1)! < 0.9 * losses["plain"]![0]!, "it learns");
    losses["plain"]!.forEach((x, i) =>
      assert.ok(Math.abs(losses["bf16"]![i]! - x) <= 0.03 * x, `step ${i + 1}: ${losses["bf16"]![i]} for ${x}`),
    );
    assert.notDeepEqual(losses["bf16"], losses["plain"]);
    assert.deepEqual(losses["again"], losses["plain"]);
    // In bf16 a sum may occasionally round differently. Different dropout masks would change the loss far more.
    losses["bf16"]!.forEach((x, i) => assert.ok(Math.abs(losses["both"]![i]! - x) <= 1e-6 * x, `step ${i + 1}`));
  });

  it("reach the losses of PyTorch's autocast in bf16, within 1 %", async function () {
    this.timeout(60_000);
    interface Oracle {
      readonly batches: readonly Readonly<Record<string, number[] | number[][]>>[];
      readonly full: { readonly rates: readonly number[]; readonly optimizer: { readonly weight_decay: number } };
    }
    const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`golden/oracle/${file}`, root), "utf8"));
    const { batches, full: trained } = read("bert-plain.json") as Oracle;
    const { losses } = read("bert-plain-autocast.json") as { readonly losses: readonly number[] };
    const folder = fileURLToPath(new URL("fixtures/models/bert-plain", root));
    const weights = join(folder, "model.safetensors");
    const names = new Set(Object.keys(readHeader(weights).tensors));
    const { weight_decay } = trained.optimizer;
    const { train } = assemblePrograms({
      family: bert,
      config: bert.config(JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<string, unknown>),
      task: { call: call("task", "text_classification"), implementation: textClassification },
      technique: { call: call("technique", "full"), implementation: full },
      optimizer: { call: call("optimizer", "adamw", { weight_decay }), implementation: adamw },
      labels: 3,
      dropout: 0,
      clip: 1,
      prefixInCheckpoint: [...names].some((name) => name.startsWith("bert.")),
      tensors: names,
      seed: 0,
      tokenTypes: true,
      passes: { ...PLAIN_PASS_SETTINGS, precision: "bf16" },
    });
    const session = await (await engineNamed("tensorflow")).open({ train }, [folder]);
    for (const [i, batch] of batches.entries()) {
      const fed = Object.entries(batch).map(([name, rows]) => {
        const shape = [rows.length, ...(Array.isArray(rows[0]) ? [rows[0].length] : [])];
        return [name, toNDArray("i32", makeArrayValues(shape, rows.flat()))] as const;
      });
      const rate = scalarNDArray("f32", trained.rates[i]!);
      const feeds = { ...Object.fromEntries(fed), rate, step: scalarNDArray("i32", i + 1) };
      const draws = fedDraws(batch["input_ids"]!.length, i + 1);
      const got = await session.run("train", { ...feeds, draws }, ["loss"]);
      const loss = number(got["loss"]);
      assert.ok(Math.abs(loss - losses[i]!) <= 0.01 * losses[i]!, `step ${i + 1}: ${loss} for ${losses[i]}`);
    }
    await session.dispose();
  });

  // Other systems do not report a process's peak memory.
  if (process.platform === "linux")
    it("use less than half the memory with recomputation", async function () {
      this.timeout(180_000);
      const grown: number[] = [];
      for (const recompute of ["none", "blocks"] as const) {
        const engine = await startEngine({ engine: "tensorflow" });
        try {
          const session = await engine.open({ train: tinyBert({ recompute }, 12, 64, 0) }, []);
          await session.run("train", feeds(2, 16, 1));
          const before = peak(engine.info.pid);
          await session.run("train", feeds(32, 128, 2));
          grown.push(peak(engine.info.pid) - before);
        } finally {
          await engine.close();
        }
      }
      assert.ok(grown[1]! < 0.5 * grown[0]!, `${grown[1]} MiB for ${grown[0]} MiB`);
    });
});

/** Returns the peak resident memory so far, in MiB. */
function peak(pid: number): number {
  return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
}
