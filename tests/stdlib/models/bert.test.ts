import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { CodedError } from "#dsl/check/codes.js";
import { evaluate } from "#dsl/graph/evaluate.js";
import type { Program } from "#dsl/graph/program.js";
import { validate } from "#dsl/graph/validate.js";
import { values, type Values } from "#dsl/graph/values.js";
import { bert } from "#stdlib/models/bert.run.js";
import { adamw } from "#stdlib/optimizers/adamw.run.js";
import { assemble } from "#stdlib/programs/assemble.js";
import { assembleBody, assembleForward } from "#stdlib/programs/forward.js";
import type { Assembled, AssembleOptions } from "#stdlib/programs/options.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { full } from "#stdlib/techniques/full.run.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { readSafetensors } from "#tests/oracles/safetensors.js";

/** What PyTorch, transformers and PEFT said about the small models of tests/fixtures/models (tests/golden/oracle/README.md). */
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
interface Trained {
  readonly optimizer: {
    readonly weight_decay: number;
    readonly epsilon: number;
    readonly betas: readonly [number, number];
  };
  readonly clip: number | null;
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly rates: readonly number[];
  readonly final: Readonly<Record<string, { readonly sum: number; readonly squares: number }>>;
}

const root = new URL("../../../../tests/", import.meta.url);
const names = readdirSync(new URL("fixtures/models/", root));

describe("bert against transformers and PEFT, in float64", () => {
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
        const body = assembleBody({ ...common, tensors: shapesOf(base), tokenTypes: "token_type_ids" in inputs });
        validate(body);
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
        near(run(assembleForward(o, "token_type_ids" in inputs), fed, base).outputs["logits"]!, logits, 2e-5);
      }
    });
    for (const technique of ["full", "lora"] as const) {
      const trained = golden[technique];
      if (!trained || !golden.batches) continue;
      it(`${name}: losses, norms and weights of ${trained.losses.length} steps of ${technique}`, () => {
        const adapter = technique === "lora" ? tensorsOf(`${name}/adapter/adapter_model.safetensors`) : {};
        const checkpoint = { ...base, ...adapter };
        const tensors = shapesOf(checkpoint);
        const programs = assemble({
          ...common,
          ...training(technique, trained),
          tensors,
          labels: labelsOf(tensors),
          tokenTypes: "token_type_ids" in golden.batches![0]!,
        });
        validate(programs.train);
        follow(programs, golden.batches!, trained, checkpoint);
      });
    }
  }
  it("refuses what it can't compute exactly, by name", () => {
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

/** Runs the steps and compares each loss and norm, and the sums of the weights at the end. */
function follow(
  programs: Assembled,
  batches: NonNullable<Golden["batches"]>,
  trained: Trained,
  checkpoint: Record<string, Values>,
): void {
  let state = initial(programs.train, checkpoint);
  batches.forEach((batch, i) => {
    const feeds = { ...feedsOf(batch), rate: values([], [trained.rates[i]!]), step: values([], [i + 1]) };
    const after = evaluate(programs.train, feeds, state);
    state = after.state;
    close(after.outputs["loss"]!.data[0]!, trained.losses[i]!, `loss of step ${i + 1}`);
    close(after.outputs["norm"]!.data[0]!, trained.norms[i]!, `norm of step ${i + 1}`);
  });
  const saved = new Map(Object.entries(programs.saved).map(([from, to]) => [to, from]));
  for (const [name, sums] of Object.entries(trained.final)) {
    // A key's bias moves all scores of a row alike: its gradient is zero but for rounding, which Adam blows up to full steps.
    if (name.endsWith("key.bias")) continue;
    const value = state[saved.get(name) ?? name];
    assert.ok(value, `${name} is saved`);
    const squares = value.data.reduce((s, v) => s + v * v, 0);
    close(squares, sums.squares, `squares of ${name}`);
  }
}

function close(got: number, want: number, what: string): void {
  assert.ok(Math.abs(got - want) <= 1e-7 + 1e-4 * Math.abs(want), `${what}: ${got}, the oracle says ${want}`);
}
function near(got: Values, want: unknown, tolerance: number): void {
  const flat = (want as number[][]).flat(Infinity) as unknown as number[];
  assert.equal(got.data.length, flat.length);
  got.data.forEach((v, i) =>
    assert.ok(Math.abs(v - flat[i]!) <= tolerance, `element ${i}: ${v}, the oracle says ${flat[i]}`),
  );
}

function tensorsOf(file: string): Record<string, Values> {
  const tensors = readSafetensors(new URL(`fixtures/models/${file}`, root).pathname);
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([, t]) => t.dtype === "F32")
      .map(([name, t]) => {
        const bytes = Uint8Array.from(t.bytes);
        return [name, values(t.shape, new Float32Array(bytes.buffer, 0, bytes.length / 4))];
      }),
  );
}
function shapesOf(tensors: Readonly<Record<string, Values>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, t.shape]));
}
function labelsOf(shapes: Readonly<Record<string, readonly number[]>>): number {
  return (shapes["base_model.model.classifier.weight"] ?? shapes["classifier.weight"])![0]!;
}
function feedsOf(batch: Readonly<Record<string, readonly (number | readonly number[])[]>>): Record<string, Values> {
  return Object.fromEntries(
    Object.entries(batch).map(([name, rows]) => {
      const inner = Array.isArray(rows[0]) ? [rows[0].length as number] : [];
      return [name, values([rows.length, ...inner], rows.flat())];
    }),
  );
}
function initial(program: Program, checkpoint: Readonly<Record<string, Values>>): Record<string, Values> {
  return Object.fromEntries(
    Object.entries(program.state).map(([name, s]) => {
      if ("checkpoint" in s.initial) return [name, checkpoint[s.initial.checkpoint]!];
      assert.ok("zeros" in s.initial, `${name} comes from the checkpoint`);
      return [name, values(s.type.shape as number[])];
    }),
  );
}
function run(
  program: Program,
  feeds: Record<string, Values>,
  checkpoint: Record<string, Values>,
): ReturnType<typeof evaluate> {
  return evaluate(program, feeds, initial(program, checkpoint));
}
