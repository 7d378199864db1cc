/**
 * Students cut from their teachers: which blocks, how wide, and the outputs of transformers for a model with those
 * blocks.
 */
import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { fromNDArray, toNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type {} from "#stdlib/compression/compression-step.js";
import { selectBlocks, planStudentModel, isStudentPlanRefused } from "#stdlib/students/shared/cut.js";
import { buildEvaluateProgram } from "#stdlib/programs/evaluate.js";
import { registry } from "#stdlib/registry.js";
import { call, PAIRS, partsOf, weightsOf, type Pair } from "../lessons/golden.js";
import { feedsOf, initial, near } from "../models/golden.js";

const family = (pair: Pair): string => pair.name.split("-")[0] ?? "";
async function madeOf(pair: Pair, given: Parameters<typeof call>[2]) {
  const implementation = await implementationOf(registry, "student", "student");
  const weights = weightsOf(pair.name, pair.teacher);
  const says = registry.find("model", family(pair))?.capabilities;
  const facts = { ...pair.teacher, family: family(pair) };
  const read = (name: string) => toNDArray("f32", weights[name]!);
  const made = implementation.make!(call("student", "student", given), { facts, family: says, read });
  const tensors = Object.fromEntries(Object.keys(made.shapes).map((name) => [name, fromNDArray(made.tensor(name))]));
  return { made, tensors: tensors as Record<string, ArrayValues> };
}

describe("student models", () => {
  it("take the first block, the last, and evenly spaced ones between", () => {
    assert.deepEqual(selectBlocks(6, 12), [0, 2, 4, 7, 9, 11], "as DistilBERT did");
    assert.deepEqual(selectBlocks(3, 6), [0, 3, 5]);
    assert.deepEqual(selectBlocks(1, 6), [0]);
    assert.deepEqual(selectBlocks([0, 2, 4], 6), [0, 2, 4]);
    assert.deepEqual(selectBlocks(null, 3), [0, 1, 2]);
  });

  for (const pair of PAIRS.filter(({ taken }) => taken))
    it(`${pair.name}: blocks ${String(pair.taken?.blocks)} match transformers' model of these blocks`, async () => {
      const { blocks = [], logits } = pair.taken ?? {};
      const { made, tensors } = await madeOf(pair, { layers: blocks });
      const parts = await partsOf({ config: made.config, shapes: made.shapes });
      const types = "token_type_ids" in pair.inputs;
      const program = buildEvaluateProgram({ ...parts, tokenTypes: types }, false);
      const length = pair.inputs["input_ids"]?.[0] as readonly number[];
      const places = (pair.inputs["input_ids"]?.length ?? 0) * length.length;
      const targets = "targets" in program.inputs && {
        targets: makeArrayValues(
          [places],
          Array.from({ length: places }, (_, i) => i),
        ),
      };
      const feeds = { ...feedsOf(pair.inputs), ...targets };
      const said = evaluateProgram(program, feeds, initial(program, tensors)).outputs["logits"]!;
      near(said, logits, 1e-5);
    });

  it("have complete heads when narrowed, and shapes that their family reads", async () => {
    const pair = PAIRS.find(({ name }) => name === "bert")!;
    const { made, tensors } = await madeOf(pair, { layers: 2, hidden: 6 });
    assert.equal(made.config["num_attention_heads"], 1);
    assert.equal(made.config["intermediate_size"], 10);
    assert.equal(made.config["num_hidden_layers"], 2);
    const parts = await partsOf({ config: made.config, shapes: made.shapes });
    const program = buildEvaluateProgram({ ...parts, tokenTypes: "token_type_ids" in pair.inputs }, false);
    for (const { initial: of, type } of Object.values(program.state))
      if ("checkpoint" in of) assert.deepEqual(made.shapes[of.checkpoint], type.shape, of.checkpoint);
    for (const [name, shape] of Object.entries(made.shapes)) assert.deepEqual(tensors[name]?.shape, shape, name);
    // A head is copied completely: the second of two begins at row 6 of 12.
    const [own] = Object.keys(made.shapes).filter((name) => name.endsWith("layer.0.attention.self.query.bias"));
    const rows = weightsOf(pair.name, pair.teacher)[own ?? ""]!.data;
    assert.deepEqual([...tensors[own ?? ""]!.data], [...rows.slice(6, 12)]);
  });

  it("keep the heads of a group together if heads share keys", () => {
    const pair = PAIRS.find(({ name }) => name === "llama")!;
    const says = registry.find("model", "llama")?.capabilities;
    const cut = planStudentModel({ layers: 2, hidden: 8 }, { ...pair.teacher, family: "llama" }, says);
    assert.ok(!isStudentPlanRefused(cut));
    assert.deepEqual(cut.config["num_attention_heads"], 2);
    assert.deepEqual(cut.config["num_key_value_heads"], 1);
    assert.deepEqual(cut.parts["model.layers.0.self_attn.q_proj.weight"]?.places[0], [8, 9, 10, 11, 12, 13, 14, 15]);
    assert.deepEqual(cut.parts["model.layers.0.self_attn.k_proj.weight"]?.places[0], [4, 5, 6, 7]);
  });

  it("have the config and shapes that the checker predicts", async () => {
    for (const pair of PAIRS.filter(({ taken }) => taken)) {
      const word = registry.find("student", "student");
      const given = { layers: 1 };
      const facts = { ...pair.teacher, family: family(pair) } as unknown as Parameters<
        NonNullable<NonNullable<typeof word>["capabilities"]>["resultingBase"] & object
      >[1];
      const says = registry.find("model", family(pair))?.capabilities;
      const told = word?.capabilities?.resultingBase?.(call("student", "student", given), facts, says);
      const { made } = await madeOf(pair, given);
      assert.deepEqual(told, { config: made.config, shapes: made.shapes }, pair.name);
    }
  });

  it("reject layers and sizes that do not exist", () => {
    const [bert, gpt2] = ["bert", "gpt2"].map((wanted) => PAIRS.find(({ name }) => name === wanted)!) as [Pair, Pair];
    const asked = (pair: Pair, size: Parameters<typeof planStudentModel>[0]) =>
      planStudentModel(
        size,
        { ...pair.teacher, family: family(pair) },
        registry.find("model", family(pair))?.capabilities,
      );
    for (const layers of [0, 6, 7, [0, 6], [2, 1], [-1, 2]])
      assert.ok(isStudentPlanRefused(asked(bert, { layers, hidden: null })), String(layers));
    for (const hidden of [5, 24])
      assert.ok(isStudentPlanRefused(asked(bert, { layers: null, hidden })), String(hidden));
    assert.ok(isStudentPlanRefused(asked(gpt2, { layers: null, hidden: 6 })));
  });
});
