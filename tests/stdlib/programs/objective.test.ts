/** The list of a training's loss terms, and their sum. */
import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import type { OutputLossTerm } from "#stdlib/losses/loss-term.js";
import { taskDistillationLoss as taskLoss } from "#stdlib/lessons/labels.js";
import { logitsDistillationLoss as teacherLogits } from "#stdlib/lessons/logits.js";
import { lossTermsOf, sumOfLossTerms } from "#stdlib/programs/objective.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { ewc } from "#stdlib/strategies/ewc.js";
import { lwf } from "#stdlib/strategies/lwf.js";
import { buildPrivateTrainingPrograms } from "#stdlib/programs/private.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { classifierParts } from "./small-models.js";

const LABELS = 2;
const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({ kind, word, arguments: given });
const task = { call: call("task", "text_classification"), implementation: textClassification };
const strategies = [
  { call: call("strategy", "lwf", { strength: 2 }), implementation: lwf },
  { call: call("strategy", "ewc"), implementation: ewc },
];
const objective = {
  terms: [
    teacherLogits.term(call("lesson", "logits", { weight: 3 }), "cached"),
    taskLoss.term(call("lesson", "labels", { weight: 0.5 }), "cached"),
  ],
  teacher: null,
  unlabelledRows: false,
};

type Options = Partial<Pick<AssembleOptions, "objective" | "strategies">>;

/** Returns the sum of the terms where the task's loss is 10, over two rows. */
function sum(options: Options): { readonly inputs: readonly string[]; readonly total: number } {
  const graph = new Graph();
  const logits = graph.input("logits", { dtype: "f32", shape: ["batch", LABELS] });
  const total = sumOfLossTerms({ ...options, task, labels: LABELS }, graph, {
    loss: graph.number(10),
    model: { logits: () => logits },
    inputs: { attention_mask: logits },
    supervised: { labels: logits },
    references: {},
    projection: () => assert.fail("no term has a projection"),
  });
  graph.output("total", total);
  const program = graph.program();
  const all: Record<string, ArrayValues> = {
    logits: makeArrayValues([2, LABELS], [1, 0, 0, 2]),
    recalled_lesson: makeArrayValues([2, LABELS], [0, 1, 1, 1]),
    share_lesson: makeArrayValues([2], [0.5, 0.5]),
    recalled_lwf: makeArrayValues([2, LABELS], [3, 0, 0, 0]),
    known_lwf: makeArrayValues([2, LABELS], [1, 1, 1, 1]),
    share_lwf: makeArrayValues([2], [1, 0]),
  };
  const inputs = Object.keys(program.inputs);
  const feeds = Object.fromEntries(inputs.map((name) => [name, all[name]!]));
  return { inputs, total: evaluateProgram(program, feeds, {}).outputs["total"]!.data[0]! };
}

describe("training objective", () => {
  it("is the task's own loss by default", () => {
    assert.deepEqual(
      lossTermsOf({}).map(({ needs }) => needs),
      ["task_loss"],
    );
    assert.deepEqual(sum({}), { inputs: ["logits"], total: 10 });
  });

  it("lists the terms of the objective in order, then those of strategies", () => {
    assert.deepEqual(
      lossTermsOf({ objective, strategies }).map(({ needs, reference }) => [needs, reference]),
      [
        ["logits", "cached"],
        ["task_loss", "none"],
        ["logits", "cached"],
        ["parameters", "none"],
      ],
    );
  });

  it("multiplies the task's own loss by its weight", () => {
    assert.equal(sum({ objective: { ...objective, terms: objective.terms.slice(1) } }).total, 5);
  });

  it("adds distillation and replayed outputs, each with the inputs of its own source", () => {
    const distilled = sum({ objective });
    const replayed = sum({ strategies });
    const both = sum({ objective, strategies });
    assert.deepEqual(distilled.inputs.toSorted(), ["logits", "recalled_lesson", "share_lesson"]);
    assert.deepEqual(both.inputs.toSorted(), [
      ...["known_lwf", "logits", "recalled_lesson", "recalled_lwf", "share_lesson", "share_lwf"],
    ]);
    assert.ok(distilled.total > 5 && replayed.total > 10);
    assert.ok(Math.abs(both.total - (distilled.total + replayed.total - 10)) < 1e-6);
  });

  it("rejects loss terms in private training", async () => {
    const o = { ...(await classifierParts("bert")), strategies };
    assert.throws(() => buildPrivateTrainingPrograms(o, { clip: 1 }), /private updates take no loss terms/);
    assert.ok(buildPrivateTrainingPrograms({ ...o, strategies: strategies.slice(1) }, { clip: 1 }).apart);
  });

  it("passes each term its declared inputs", () => {
    const term: OutputLossTerm<"logits"> = {
      needs: "logits",
      reference: "none",
      source: "test",
      inputs: { recalled_lesson: { dtype: "f32", shape: ["batch", LABELS] } },
      weight: 2,
      loss: ({ inputs, outputs }) => outputs().logits.multiply(inputs["recalled_lesson"]!).sum(),
    };
    const { total } = sum({ objective: { ...objective, terms: [term] } });
    assert.equal(total, 2 * 2);
  });
});
