import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { fromNDArray } from "#dsl/tensor/values.js";
import { distilbert } from "#stdlib/models/distilbert.run.js";
import { gpt2 } from "#stdlib/models/gpt2.run.js";
import { mobilebert } from "#stdlib/models/mobilebert.run.js";
import { roberta, xlmRoberta } from "#stdlib/models/roberta.run.js";
import { registry } from "#stdlib/registry.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleBodyProgram, assembleForwardProgram } from "#stdlib/programs/forward.js";
import { adapterOf, ENCODERS, partsOf, training, UNTOUCHED, weightsOf } from "./encoder-models.js";
import { feedsOf, follow, near, run } from "./golden.js";

describe("encoders compared with transformers and PEFT, in float64", () => {
  it("have a test model for each family", () => {
    const asked = new Set(ENCODERS.map(({ config }) => config["model_type"]));
    const encoders = registry.ofKind("model").filter((word) => !word.planned && word.capabilities?.shape === "encoder");
    assert.deepEqual(
      encoders.filter((word) => !asked.has(word.capabilities?.modelType)).map(({ name }) => name),
      [],
      "each of these needs small models in tests/oracles/encoders.py",
    );
  });
  for (const golden of ENCODERS) {
    const tokenTypes = "token_type_ids" in golden.batches[0]!;

    it(`${golden.name}: logits of its own head, last hidden state`, async () => {
      const parts = await partsOf(golden);
      const base = weightsOf(golden);
      const logitsOf = assembleForwardProgram({ ...parts, tensors: golden.shapes, technique: UNTOUCHED }, tokenTypes);
      validateProgram(logitsOf);
      for (const { inputs, logits, last_hidden_state } of golden.forward) {
        const fed = feedsOf(inputs);
        near(run(logitsOf, fed, base).outputs["logits"]!, logits, 2e-5);
        if (!last_hidden_state) continue;
        const body = assembleBodyProgram({ ...parts, tensors: golden.shapes, tokenTypes });
        near(run(body, fed, base).outputs["last_hidden_state"]!, last_hidden_state, 2e-5);
      }
    });
    for (const technique of ["full", "lora"] as const) {
      const trained = golden[technique];
      if (!trained) continue;
      it(`${golden.name}: losses, norms and weights of ${trained.losses.length} steps of ${technique}`, async () => {
        const adapter = technique === "lora" ? adapterOf(golden) : {};
        const tensors = { ...golden.shapes, ...(technique === "lora" && golden.lora!.shapes) };
        const parts = await partsOf(golden);
        const programs = assemblePrograms({ ...parts, ...training(technique, golden), tensors, tokenTypes });
        validateProgram(programs.train);
        follow(programs, golden.batches, trained, { ...weightsOf(golden), ...adapter });
        const saved = Object.values(programs.saved).sort();
        const all = Object.keys(technique === "lora" ? adapter : golden.shapes);
        assert.deepEqual(saved, all.sort(), "what is saved is whole");
      });
    }
  }
});

describe("encoder configs", () => {
  const goldenConfig = (name: string) => ENCODERS.find((g) => g.name === name)!.config;
  it("are rejected by name if they cannot be computed exactly", () => {
    for (const [family, name, more, code] of [
      [roberta, "roberta-plain", { is_decoder: true }, "unsupported-config"],
      [roberta, "roberta-plain", { position_embedding_type: "relative_key_query" }, "unsupported-config"],
      [roberta, "roberta-plain", { hidden_act: "laplace" }, "unsupported-config"],
      [roberta, "roberta-plain", { pad_token_id: null }, "bad-config"],
      [roberta, "roberta-plain", { pad_token_id: 30 }, "bad-config"],
      [xlmRoberta, "roberta-xlm", { add_cross_attention: true }, "unsupported-config"],
      [distilbert, "distilbert-plain", { activation: "gelu_10" }, "unsupported-config"],
      [distilbert, "distilbert-plain", { dim: 13 }, "bad-config"],
      [distilbert, "distilbert-plain", { sinusoidal_pos_embds: "yes" }, "bad-config"],
      [distilbert, "distilbert-plain", { pad_token_id: 41 }, "bad-config"],
      [mobilebert, "mobilebert-plain", { normalization_type: "rms_norm" }, "unsupported-config"],
      [mobilebert, "mobilebert-plain", { num_feedforward_networks: 0 }, "bad-config"],
      [mobilebert, "mobilebert-plain", { key_query_shared_bottleneck: false }, "bad-config"],
      [mobilebert, "mobilebert-plain", { intra_bottleneck_size: 9 }, "bad-config"],
    ] as const)
      assert.throws(
        () => (family as ModelImplementation).config({ ...goldenConfig(name), ...more }),
        (e) => e instanceof CodedError && e.code === code,
        JSON.stringify(more),
      );
  });
  it("are rejected for text tasks if their family has no sentence head", async () => {
    const parts = await partsOf(ENCODERS[0]!);
    const config = gpt2.config({ vocab_size: 20, n_positions: 8, n_embd: 8, n_layer: 1, n_head: 2 });
    assert.throws(
      () => assembleForwardProgram({ ...parts, family: gpt2, config, tensors: {}, technique: UNTOUCHED }, false),
      (e) => e instanceof CodedError && e.code === "task-not-for-base",
    );
  });
  it("exclude padding from RoBERTa's number of positions", () =>
    assert.equal(roberta.sizes(roberta.config(goldenConfig("roberta-pad-nine"))).positions, 34 - 10));
  it("accept the size names of other families for DistilBERT", () => {
    const { dim, n_heads, n_layers, ...rest } = goldenConfig("distilbert-plain");
    const named = { ...rest, hidden_size: dim, num_attention_heads: n_heads, num_hidden_layers: n_layers };
    assert.deepEqual(distilbert.config(named), distilbert.config(goldenConfig("distilbert-plain")));
  });
  it("set the dropout of each head", () => {
    const rate = (name: string, more: object): number | undefined => {
      const family = { distilbert, roberta, mobilebert }[name] as ModelImplementation;
      const config = family.config({ ...goldenConfig(`${name}-plain`), ...more });
      return family.sentence!.dropout?.(config) ?? family.headDropout!(config);
    };
    assert.equal(rate("distilbert", { seq_classif_dropout: 0.4, dropout: 0.3 }), 0.4);
    assert.equal(rate("roberta", { classifier_dropout: 0.4 }), 0.4);
    assert.equal(rate("roberta", { classifier_dropout: null, hidden_dropout_prob: 0.3 }), 0.3);
    assert.equal(rate("mobilebert", { classifier_dropout: 0 }), 0);
  });
  it("can initialize DistilBERT's positions as sinusoids", () => {
    const config = distilbert.config(goldenConfig("distilbert-sinusoidal"));
    const { state } = assembleBodyProgram({ family: distilbert, config, prefixInCheckpoint: true, tensors: new Set() });
    const { initial } = state["distilbert.embeddings.position_embeddings.weight"]!;
    assert.ok("value" in initial);
    const { data } = fromNDArray(initial.value);
    for (const [position, column, wave] of [
      [0, 0, 0],
      [0, 1, 1],
      [3, 4, Math.sin(3 / 10000 ** (4 / 12))],
      [23, 11, Math.cos(23 / 10000 ** (10 / 12))],
    ] as const)
      assert.ok(Math.abs(data[position * 12 + column]! - wave) < 1e-6, `${position} ${column}`);
  });
});
