import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { Call } from "#dsl/language/types/value.js";
import type { OptimizerImplementation } from "#stdlib/optimizers/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import { bert } from "#stdlib/models/bert.run.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import type { AssembledPrograms } from "#stdlib/programs/options.js";
import { registry } from "#stdlib/registry.js";
import { drawsOf } from "#tests/drawn.js";

const CONFIG = {
  vocab_size: 11,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 6,
};
const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({ kind, word, arguments: given });
const loaded = async <T>(kind: string, word: string): Promise<T> => (await registry.find(kind, word)!.load!()) as T;

async function programs(
  technique: Call,
  o: { dropout?: number; clip?: number | null; tensors?: Record<string, readonly number[]> } = {},
): Promise<AssembledPrograms> {
  return assemblePrograms({
    family: bert,
    config: bert.config(CONFIG),
    task: {
      call: call("task", "text_classification"),
      implementation: await loaded<TaskImplementation>("task", "text_classification"),
    },
    technique: { call: technique, implementation: await loaded<TechniqueImplementation>("technique", technique.word) },
    optimizer: {
      call: call("optimizer", "adamw"),
      implementation: await loaded<OptimizerImplementation>("optimizer", "adamw"),
    },
    labels: 3,
    dropout: o.dropout ?? 0,
    clip: o.clip ?? null,
    prefixInCheckpoint: false,
    tensors: o.tensors ?? {},
    seed: 4,
  });
}
const techniques: readonly Call[] = [
  call("technique", "full"),
  call("technique", "lora", { rank: 2 }),
  call("technique", "lora", { rank: 3, alpha: 5, targets: ["query", "dense"] }),
  call("technique", "lora", { rank: 2, dropout: 0.2 }),
];

