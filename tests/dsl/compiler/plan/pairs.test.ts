/** Plans of text-to-text tasks: required settings, warnings and estimates. */
import assert from "node:assert/strict";
import { programCostOf } from "#dsl/tensor/cost.js";
import type { BaseFacts, DataFacts } from "#dsl/language/types/facts.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { t5 } from "#stdlib/models/t5.run.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { text2text } from "#stdlib/tasks/text2text_generation.run.js";
import { full } from "#stdlib/techniques/full.js";
import { compiled, dataFacts } from "../../world.js";

const config = {
  model_type: "t5",
  vocab_size: 2000,
  d_model: 64,
  d_kv: 24,
  d_ff: 200,
  num_layers: 3,
  num_decoder_layers: 2,
  num_heads: 4,
  feed_forward_proj: "gated-gelu",
  tie_word_embeddings: false,
};
const call = (kind: string, word: string) => ({ kind, word, arguments: {} });
const { train } = assemblePrograms({
  family: t5 as ModelImplementation,
  config: t5.config(config),
  task: { call: call("task", "text2text_generation"), implementation: text2text },
  technique: { call: call("technique", "full"), implementation: full },
  optimizer: { call: call("optimizer", "adamw"), implementation: adamw },
  labels: 0,
  dropout: 0,
  clip: null,
  prefixInCheckpoint: true,
  tensors: new Set(["lm_head.weight"]),
  seed: 0,
});
const shapes = Object.fromEntries(
  Object.entries(train.state)
    .filter(([name]) => !name.startsWith("adam."))
    .map(([name, { type }]) => [name, type.shape as readonly number[]]),
);
const base: BaseFacts = {
  folder: "/models/t5",
  hash: "t5",
  family: "t5",
  config,
  parameters: Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0),
  shapes,
  hasTokenizer: true,
  positions: 2 ** 20,
};
/** 800 rows; all inputs have one length, and so do all targets. */
const pairs = (input: number, target: number): DataFacts => {
  const all = (length: number) => {
    const counts = new Array<number>(length + 1).fill(0);
    counts[length] = 800;
    return { step: 1, counts, total: 800 * length, longest: length };
  };
  const split = { rows: 800, labels: [], lengths: all(input), targets: all(target) };
  return { ...dataFacts(), splits: { all: split }, labels: [] };
};
const source = `data d { source: csv("a.csv"), columns: { input: a, target: b } }
model m { base: "t5", task: summarization, max_length: 64 }
`;
const planOf = (
  input: number,
  target: number,
  block = "",
): { readonly plan: Plan; readonly codes: readonly string[] } => {
  const { actions, codes } = compiled(`${source}train m on d { batch_size: 8 ${block} }`, {
    base,
    data: () => pairs(input, target),
  });
  const plan = (actions ?? []).flatMap((action) => (action.verb === "train" ? [action.plan] : []))[0]!;
  return { plan, codes };
};

describe("plans of text-to-text tasks", () => {
  it("count the tokens of inputs and targets", () => {
    const { plan, codes } = planOf(40, 10, ", epochs: 2");
    assert.deepEqual(codes, []);
    assert.equal(plan.estimates.tokens, 2 * 800 * 50);
    assert.equal(plan.estimates.steps, 200);
    assert.equal(plan.estimates.parameters, base.parameters);
    assert.equal(plan.recipe.model.task.arguments["prefix"], "summarize: ");
  });
  it("warn of truncated inputs or targets", () => {
    assert.deepEqual(planOf(65, 10).codes, ["truncated"]);
    assert.deepEqual(planOf(40, 65).codes, ["truncated"]);
    assert.deepEqual(planOf(64, 64).codes, []);
  });
  it("estimate FLOPs within 20 % of the program, for any ratio of lengths", () => {
    for (const [input, target] of [
      [60, 6],
      [30, 30],
      [8, 50],
    ] as const) {
      const { plan } = planOf(input, target, ", steps: 1");
      const sizes = { batch: 8, length: input, targets_length: target, targets: 8 * target };
      const updates = 280 * plan.estimates.trainable;
      const own = programCostOf(train, sizes).products;
      const ratio = (plan.estimates.flops - updates) / own;
      assert.ok(ratio > 0.8 && ratio < 1.2, `${input} to ${target}: ${ratio}`);
    }
  });
  it("require both roles and reject packing", () => {
    const lacking = source.replace(", target: b", "");
    assert.deepEqual(compiled(`${lacking}train m on d`, { base, data: () => pairs(9, 9) }).codes, ["missing-role"]);
    assert.deepEqual(planOf(9, 9, ", packing: true").codes, ["cannot-pack"]);
  });
  it("score outputs by loss and ROUGE-L, and reject metrics of other tasks", () => {
    const evaluated = (block: string) =>
      compiled(`${source}train m on d\nevaluate m on d ${block}`, { base, data: () => pairs(9, 9) });
    const { actions, codes } = evaluated("");
    assert.deepEqual(codes, []);
    const action = actions!.find((a) => a.verb === "evaluate")!;
    assert.ok(action.verb === "evaluate");
    assert.deepEqual(
      action.metrics.map(({ word, arguments: given }) => [word, given["variant"]]),
      [
        ["loss", undefined],
        ["rouge", "rougeL"],
      ],
    );
    assert.deepEqual([action.decode?.word, action.max_tokens], ["greedy", null]);
    assert.deepEqual(evaluated("{ metrics: [accuracy] }").codes, ["metric-of-other-task"]);
    const labels = `data l { source: csv("a.csv"), columns: { text: text, label: label } }
model c { base: "minilm", task: text_classification }
train c on l
`;
    assert.deepEqual(compiled(`${labels}evaluate c on l { decode: beam(width: 4) }`).codes, ["writes-no-text"]);
    assert.deepEqual(compiled(`${labels}evaluate c on l { metrics: [bleu] }`).codes, ["metric-of-other-task"]);
  });
  it("require an encoder-decoder base", () => {
    const { codes } = compiled(`${source}train m on d`, { data: () => pairs(9, 9) });
    assert.deepEqual(codes.slice(0, 1), ["task-not-for-base"]);
  });
});
