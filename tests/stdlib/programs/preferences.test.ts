/**
 * What a preference loss needs, in real programs: log-probabilities of sequences, and the model without its adapter as
 * the reference. The term tested is DPO's (Rafailov et al. 2023), with pairs of sequences in one batch.
 */
import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { emitOnnx } from "#dsl/tensor/backends/onnx/emit.js";
import { emitTensorflow } from "#dsl/tensor/backends/tensorflow/emit.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { fromNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { OutputLossTerm } from "#stdlib/losses/loss-term.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { HiddenStateRecorder } from "#stdlib/programs/hidden-states.js";
import { buildModel, DROPOUT_DRAWS_TYPE, addModelInputs } from "#stdlib/programs/model.js";
import { buildObjective } from "#stdlib/programs/objective.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { TEACHER_STATE_PREFIX } from "#stdlib/programs/references.js";
import { addSupervisionInputs } from "#stdlib/programs/supervision.js";
import { registry } from "#stdlib/registry.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { textGeneration } from "#stdlib/tasks/text_generation.run.js";
import { full } from "#stdlib/techniques/full.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { continued, type Feeds } from "./small-models.js";

const FAMILIES = {
  bert: {
    ...{ vocab_size: 20, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 12 },
    max_position_embeddings: 8,
  },
  gpt2: { vocab_size: 20, n_positions: 8, n_embd: 8, n_layer: 1, n_head: 2 },
  llama: {
    ...{ vocab_size: 20, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1 },
    ...{ intermediate_size: 12, max_position_embeddings: 8 },
  },
};
const LORA = {
  call: { kind: "technique", word: "lora", arguments: { rank: 2, targets: ["attention"] } },
  implementation: lora,
};
const FULL = { call: { kind: "technique", word: "full", arguments: {} }, implementation: full };

async function parts(
  name: keyof typeof FAMILIES,
  technique: AssembleOptions["technique"],
  terms: readonly OutputLossTerm[],
): Promise<AssembleOptions> {
  const family = await implementationOf(registry, "model", name);
  return {
    family,
    config: family.config(FAMILIES[name]),
    task: { call: { kind: "task", word: "text_generation", arguments: {} }, implementation: textGeneration },
    technique,
    optimizer: { call: { kind: "optimizer", word: "adamw", arguments: {} }, implementation: adamw },
    objective: { terms, teacher: null, unlabelledRows: false },
    labels: 0,
    dropout: 0,
    clip: null,
    prefixInCheckpoint: true,
    tensors: new Set<string>(),
    seed: 3,
  };
}

/** Builds a program with the output `objective` and an output `d.<name>` for each parameter that trains. */
function objectiveProgram(o: AssembleOptions): Program {
  const graph = new Graph();
  const inputs = addModelInputs(graph, o);
  const supervised = addSupervisionInputs(graph, o, { weighed: true });
  const recorder = new HiddenStateRecorder();
  const model = buildModel(o, graph, inputs, graph.input("draws", DROPOUT_DRAWS_TYPE), recorder.wrap);
  const objective = buildObjective(o, graph, model.loss(supervised, "mean"), { model, inputs, supervised, recorder });
  graph.output("objective", objective);
  const { state } = graph.program();
  const names = Object.keys(state).filter((name) => state[name]!.trains);
  const parameters = names.map((name) => graph.state(name, state[name]!));
  gradientsOfLoss(graph, objective, parameters).forEach((d, i) => d && graph.output(`d.${names[i]!}`, d));
  const program = graph.program();
  validateProgram(program);
  return program;
}

const read = (feeds: Feeds): Record<string, ArrayValues> =>
  Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, fromNDArray(array)]));
const fedTo = (program: Program, feeds: Record<string, ArrayValues>): Record<string, ArrayValues> =>
  Object.fromEntries(Object.keys(program.inputs).map((name) => [name, feeds[name]!]));