describe("requirements of techniques", () => {
  for (const technique of techniques) {
    const title = `${technique.word}(${JSON.stringify(technique.arguments)})`;
    it(`${title}: has valid programs and a trainable head`, async () => {
      const p = await programs(technique);
      for (const program of [p.train, p.evaluate, p.loss]) validateProgram(program);
      assert.ok(p.trainable.includes("classifier.weight") && p.trainable.includes("classifier.bias"));
      assert.deepEqual(Object.keys(p.train.inputs).sort(), [
        "attention_mask",
        "draws",
        "input_ids",
        "labels",
        "rate",
        "step",
      ]);
    });
    it(`${title}: changes only trainable weights and lowers the loss`, async () => {
      const p = await programs(technique);
      const before = start(p);
      let state = before;
      const losses: number[] = [];
      for (let step = 1; step <= 12; step++) {
        const after = evaluateProgram(p.train, feeds(step), state);
        losses.push(after.outputs["loss"]!.data[0]!);
        state = after.state;
      }
      assert.ok(losses.at(-1)! < losses[0]! * 0.98, losses.join(" "));
      for (const [name, s] of Object.entries(p.train.state)) {
        const moved = state[name]!.data.some((v, i) => v !== before[name]!.data[i]);
        // In exact arithmetic, the key's bias and the table's unseen rows have no gradient.
        if (s.trains && !name.endsWith("key.bias")) assert.ok(moved, `${name} trains`);
        if (!s.trains && !name.startsWith("adam.")) assert.ok(!moved, `${name} is frozen`);
      }
    });
    it(`${title}: declares the right number of trainable parameters`, async () => {
      const p = await programs(technique);
      const word = registry.find("technique", technique.word)!;
      const count = word.capabilities!.trainableParameters!;
      const task = registry.find("task", "text_classification")!;
      const size = (name: string): number =>
        p.train.state[name]!.type.shape.reduce<number>((n, d) => n * (d as number), 1);
      const shapes = baseShapes(await programs(call("technique", "full")));
      const base: BaseFacts = {
        ...{ family: "bert", hash: "", config: {}, shapes, folder: "" },
        ...{ parameters: 0, hasTokenizer: false, positions: 0 },
      };
      const head = task.capabilities!.headParameters(8, 3, { family: undefined, base });
      assert.equal(
        count(technique, shapes, undefined, base) + head,
        p.trainable.reduce((n, name) => n + size(name), 0),
      );
    });
    it(`${title}: applies dropout to the training loss, never to the evaluation loss`, async () => {
      const [dry, wet] = [await programs(technique), await programs(technique, { dropout: 0.3 })];
      const state = start(dry);
      const loss = (p: AssembledPrograms, step: number): number =>
        evaluateProgram(p.train, feeds(step), state).outputs["loss"]!.data[0]!;
      assert.notEqual(loss(wet, 1), loss(wet, 2));
      assert.equal(loss(wet, 1), loss(wet, 1));
      const { input_ids, attention_mask } = feeds(1);
      const logits = (p: AssembledPrograms): Float64Array =>
        evaluateProgram(p.evaluate, { input_ids: input_ids!, attention_mask: attention_mask! }, state).outputs[
          "logits"
        ]!.data;
      assert.deepEqual(logits(wet), logits(dry));
    });
  }
  it("save an adapter under PEFT's names, and a full model under the checkpoint's", async () => {
    const lora = await programs(call("technique", "lora", { rank: 2, targets: ["value"] }));
    assert.deepEqual(Object.values(lora.saved), [
      ...[0, 1].flatMap((i) =>
        ["lora_A", "lora_B"].map((m) => `base_model.model.bert.encoder.layer.${i}.attention.self.value.${m}.weight`),
      ),
      "base_model.model.classifier.weight",
      "base_model.model.classifier.bias",
    ]);
    const full = await programs(call("technique", "full"));
    assert.ok(full.saved["bert.embeddings.word_embeddings.weight"] === "bert.embeddings.word_embeddings.weight");
    assert.ok(!Object.keys(full.saved).some((name) => name.startsWith("adam.")));
  });
  it("clip gradients to the maximum norm", async () => {
    const [free, tight] = [await programs(techniques[0]!), await programs(techniques[0]!, { clip: 0.01 })];
    const state = start(free);
    const moment = (p: AssembledPrograms): number =>
      evaluateProgram(p.train, feeds(1), state).state["adam.m/classifier.bias"]!.data[0]!;
    const norm = evaluateProgram(free.train, feeds(1), state).outputs["norm"]!.data[0]!;
    assert.ok(norm > 0.01);
    assert.ok(Math.abs(moment(tight) / moment(free) - 0.01 / (norm + 1e-6)) < 1e-6);
  });
  it("require a missing body weight, and initialize a missing head", async () => {
    const { train } = await programs(techniques[0]!, {
      tensors: { "embeddings.word_embeddings.weight": [11, 8], "classifier.weight": [7, 8] },
    });
    assert.deepEqual(train.state["bert.encoder.layer.0.output.dense.weight"]!.initial, {
      checkpoint: "encoder.layer.0.output.dense.weight",
    });
    assert.ok("random" in train.state["classifier.weight"]!.initial);
    assert.ok("random" in train.state["bert.pooler.dense.weight"]!.initial);
  });
});

function baseShapes(p: AssembledPrograms): Record<string, readonly number[]> {
  const names = Object.keys(p.train.state).filter((n) => n.startsWith("bert."));
  return Object.fromEntries(names.map((n) => [n, p.train.state[n]!.type.shape as number[]]));
}
function start(p: AssembledPrograms): Record<string, ArrayValues> {
  let i = 1;
  return Object.fromEntries(
    Object.entries(p.train.state).map(([name, s]) => {
      const shape = s.type.shape as number[];
      const n = shape.reduce((a, b) => a * b, 1);
      if (name.startsWith("adam.")) return [name, makeArrayValues(shape)];
      const shift = /LayerNorm\.weight/.test(name) ? 1 : 0;
      return [
        name,
        makeArrayValues(
          shape,
          Array.from({ length: n }, () => shift + 0.4 * Math.sin(i++ * 12.9898)),
        ),
      ];
    }),
  );
}
/** Every id and every position occurs, so that every row of the tables moves. */
function feeds(step: number): Record<string, ArrayValues> {
  const ids = Array.from({ length: 24 }, (_, i) => (i * 7) % 11);
  const mask = Array.from({ length: 24 }, (_, i) => (i % 6 < 6 - (i > 11 ? 1 : 0) ? 1 : 0));
  return {
    input_ids: makeArrayValues([4, 6], ids),
    attention_mask: makeArrayValues([4, 6], mask),
    labels: makeArrayValues([4], [0, 1, 2, 1]),
    rate: makeArrayValues([], [0.02]),
    step: makeArrayValues([], [step]),
    draws: drawsOf(4, step),
  };
}
