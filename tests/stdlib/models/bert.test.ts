import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { bert } from "#stdlib/models/bert.run.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleBodyProgram, assembleForwardProgram } from "#stdlib/programs/forward.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { full } from "#stdlib/techniques/full.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { feedsOf, follow, near, root, run, shapesOf, tensorsOf, type Trained } from "./golden.js";

/**
 * Outputs of PyTorch, transformers and PEFT for the small models of tests/fixtures/models
 * (tests/golden/oracle/README.md).
 */
interface Golden {
  readonly forward: readonly {
    readonly inputs: Record<string, number[][]>;
    readonly last_hidden_state: unknown;
    readonly logits?: number[][];
  }[];
  readonly batches?: readonly (Record<string, number[][]> & { readonly labels: number[] })[];
  readonly full?: Trained;
  readonly lora?: Trained;
}
const names = readdirSync(new URL("fixtures/models/", root)).filter((n) => n.startsWith("bert-"));

describe("bert compared with transformers and PEFT, in float64", () => {
  for (const name of names) {
    const golden = JSON.parse(readFileSync(new URL(`golden/oracle/${name}.json`, root), "utf8")) as Golden;
    const base = tensorsOf(`${name}/model.safetensors`);
    const json = JSON.parse(readFileSync(new URL(`fixtures/models/${name}/config.json`, root), "utf8")) as Record<
      string,
      unknown
    >;
    const config = bert.config(json);
    const prefixInCheckpoint = Object.keys(base).some((n) => n.startsWith("bert."));
    const common = { family: bert, config, prefixInCheckpoint };

    it(`${name}: last hidden state, and logits of its own head`, () => {
      for (const { inputs, last_hidden_state, logits } of golden.forward) {
        const fed = feedsOf(inputs);
        const body = assembleBodyProgram({
          ...common,
          tensors: shapesOf(base),
          tokenTypes: "token_type_ids" in inputs,
        });
        validateProgram(body);
        near(run(body, fed, base).outputs["last_hidden_state"]!, last_hidden_state, 2e-5);
        if (!logits) continue;
        const labels = logits[0]!.length;
        const o = {
          ...common,
          tensors: shapesOf(base),
          labels,
          seed: 0,
          task: TASK,
          technique: { call: call("technique", "full"), implementation: full },
        };
        near(run(assembleForwardProgram(o, "token_type_ids" in inputs), fed, base).outputs["logits"]!, logits, 2e-5);
      }
    });
    for (const technique of ["full", "lora"] as const) {
      const trained = golden[technique];
      if (!trained || !golden.batches) continue;
      it(`${name}: losses, norms and weights of ${trained.losses.length} steps of ${technique}`, () => {
        const adapter = technique === "lora" ? tensorsOf(`${name}/adapter/adapter_model.safetensors`) : {};
        const checkpoint = { ...base, ...adapter };
        const tensors = shapesOf(checkpoint);
        const programs = assemblePrograms({
          ...common,
          ...training(technique, trained),
          tensors,
          labels: labelsOf(tensors),
          tokenTypes: "token_type_ids" in golden.batches![0]!,
        });
        validateProgram(programs.train);
        follow(programs, golden.batches!, trained, checkpoint);
      });
    }
  }
  it("rejects by name what it cannot compute exactly", () => {
    const json = {
      vocab_size: 5,
      hidden_size: 4,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      intermediate_size: 4,
      max_position_embeddings: 4,
    };
    for (const [more, code] of [
      [{ position_embedding_type: "relative_key" }, "unsupported-config"],
      [{ hidden_act: "swiglu" }, "unsupported-config"],
      [{ is_decoder: true }, "unsupported-config"],
      [{ num_attention_heads: 3 }, "bad-config"],
      [{ hidden_size: "wide" }, "bad-config"],
      [{ vocab_size: undefined }, "bad-config"],
    ] as const)
      assert.throws(
        () => bert.config({ ...json, ...more }),
        (e) => e instanceof CodedError && e.code === code,
        JSON.stringify(more),
      );
  });
});

const call = (kind: string, word: string, given: Record<string, number | string | string[]> = {}) => ({
  kind,
  word,
  arguments: given,
});
const TASK = { call: call("task", "text_classification"), implementation: textClassification };

function training(
  technique: "full" | "lora",
  trained: Trained,
): Pick<AssembleOptions, "task" | "technique" | "optimizer" | "dropout" | "clip" | "seed"> {
  const { weight_decay, epsilon, betas } = trained.optimizer;
  const settings = { weight_decay, epsilon, beta1: betas[0], beta2: betas[1] };
  return {
    task: TASK,
    technique:
      technique === "full"
        ? { call: call("technique", "full"), implementation: full }
        : { call: call("technique", "lora", { rank: 3, alpha: 5, from: "adapter" }), implementation: lora },
    optimizer: { call: call("optimizer", "adamw", settings), implementation: adamw },
    dropout: 0,
    clip: trained.clip,
    seed: 0,
  };
}

function labelsOf(shapes: Readonly<Record<string, readonly number[]>>): number {
  return (shapes["base_model.model.classifier.weight"] ?? shapes["classifier.weight"])![0]!;
}