/** Returns distinct numbers, with norm weights around 1; LoRA's B is scaled by `b`. */
const startOf = ({ state }: Program, b = 1): Record<string, ArrayValues> =>
  Object.fromEntries(
    Object.entries(state).map(([name, { type }], k) => {
      const y = makeArrayValues(type.shape as number[]);
      const [scale, offset] = [name.endsWith("lora_B.weight") ? b : 1, /norm|ln_/i.test(name) ? 1 : 0];
      y.data.forEach((_, i) => (y.data[i] = scale * 0.4 * Math.sin(1.3 * i + k) + offset));
      return [name, y];
    }),
  );

/** Weighted sum of the sequences' log-probabilities, from the model or its reference. */
const logprobs = (of: "outputs" | "referenceOutputs"): OutputLossTerm<"sequence_logprobs"> => ({
  needs: "sequence_logprobs",
  reference: of === "outputs" ? "none" : "adapter_off",
  source: "test",
  inputs: { weights: { dtype: "f32", shape: ["batch"] } },
  loss: (context) => context[of]().multiply(context.inputs["weights"]!).sum(),
});
/** Sum of squares of a term's inputs, from the model or its reference. */
const SQUARES = {
  logits: (reference: "none" | "adapter_off"): OutputLossTerm<"logits"> => ({
    needs: "logits",
    reference,
    source: "test",
    loss: (context) => context[sideOf(reference)]().logits.square().sum(),
  }),
  hidden: (reference: "none" | "adapter_off"): OutputLossTerm<"hidden"> => ({
    needs: "hidden",
    reference,
    source: "test",
    loss: (context) => context[sideOf(reference)]().blocks[0]!.hidden.square().sum(),
  }),
};
const sideOf = (reference: string) => (reference === "none" ? "outputs" : "referenceOutputs");
/**
 * Mean over pairs of −log σ(β · margin). The margin is how much more the model prefers the chosen sequence than the
 * reference does.
 */
const dpo = (beta: number): OutputLossTerm<"sequence_logprobs"> => ({
  needs: "sequence_logprobs",
  reference: "adapter_off",
  source: "dpo",
  inputs: { chosen: { dtype: "i32", shape: ["pairs"] }, rejected: { dtype: "i32", shape: ["pairs"] } },
  loss({ inputs, outputs, referenceOutputs }) {
    const ratio = outputs().subtract(referenceOutputs());
    const margin = ratio.gather(inputs["chosen"]!).subtract(ratio.gather(inputs["rejected"]!));
    return margin.multiply(-beta).softplus().mean();
  },
});
const PAIRS = { chosen: makeArrayValues([2], [0, 3]), rejected: makeArrayValues([2], [1, 2]) };

/** Compares the gradients of `objective` with finite differences, for one element of each parameter. */
function assertDifferences(
  program: Program,
  feeds: Record<string, ArrayValues>,
  state: Record<string, ArrayValues>,
): void {
  const objective = (moved: typeof state): number =>
    evaluateProgram(program, feeds, moved).outputs["objective"]!.data[0]!;
  const { outputs } = evaluateProgram(program, feeds, state);
  const slopes = Object.keys(outputs).filter((name) => name.startsWith("d."));
  assert.ok(slopes.length >= 4);
  let largest = 0;
  for (const output of slopes) {
    const name = output.slice(2);
    const value = state[name]!;
    const moved = (by: number) => ({
      ...state,
      [name]: { ...value, data: value.data.map((x, i) => (i === 1 ? x + by : x)) },
    });
    const wanted = (objective(moved(1e-5)) - objective(moved(-1e-5))) / 2e-5;
    const found = outputs[output]!.data[1]!;
    largest = Math.max(largest, Math.abs(found));
    assert.ok(
      Math.abs(found - wanted) <= 1e-6 + 1e-4 * Math.abs(wanted),
      `${name}: ${found}, differences say ${wanted}`,
    );
  }
  assert.ok(largest > 1e-3, "some gradient isn't 0");
}

