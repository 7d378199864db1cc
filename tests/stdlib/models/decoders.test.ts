import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import type { ArrayValues } from "#dsl/tensor/values.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { cohere } from "#stdlib/models/cohere.run.js";
import { gemma } from "#stdlib/models/gemma.run.js";
import { gpt2 } from "#stdlib/models/gpt2.run.js";
import { llama, mistral, qwen2 } from "#stdlib/models/llama.run.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import {
  configOf,
  families,
  goldenOf,
  modelOf,
  names,
  shifted,
  training,
  UNTOUCHED,
  type Golden,
} from "./decoder-models.js";
import { close, feedsOf, follow, near, run, shapesOf, tensorsOf, type Batch } from "./golden.js";
import { drawn } from "#tests/drawn.js";

describe("decoders compared with transformers and PEFT, in float64", () => {
  it("have a test model for each family", () => {
    assert.deepEqual(
      Object.keys(families).filter((family) => !names.some((name) => name.startsWith(`${family}-`))),
      [],
      "each of these needs a small model in tests/oracles/tiny_decoders.py",
    );
  });
  for (const name of names) {
    const golden = goldenOf(name);
    const { base, common } = modelOf(name);

    it(`${name}: logits of rows padded after and before the text`, () => {
      for (const { inputs, logits } of golden.forward) {
        const { mask, feeds } = padded(inputs);
        const program = assembleForwardProgram(
          { ...common, packed: "positions" in inputs, tensors: shapesOf(base), technique: UNTOUCHED },
          false,
        );
        validateProgram(program);
        const got = run(program, feeds, base).outputs["logits"]!;
        const vocabulary = got.shape.at(-1)!;
        logits.flat().forEach((row, at) => {
          if (!mask[at]) return;
          near({ shape: [vocabulary], data: got.data.slice(at * vocabulary, (at + 1) * vocabulary) }, row, 1e-4);
        });
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
        if (technique === "lora") {
          const saved = Object.values(programs.saved).sort();
          assert.deepEqual(saved, Object.keys(adapter).sort(), "PEFT's names, all of them");
        }
      });
    }
  }

  it("give packed texts the losses and gradients of separate rows", () => {
    for (const name of ["gpt2-plain", "llama-grouped", "mistral-window", "gemma-shared", "cohere-parallel"]) {
      const golden = goldenOf(name);
      const { base, common } = modelOf(name);
      const o = { ...common, ...training("full", golden.full, []), tensors: shapesOf(base) };
      const batch = golden.batches[4]!;
      const rate = { shape: [], data: Float64Array.of(0) };
      const step = { shape: [], data: Float64Array.of(1) };
      const apart = run(assemblePrograms(o).train, { ...drawn(feedsOf(shifted(batch))), rate, step }, base).outputs;
      const together = run(
        assemblePrograms({ ...o, packed: true }).train,
        { ...drawn(feedsOf(packed(batch))), rate, step },
        base,
      ).outputs;
      for (const output of ["loss", "norm"])
        close(together[output]!.data[0]!, apart[output]!.data[0]!, `${name}: ${output}`);
    }
  });

  it("report sum and count of the losses, for perplexity over batches", () => {
    const golden = goldenOf("gpt2-plain");
    const { base, common } = modelOf("gpt2-plain");
    const { loss } = assemblePrograms({ ...common, ...training("full", golden.full, []), tensors: shapesOf(base) });
    const fed = shifted(golden.batches[0]!);
    const padded = { ...fed, targets: [...fed["targets"]!, 0], labels: [...fed["labels"]!, -100] };
    const { outputs } = run(loss, feedsOf(padded), base);
    assert.equal(outputs["count"]!.data[0], fed["labels"]!.length);
    close(outputs["sum"]!.data[0]! / outputs["count"]!.data[0]!, golden.full.losses[0]!, "mean");
    close(outputs["loss"]!.data[0]!, golden.full.losses[0]!, "loss");
  });

  it("reject by name what they cannot compute exactly", () => {
    for (const [family, base, more, code] of [
      [gpt2, "gpt2-plain", { reorder_and_upcast_attn: "yes" }, "bad-config"],
      [gpt2, "gpt2-plain", { add_cross_attention: true }, "unsupported-config"],
      [gpt2, "gpt2-plain", { activation_function: "swish2" }, "unsupported-config"],
      [gpt2, "gpt2-plain", { n_head: 5 }, "bad-config"],
      [llama, "llama-grouped", { rope_scaling: { rope_type: "longrope", factor: 2 } }, "unsupported-config"],
      [llama, "llama-grouped", { rope_scaling: { rope_type: "linear" } }, "bad-config"],
      [llama, "llama-grouped", { partial_rotary_factor: 0.5 }, "unsupported-config"],
      [llama, "llama-grouped", { num_key_value_heads: 3 }, "bad-config"],
      [llama, "llama-grouped", { head_dim: 3 }, "bad-config"],
      [mistral, "mistral-window", { sliding_window: "wide" }, "bad-config"],
      [qwen2, "qwen2-bias", { layer_types: ["full_attention"] }, "bad-config"],
      [qwen2, "qwen2-bias", { layer_types: ["full_attention", "linear_attention"] }, "unsupported-config"],
      [qwen2, "qwen2-bias", { layer_types: ["full_attention", "sliding_attention"] }, "bad-config"],
      [gemma, "gemma-shared", { use_bidirectional_attention: true }, "unsupported-config"],
      [gemma, "gemma-shared", { hidden_act: "relu", hidden_activation: "gelu_pytorch_tanh" }, "unsupported-config"],
      [gemma, "gemma-shared", { head_dim: 7 }, "bad-config"],
      [cohere, "cohere-parallel", { use_qk_norm: true }, "unsupported-config"],
      [cohere, "cohere-parallel", { logit_scale: 0 }, "bad-config"],
    ] as const)
      assert.throws(
        () => (family as ModelImplementation).config({ ...configOf(base), ...more }),
        (e) => e instanceof CodedError && e.code === code,
        JSON.stringify(more),
      );
  });
});

/** Returns the feeds of a forward pass, and which positions of all rows contain a token. */
function padded(inputs: Batch): { readonly mask: readonly number[]; readonly feeds: Record<string, ArrayValues> } {
  const mask = inputs["attention_mask"]!.flat();
  return { mask, feeds: feedsOf("positions" in inputs ? { ...inputs, segments: inputs["attention_mask"]! } : inputs) };
}

/** Packs all rows of a batch into a single row, each a segment, with some padding at the end. */
function packed({ input_ids, attention_mask, labels }: Golden["batches"][number]): Batch {
  const row = {
    ids: [] as number[],
    positions: [] as number[],
    segments: [] as number[],
    targets: [] as number[],
    labels: [] as number[],
  };
  input_ids!.forEach((ids, r) => {
    const length = attention_mask![r]!.reduce((a, b) => a + b, 0);
    for (let at = 0; at < length; at++) {
      const next = at + 1 < length ? labels![r]![at + 1]! : -100;
      if (next !== -100) {
        row.targets.push(row.ids.length);
        row.labels.push(next);
      }
      row.ids.push(ids[at]!);
      row.positions.push(at);
      row.segments.push(r + 1);
    }
  });
  const pad = (list: readonly number[]): number[][] => [[...list, 0, 0, 0]];
  return {
    input_ids: pad(row.ids),
    attention_mask: pad(row.ids.map(() => 1)),
    positions: pad(row.positions),
    segments: pad(row.segments),
    targets: row.targets,
    labels: row.labels,
  };
}
