/**
 * Modified losses of a training (class and row weights, focal loss, label smoothing): checked by the first step, not by
 * scores.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallTraining } from "../session/small-training.js";

describe("weighted and modified losses", function () {
  this.timeout(90_000);
  let book: NotebookOfOne;
  // 30 of 40 rows are "yes"; some have a larger weight, some a weight of zero.
  const rows = Array.from({ length: 40 }, (_, i) => ({
    text: `a ${i % 4 === 0 ? "bad" : "good"} film w${i}`,
    label: i % 4 === 0 ? "no" : "yes",
    tags: `O O B-film ${i % 4 === 0 ? "B-no" : "O"}`,
    weight: [1, 0, 2.5, 0.5, 3][i % 5]!,
  }));
  const csv = (some: typeof rows): string =>
    ["text,label,tags,importance", ...some.map((r) => [r.text, r.label, r.tags, r.weight].join())].join("\n");
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    writeFileSync(join(book.folder, "all.csv"), csv(rows));
    writeFileSync(join(book.folder, "some.csv"), csv(rows.filter(({ weight }) => weight > 0)));
    const task = "text_classification(class_weight: balanced, focal: 2, label_smoothing: 10%)";
    await book.run(
      `data plain { source: csv("all.csv"), columns: { text: text, label: label } }
data heavy { source: csv("all.csv"), columns: { text: text, label: label, weight: importance } }
data lean { source: csv("some.csv"), columns: { text: text, label: label, weight: importance } }
data told { source: csv("all.csv"), columns: { tokens: text, tags: tags, weight: importance } }
model m { base: "bert", task: text_classification, technique: full, max_length: 16 }
model bent like m { task: ${task} }
model tags like m { task: token_classification(class_weight: { O: 1, B-no: 9 }, label_smoothing: 20%) }
model several like m { task: multilabel_classification(positive_weight: balanced, focal: 1.5) }`.replace(
        "B-no: 9",
        '"B-no": 9',
      ),
    );
  });
  after(() => book.close());

  const settings = "optimizer: adamw(learning_rate: 1e-12), schedule: constant, dropout: 0, shuffle: none, seed: 3";
  async function firstLoss(statement: string, batches: string): Promise<{ trained: number; model: ModelHandle }> {
    await book.run(`train ${statement} as first { steps: 1, ${batches}, ${settings} }`);
    const model = book.values.get("first") as ModelHandle;
    return { trained: model.history[0]!.loss, model };
  }

  for (const data of ["plain", "heavy"])
    for (const batches of ["batch_size: 40", "batch_size: 8, accumulate: 5"])
      it(`match the formula for labels on ${data} with ${batches}`, async () => {
        const { trained, model } = await firstLoss(`bent on ${data}`, batches);
        const said = await model.predict(rows.map(({ text }) => text));
        const balanced = { yes: 40 / (2 * 30), no: 40 / (2 * 10) } as Readonly<Record<string, number>>;
        let [sum, of] = [0, 0];
        said.forEach(({ probabilities }, i) => {
          const { label, weight } = rows[i]!;
          const row = data === "heavy" ? weight : 1;
          for (const [name, p] of Object.entries(probabilities)) {
            const wanted = (name === label ? 0.9 : 0) + 0.1 / 2;
            sum -= row * wanted * balanced[name]! * (1 - p) ** 2 * Math.log(p);
          }
          of += row * balanced[label]!;
        });
        assert.ok(Math.abs(trained - sum / of) < 1e-5, `${trained} against ${sum / of}`);
      });

  it("for tags are the same with and without gradient accumulation", async () => {
    const whole = await firstLoss("tags on told", "batch_size: 40");
    const parts = await firstLoss("tags on told", "batch_size: 8, accumulate: 5");
    assert.ok(Math.abs(whole.trained - parts.trained) < 1e-5, `${whole.trained} against ${parts.trained}`);
    const said = (await whole.model.predict(rows.map(({ text }) => text))) as unknown as readonly {
      readonly tokens: readonly { readonly tag: string; readonly probability: number }[];
    }[];
    assert.equal(said[0]!.tokens.length, 4);
  });

  it("treat rows of weight zero as absent", async () => {
    const losses = async (data: string): Promise<number[]> => {
      await book.run(
        `train m on ${data} as learnt { steps: 3, batch_size: 40, optimizer: adamw(learning_rate: 1e-3), schedule: constant, dropout: 0, shuffle: none, seed: 3 }`,
      );
      return (book.values.get("learnt") as ModelHandle).history.map(({ loss }) => loss);
    };
    const [heavy, lean] = [await losses("heavy"), await losses("lean")];
    heavy.forEach((loss, i) => assert.ok(Math.abs(loss - lean[i]!) < 1e-5, `${heavy.join()} against ${lean.join()}`));
  });

  it("do not change the loss metric of evaluations", async () => {
    const { trained, model } = await firstLoss("bent on heavy", "batch_size: 40");
    const said = await model.predict(rows.map(({ text }) => text));
    const plain =
      said.reduce((sum, { probabilities }, i) => sum - Math.log(probabilities[rows[i]!.label]!), 0) / rows.length;
    await book.run("evaluate first on heavy { metrics: [loss] }");
    const told = Number(model.scores.at(-1)!.metrics["loss"]!.value);
    assert.ok(Math.abs(told - plain) < 1e-4, `${told} against ${plain}`);
    assert.ok(Math.abs(told - trained) > 0.1, `${told}, trained ${trained}`);
  });

  for (const [weight, code] of [
    ["-1", "weight-out-of-range"],
    ["NaN", "not-a-number"],
    ["much", "not-a-number"],
    ["", "missing-value"],
  ] as const)
    it(`reject the weight ${JSON.stringify(weight)}: ${code}`, async () => {
      writeFileSync(join(book.folder, "odd.csv"), `${csv(rows)}\na good film,yes,O,${weight}`);
      await assert.rejects(
        book.run(
          `data odd { source: csv("odd.csv"), columns: { text: text, label: label, weight: importance } }\ntrain m on odd { steps: 1 }`,
        ),
        (error: { readonly code?: string; readonly diagnostics?: readonly { readonly code: string }[] }) => {
          assert.equal(error.code ?? error.diagnostics?.[0]?.code, code);
          return true;
        },
      );
    });

  it("reject data with only zero weights", async () => {
    writeFileSync(join(book.folder, "none.csv"), csv(rows.map((row) => ({ ...row, weight: 0 }))));
    await assert.rejects(
      book.run(
        `data none_of { source: csv("none.csv"), columns: { text: text, label: label, weight: importance } }\ntrain m on none_of { steps: 1 }`,
      ),
      /has the weight 0/,
    );
  });

  it("can be varied by a sweep", async () => {
    await book.run(`data halves { source: csv("rows.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }
sweep m on halves as found { vary: { task.focal: choice(0, 2), task.label_smoothing: choice(0%, 10%) }, trials: 2, minimize: loss }`);
    const found = book.values.get("found") as {
      readonly trials: readonly { readonly values: Readonly<Record<string, string>> }[];
    };
    assert.deepEqual(Object.keys(found.trials[0]!.values).sort(), ["task.focal", "task.label_smoothing"]);
  });
});
