/**
 * `class_weight`: the loss of a batch is the mean over its rows, weighted by their labels; scores count every row once.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallTraining } from "../session/small-training.js";

describe("class weights", function () {
  this.timeout(60_000);
  let book: NotebookOfOne;
  // 30 of 40 rows are "yes".
  const rows = Array.from({ length: 40 }, (_, i) => [
    `a ${i % 4 === 0 ? "bad" : "good"} film w${i}`,
    i % 4 === 0 ? "no" : "yes",
  ]);
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    writeFileSync(join(book.folder, "uneven.csv"), ["text,label", ...rows.map((row) => row.join())].join("\n"));
    await book.run(`data u { source: csv("uneven.csv"), columns: { text: text, label: label } }
model m { base: "bert", task: text_classification, technique: full, max_length: 16 }
model even like m { task: text_classification(class_weight: balanced) }
model told like m { task: text_classification(class_weight: { no: 5 }) }`);
  });
  after(() => book.close());

  /** Returns the loss of the first step over all rows, and the weighted mean computed from the model's predictions. */
  async function losses(name: string, weights: Readonly<Record<string, number>>, batches: string) {
    await book.run(
      `train ${name} on u as first { steps: 1, ${batches}, optimizer: adamw(learning_rate: 1e-12), schedule: constant, dropout: 0, shuffle: none, seed: 3 }`,
    );
    const model = book.values.get("first") as ModelHandle;
    const said = await model.predict(rows.map(([text]) => text!));
    let [sum, of] = [0, 0];
    said.forEach(({ probabilities }, i) => {
      const label = rows[i]![1]!;
      sum -= Math.log(probabilities[label]!) * weights[label]!;
      of += weights[label]!;
    });
    return { trained: model.history[0]!.loss, expected: sum / of };
  }

  for (const [name, weights] of [
    ["m", { yes: 1, no: 1 }],
    ["even", { yes: 40 / (2 * 30), no: 40 / (2 * 10) }],
    ["told", { yes: 1, no: 5 }],
  ] as const)
    for (const batches of ["batch_size: 40", "batch_size: 8, accumulate: 5"])
      it(`match the formula for model ${name} with ${batches}`, async () => {
        const { trained, expected } = await losses(name, weights, batches);
        assert.ok(Math.abs(trained - expected) < 1e-5, `${trained} against ${expected}`);
      });

  it("raise the predicted probability of rarer labels", async () => {
    const recall = async (name: string) => {
      await book.run(
        `train ${name} on u as run_${name} { epochs: 3, batch_size: 8, optimizer: adamw(learning_rate: 1e-3), seed: 3 }`,
      );
      const said = await (book.values.get(`run_${name}`) as ModelHandle).predict(rows.map(([text]) => text!));
      return said.reduce((sum, { probabilities }) => sum + probabilities["no"]!, 0);
    };
    assert.ok((await recall("even")) > (await recall("m")));
  });

  it("are rejected for a label that the data lacks", async () => {
    await assert.rejects(
      book.run(`model wrong like m { task: text_classification(class_weight: { noo: 2 }) }\ntrain wrong on u`),
      (error) => error instanceof RefusedError && /no row of `u` has the label "noo"/.test(error.message),
    );
  });
});
