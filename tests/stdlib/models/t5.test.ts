import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { relativeBucketTable } from "#stdlib/models/shared/relative-buckets.js";
import { t5 } from "#stdlib/models/t5.run.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { training, UNTOUCHED } from "./decoder-models.js";
import { feedsOf, follow, near, run, shapesOf, tensorsOf } from "./golden.js";
import { configOf, goldenOf, modelOf, names, read, shifted } from "./t5-models.js";

describe("T5 compared with transformers and PEFT, in float64", () => {
  it("has eight odd configurations", () => assert.equal(names.length, 8));
  for (const name of names) {
    const golden = goldenOf(name);
    const { base, common } = modelOf(name);

    it(`${name}: logits of padded inputs, of one token and of many`, () => {
      for (const { inputs, logits } of golden.forward) {
        const program = assembleForwardProgram({ ...common, tensors: shapesOf(base), technique: UNTOUCHED }, false);
        validateProgram(program);
        near(run(program, feedsOf(inputs), base).outputs["logits"]!, logits, 1e-4);
      }
    });
    for (const technique of ["full", "lora"] as const) {
      const trained = golden[technique];
      it(`${name}: losses, norms and weights of ${trained.losses.length} steps of ${technique}`, () => {
        const adapter = technique === "lora" ? tensorsOf(`${name}/adapter/adapter_model.safetensors`) : {};
        const checkpoint = { ...base, ...adapter };
        const programs = assemblePrograms({
          ...common,
          ...training(technique, trained, golden.lora.targets),
          tensors: shapesOf(checkpoint),
        });
        validateProgram(programs.train);
        follow(programs, golden.batches.map(shifted), trained, checkpoint);
        const saved = Object.values(programs.saved).sort();
        assert.deepEqual(
          saved,
          Object.keys(technique === "lora" ? adapter : base).sort(),
          "the checkpoint's names, all of them",
        );
      });
    }
  }

  it("assigns every distance to the same bucket as PyTorch", () => {
    interface Case {
      readonly buckets: number;
      readonly furthest: number;
      readonly both: boolean;
      readonly reach: number;
      readonly of: readonly number[];
    }
    for (const golden of read("golden/oracle/t5-buckets.json") as readonly Case[]) {
      const { reach, buckets } = relativeBucketTable(golden);
      const at = (distance: number): number => buckets[Math.max(-reach, Math.min(reach, distance)) + reach]!;
      const got = golden.of.map((_, i) => at(i - golden.reach));
      assert.deepEqual(got, golden.of, JSON.stringify({ ...golden, of: undefined }));
    }
  });

  it("generates from the cached encoder output without reading encoder weights again", () => {
    const { base, common } = modelOf("t5-gated");
    const { decode, prefill, reserve } = buildGenerationPrograms({
      ...common,
      technique: UNTOUCHED,
      tensors: shapesOf(base),
    });
    for (const program of [decode, prefill, reserve]) validateProgram(program);
    const read = Object.keys(decode.state);
    const again = read.filter((name) => /^encoder|EncDecAttention\.[kv]\.weight/.test(name));
    assert.deepEqual(again, []);
    const caches = (names: readonly string[]): string[] => names.filter((name) => name.startsWith("cache.")).sort();
    const own = caches(read).filter((name) => name.endsWith("SelfAttention"));
    assert.equal(own.length, 2 * 3, "keys and values of three layers");
    assert.equal(caches(read).length, 2 * own.length);
    assert.deepEqual(caches(Object.keys(reserve.state)), own);
  });

  it("initializes like transformers: smaller for layers that sum more inputs", () => {
    const { common } = modelOf("t5-gated");
    const o = { ...common, ...training("full", goldenOf("t5-gated").full, []), tensors: new Set<string>() };
    const { state } = assemblePrograms(o).train;
    const deviation = (name: string): unknown => {
      const { initial } = state[name]!;
      return "random" in initial && "normal" in initial.random ? Number(initial.random.normal.toFixed(9)) : initial;
    };
    const rounded = (x: number): number => Number(x.toFixed(9));
    assert.equal(deviation("shared.weight"), 1);
    assert.equal(deviation("decoder.block.2.layer.1.EncDecAttention.q.weight"), rounded((20 * 6) ** -0.5));
    assert.equal(deviation("decoder.block.2.layer.1.EncDecAttention.k.weight"), rounded(20 ** -0.5));
    assert.equal(deviation("encoder.block.0.layer.0.SelfAttention.o.weight"), rounded(18 ** -0.5));
    assert.equal(deviation("encoder.block.0.layer.1.DenseReluDense.wi_1.weight"), rounded(20 ** -0.5));
    assert.equal(deviation("encoder.block.0.layer.1.DenseReluDense.wo.weight"), rounded(28 ** -0.5));
    assert.deepEqual(deviation("encoder.final_layer_norm.weight"), { ones: true });
  });

  it("rejects by name what it cannot compute exactly", () => {
    for (const [more, code] of [
      [{ feed_forward_proj: "gated-swish2" }, "unsupported-config"],
      [{ feed_forward_proj: "gelu-gated" }, "unsupported-config"],
      [{ num_decoder_layers: 0 }, "bad-config"],
      [{ relative_attention_num_buckets: 2 }, "bad-config"],
      [{ relative_attention_max_distance: 8 }, "bad-config"],
      [{ tie_word_embeddings: "no" }, "bad-config"],
      [{ is_decoder: true }, "unsupported-config"],
      [{ d_kv: 0.5 }, "bad-config"],
    ] as const)
      assert.throws(
        () => t5.config({ ...configOf("t5-plain"), ...more }),
        (e) => e instanceof CodedError && e.code === code,
        JSON.stringify(more),
      );
  });
});