describe("sequence log-probabilities", () => {
  for (const family of ["gpt2", "llama"] as const) {
    it(`${family}: equal the task's summed loss of each single row`, async () => {
      const program = objectiveProgram(await parts(family, FULL, [logprobs("outputs")]));
      const state = startOf(program);
      const { loss } = assemblePrograms(await parts(family, FULL, []).then((o) => ({ ...o, objective: undefined })));
      const batch = read(continued(0, 4).feeds);
      for (let row = 0; row < 4; row++) {
        const weights = makeArrayValues(
          [4],
          Array.from({ length: 4 }, (_, i) => Number(i === row)),
        );
        const found = evaluateProgram(program, fedTo(program, { ...batch, weights }), state).outputs["objective"]!
          .data[0]!;
        const { feeds, counts } = continued(row, row + 1);
        const alone = evaluateProgram(loss, fedTo(loss, read(feeds)), state).outputs;
        const wanted = -alone["loss"]!.data[0]! * counts;
        assert.ok(Math.abs(found - wanted) < 1e-9, `row ${row}: ${found}, by its loss ${wanted}`);
      }
    });
  }

  it("have gradients that equal finite differences", async () => {
    const program = objectiveProgram(await parts("llama", FULL, [logprobs("outputs")]));
    const weights = makeArrayValues([4], [1, -2, 0.5, 3]);
    assertDifferences(program, fedTo(program, { ...read(continued(0, 4).feeds), weights }), startOf(program));
  });

  it("are rejected for packed rows, and for tasks that generate no text", async () => {
    const o = await parts("llama", FULL, [logprobs("outputs")]);
    assert.throws(() => objectiveProgram({ ...o, packed: true }), /rows are packed/);
    const classifier = await parts("bert", FULL, [logprobs("outputs")]);
    const task = { call: { ...o.task.call, word: "text_classification" }, implementation: textClassification };
    assert.throws(
      () => objectiveProgram({ ...classifier, task, labels: 2 }),
      /text_classification has no log-probabilities/,
    );
  });
});

describe("reference model without the adapter", () => {
  for (const family of ["gpt2", "llama"] as const) {
    it(`${family}: has the base's log-probabilities, whatever the adapter`, async () => {
      const adapted = objectiveProgram(await parts(family, LORA, [logprobs("referenceOutputs")]));
      const base = objectiveProgram(await parts(family, FULL, [logprobs("outputs")]));
      const own = objectiveProgram(await parts(family, LORA, [logprobs("outputs")]));
      const state = startOf(own);
      const feeds = { ...read(continued(0, 4).feeds), weights: makeArrayValues([4], [1, -2, 0.5, 3]) };
      const valueOf = (program: Program): number =>
        evaluateProgram(program, fedTo(program, feeds), state).outputs["objective"]!.data[0]!;
      assert.ok(Math.abs(valueOf(adapted) - valueOf(base)) < 1e-12);
      assert.ok(Math.abs(valueOf(own) - valueOf(base)) > 1e-3, "the adapter changes the model");
    });
  }

  for (const needs of ["logits", "hidden"] as const)
    it(`has the base's ${needs}`, async () => {
      const term = SQUARES[needs];
      const [adapted, base, own] = [
        objectiveProgram(await parts("llama", LORA, [term("adapter_off")])),
        objectiveProgram(await parts("llama", FULL, [term("none")])),
        objectiveProgram(await parts("llama", LORA, [term("none")])),
      ];
      const state = startOf(own);
      const feeds = read(continued(0, 4).feeds);
      const valueOf = (program: Program): number =>
        evaluateProgram(program, fedTo(program, feeds), state).outputs["objective"]!.data[0]!;
      assert.ok(Math.abs(valueOf(adapted) - valueOf(base)) < 1e-12 * valueOf(base));
      assert.ok(Math.abs(valueOf(own) - valueOf(base)) > 1e-3);
    });

  it("adds no state and no gradient", async () => {
    const [without, withReference] = await Promise.all(
      (["outputs", "referenceOutputs"] as const).map(async (of) =>
        objectiveProgram(await parts("llama", LORA, [logprobs(of)])),
      ),
    );
    assert.deepEqual(withReference!.state, without!.state);
    assert.deepEqual(
      Object.keys(withReference!.outputs).filter((name) => name.startsWith("d.")),
      [],
    );
  });

  it("is rejected if weights of the base are trainable", async () => {
    const o = await parts("llama", FULL, [logprobs("referenceOutputs")]);
    assert.throws(() => objectiveProgram(o), /full trains .* of the base/);
  });
});

