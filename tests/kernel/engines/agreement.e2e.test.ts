/** Engine agreement: the same program, weights and batches give the same losses on every engine, step after step. */
import assert from "node:assert/strict";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { mixBits } from "#dsl/tensor/numbers/random.js";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { EngineName } from "#kernel/engines/engine.js";
import { bert } from "#stdlib/models/bert.run.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { full } from "#stdlib/techniques/full.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { engineNamed } from "./engines.js";
import { fedDraws } from "#tests/drawn.js";

const STEPS = 20;
const TINY = {
  model_type: "bert",
  vocab_size: 120,
  hidden_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 48,
  hidden_act: "gelu",
  max_position_embeddings: 32,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
};
/**
 * Layers as wide as all-MiniLM-L6's, so that matrix products are computed in blocks. More layers or words would only
 * take longer.
 */
const WIDE = {
  ...TINY,
  vocab_size: 1000,
  hidden_size: 384,
  num_attention_heads: 12,
  intermediate_size: 1536,
  max_position_embeddings: 512,
};

function training(config: typeof TINY, technique: "full" | "lora"): Program {
  const call = (kind: string, word: string, given: Record<string, number | string[]> = {}) => ({
    kind,
    word,
    arguments: given,
  });
  return assemblePrograms({
    family: bert,
    config: bert.config(config),
    task: { call: call("task", "text_classification"), implementation: textClassification },
    technique:
      technique === "full"
        ? { call: call("technique", "full"), implementation: full }
        : {
            call: call("technique", "lora", { rank: 4, targets: ["query", "value"] }),
            implementation: lora,
          },
    optimizer: { call: call("optimizer", "adamw"), implementation: adamw },
    labels: 3,
    dropout: 0.1,
    clip: 1,
    prefixInCheckpoint: false,
    tensors: new Set(),
    seed: 5,
  }).train;
}

/** Returns a batch with a different size and different masked positions at each step. */
function batch(step: number, vocabulary: number): Record<string, NDArray> {
  const [rows, length] = [2 + (step % 3), 5 + (step % 4)];
  const draw = (i: number, below: number): number => (mixBits(i + 1000 * step) >>> 0) % below;
  const whole = (shape: readonly number[], f: (i: number) => number): NDArray =>
    toNDArray(
      "i32",
      makeArrayValues(
        shape,
        Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => f(i)),
      ),
    );
  return {
    input_ids: whole([rows, length], (i) => draw(i, vocabulary)),
    attention_mask: whole([rows, length], (i) => (i % length < length - (Math.floor(i / length) % 3) ? 1 : 0)),
    labels: whole([rows], (i) => draw(~i, 3)),
    rate: toNDArray("f32", makeArrayValues([], [5e-4])),
    step: whole([], () => step),
    draws: fedDraws(rows, step),
  };
}

async function losses(name: EngineName, program: Program, vocabulary: number): Promise<readonly number[]> {
  const session = await (await engineNamed(name)).open({ train: program }, []);
  const all: number[] = [];
  for (let step = 1; step <= STEPS; step++) {
    const { loss } = await session.run("train", batch(step, vocabulary), ["loss"]);
    all.push(fromNDArray(loss!).data[0]!);
  }
  await session.dispose();
  return all;
}

describe("training losses across engines", function () {
  this.timeout(120_000);
  for (const [title, config, others] of [
    ["a tiny BERT", TINY, ["onnx", "tfjs"]],
    ["a BERT as wide as all-MiniLM-L6", WIDE, ["onnx"]],
  ] as const)
    for (const technique of ["full", "lora"] as const)
      it(`of ${title}, ${technique}, equal those of TensorFlow on ${others.join(" and ")}`, async () => {
        const program = training(config, technique);
        const expected = await losses("tensorflow", program, config.vocab_size);
        assert.equal(new Set(expected).size, STEPS);
        for (const name of others)
          (await losses(name, program, config.vocab_size)).forEach((loss, i) => {
            const apart = Math.abs(loss - expected[i]!) / Math.max(Math.abs(expected[i]!), 1e-3);
            assert.ok(apart < 1e-4, `${name}, step ${String(i + 1)}: ${String(loss)}, expected ${String(expected[i])}`);
          });
      });
});
