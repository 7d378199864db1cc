/**
 * The head of extractive question answering compared with transformers and PEFT on small encoders; SQuAD's scores
 * compared with its script.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { registry } from "#stdlib/registry.js";
import { questionAnswering } from "#stdlib/tasks/question_answering.run.js";
import { adapterOf, familyOf, training, UNTOUCHED, weightsOf, type EncoderGolden } from "../models/encoder-models.js";
import { feedsOf, follow, near, root, run, shapesOf, type Batch, type Trained } from "../models/golden.js";

type Model = Pick<EncoderGolden, "name" | "config" | "shapes" | "batches" | "lora"> & {
  readonly forward: { readonly inputs: Batch; readonly logits: unknown };
  readonly full: Omit<Trained, "final">;
};
interface Score {
  readonly answer: string;
  readonly gold: readonly string[];
  readonly exact_match: number;
  readonly token_f1: number;
}
const golden = JSON.parse(readFileSync(new URL("golden/oracle/questions.json", root), "utf8")) as {
  readonly models: readonly Model[];
  readonly scores: readonly Score[];
};
const call: Call = { kind: "task", word: "question_answering", arguments: {} };

/** transformers has the start and the end positions as two inputs; here they are one. */
function taught({ start_positions: starts, end_positions: ends, ...inputs }: Batch): Batch {
  return { ...inputs, labels: starts!.map((start, row) => [start as number, ends![row] as number]) };
}

describe("question answering compared with transformers and PEFT, in float64", () => {
  for (const model of golden.models)
    describe(model.name, () => {
      const parts = async () => {
        const family = await familyOf(model);
        const task = { call, implementation: questionAnswering };
        const types = "token_type_ids" in model.batches[0]!;
        const common = { family, config: family.config(model.config), prefixInCheckpoint: true, labels: 0, seed: 0 };
        return { ...common, task, tokenTypes: types };
      };
      const base = weightsOf(model);
      it("logits of both ends", async () => {
        const p = await parts();
        const program = assembleForwardProgram({ ...p, technique: UNTOUCHED, tensors: shapesOf(base) }, p.tokenTypes);
        const { logits, start_logits, end_logits } = run(program, feedsOf(model.forward.inputs), base).outputs;
        near(logits!, model.forward.logits, 1e-4);
        const of = (end: 0 | 1) => (model.forward.logits as number[][][]).map((row) => row.map((both) => both[end]));
        near(start_logits!, of(0), 1e-4);
        near(end_logits!, of(1), 1e-4);
      });
      for (const technique of ["full", "lora"] as const) {
        const trained = model[technique];
        if (!trained) continue;
        it(`losses and norms of ten steps of ${technique}`, async () => {
          const adapter: Record<string, ArrayValues> = technique === "lora" ? adapterOf(model) : {};
          const checkpoint = { ...base, ...adapter };
          const how = training(technique, model);
          const programs = assemblePrograms({ ...(await parts()), ...how, tensors: shapesOf(checkpoint) });
          assert.equal(trained.losses.length, 10);
          assert.ok(programs.trainable.includes("qa_outputs.weight"));
          follow(programs, model.batches.map(taught), { ...trained, final: {} }, checkpoint);
        });
      }
    });
  it("applies dropout before the head if the family does, at the family's rate", async () => {
    const rates = golden.models.map(async ({ config }) => {
      const family = await familyOf({ config });
      return family.answerDropout?.(family.config({ ...config, qa_dropout: 0.3 })) ?? 0;
    });
    assert.deepEqual([...new Set(await Promise.all(rates))].sort(), [0, 0.3]);
  });
});

describe("answer metrics", () => {
  for (const word of ["exact_match", "token_f1"] as const)
    it(`${word}: match the SQuAD script`, async () => {
      const metric = (await registry.find("metric", word)!.load!()) as MetricImplementation;
      const of = (some: readonly Score[]): number => {
        const input = { answers: some.map(({ answer }) => answer), gold: some.map(({ gold }) => gold), loss: 0 };
        return metric.ofAnswers!({ kind: "metric", word, arguments: {} }, input);
      };
      for (const one of golden.scores) assert.ok(Math.abs(of([one]) - one[word]) < 1e-9, JSON.stringify(one));
      const mean = golden.scores.reduce((sum, one) => sum + one[word], 0) / golden.scores.length;
      assert.ok(Math.abs(of(golden.scores) - mean) < 1e-9);
      assert.ok(mean > 0.1 && mean < 0.9);
    });
  it("expect an empty answer if none exists", async () => {
    const metric = (await registry.find("metric", "token_f1")!.load!()) as MetricImplementation;
    const scored = metric.ofAnswers!(
      { kind: "metric", word: "token_f1", arguments: {} },
      { answers: ["", "x", ""], gold: [[], [], ["x"]], loss: 0 },
    );
    assert.equal(scored, 1 / 3);
  });
});