describe("frozen reference model for sequences", () => {
  it("has the log-probabilities of its own weights", async () => {
    const o = await parts("llama", FULL, []);
    const { family, config, task, labels } = o;
    const teacher = { family, config, task, labels, technique: FULL };
    const term: OutputLossTerm<"sequence_logprobs"> = { ...logprobs("referenceOutputs"), reference: "frozen" };
    const program = objectiveProgram({ ...o, objective: { terms: [term], teacher, unlabelledRows: false } });
    const own = objectiveProgram(await parts("llama", FULL, [logprobs("outputs")]));
    const feeds = { ...read(continued(0, 4).feeds), weights: makeArrayValues([4], [1, -2, 0.5, 3]) };
    const state = startOf(own);
    const under = Object.fromEntries(
      Object.entries(state).map(([name, value]) => [TEACHER_STATE_PREFIX + name, value]),
    );
    const [found, wanted] = [
      evaluateProgram(program, fedTo(program, feeds), { ...startOf(program, 0), ...under }),
      evaluateProgram(own, fedTo(own, feeds), state),
    ].map(({ outputs }) => outputs["objective"]!.data[0]!);
    assert.ok(Math.abs(found! - wanted!) < 1e-12);
  });
});

describe("DPO as a loss term", () => {
  it("is log 2 for a fresh adapter", async () => {
    const program = objectiveProgram(await parts("llama", LORA, [dpo(0.5)]));
    const feeds = fedTo(program, { ...read(continued(0, 4).feeds), ...PAIRS });
    const { outputs } = evaluateProgram(program, feeds, startOf(program, 0));
    assert.ok(Math.abs(outputs["objective"]!.data[0]! - Math.LN2) < 1e-12);
  });

  it("has gradients that equal finite differences", async () => {
    const program = objectiveProgram(await parts("llama", LORA, [dpo(0.5)]));
    assertDifferences(program, fedTo(program, { ...read(continued(0, 4).feeds), ...PAIRS }), startOf(program));
  });

  it("decreases in training steps as a task's loss term, and its program exports to both engines", async () => {
    const { objective: _, task, ...rest } = await parts("gpt2", LORA, []);
    const preferences = { ...task, implementation: { ...task.implementation, terms: () => [dpo(0.5)] } };
    const { train } = assemblePrograms({ ...rest, task: preferences });
    validateProgram(train);
    assert.ok(emitTensorflow({ train }).savedModel.length > 0 && emitOnnx(train).bytes.length > 0);
    const feeds = { ...read(continued(0, 4).feeds), ...PAIRS, rate: makeArrayValues([], [0.01]) };
    let state = startOf(train, 0.1);
    for (const name of Object.keys(state)) if (/^(?:adamw|adam)\./.test(name)) state[name]!.data.fill(0);
    const program = objectiveProgram(await parts("gpt2", LORA, [dpo(0.5)]));
    const objective = (): number =>
      evaluateProgram(program, fedTo(program, feeds), state).outputs["objective"]!.data[0]!;
    const before = objective();
    for (const step of [1, 2, 3])
      state = {
        ...state,
        ...evaluateProgram(train, fedTo(train, { ...feeds, step: makeArrayValues([], [step]) }), state).state,
      };
    assert.ok(objective() < before - 1e-3, `${before} became ${objective()}`);
  });
});
