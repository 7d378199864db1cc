/**
 * Warnings about a batch that contains all rows, labels that look like split names, and texts that are numbers; and
 * cases where none of them applies.
 */
import assert from "node:assert/strict";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { compiled, dataFacts, type World } from "../../world.js";

const SUSPICIONS = ["batch-beyond-rows", "labels-like-splits", "numbers-as-text", "scores-like-labels"];
const warned = (text: string, world: World = {}): readonly string[] =>
  compiled(text, world).codes.filter((code) => SUSPICIONS.includes(code));

const data = (columns = "text: body, label: team"): string =>
  `data d { source: csv("a.csv"), columns: { ${columns} }, split: random(train: 80%, test: 20%) }\n`;
const model = 'model m { base: "minilm", task: text_classification }\n';
const labelled = (...labels: readonly string[]): World => ({
  data: () => {
    const counted = labels.map((label) => ({ label, count: 100 }));
    return dataFacts({ labels, splits: { all: { rows: 100 * labels.length, labels: counted, lengths: null } } });
  },
});
const rows = (...values: readonly unknown[]): World => ({
  table: { columns: ["body", "team"], sample: values.map((body) => ({ body, team: "1" })) },
});
const scored = (...values: readonly number[]): World => ({
  data: () =>
    dataFacts({
      labels: [],
      audit: {
        ...{ near: [], told: null, groups: null, conflicts: { texts: 0, rows: 0, examples: [] } },
        scores: { least: Math.min(...values), greatest: Math.max(...values), values },
      },
    }),
});
const few: World = {
  data: (): DataFacts => {
    const { splits, ...rest } = dataFacts();
    return { ...rest, splits: { train: { ...splits["train"]!, rows: 12 }, test: splits["test"]! } };
  },
};

describe("warnings of suspicious settings and data", () => {
  for (const [what, text, world] of [
    ["a usual batch", `${data()}${model}train m on d { batch_size: 64 }`, {}],
    ["the largest batch below the rows", `${data()}${model}train m on d { batch_size: 799 }`, {}],
    ["the default batch of very few rows", `${data()}${model}train m on d`, few],
    ["a written batch of very few rows", `${data()}${model}train m on d { batch_size: 32 }`, few],
    ["steps in place of epochs", `${data()}${model}train m on d { batch_size: 1000, steps: 200 }`, {}],
    ["labels of other words", data(), labelled("trains", "buses")],
    ["`test` beside a label that is no split", data(), labelled("train", "test", "bus")],
    ["names of splits without the one that trains", data(), labelled("test", "dev")],
    ["texts with numbers in them", data(), rows("7 days", "12", "3 parcels", "4", "5")],
    ["empty texts among numbers", data(), rows("1", "2", "", "4", "5")],
    ["too few rows to tell", data(), rows("1", "2", "3")],
    ["ratings from one to five", data("text: body, score: team"), scored(1, 2, 3, 4, 5)],
    ["scores with a gap", data("text: body, score: team"), scored(0, 1, 3)],
    ["pairs that belong together or not", data("text: body, text_pair: text, score: team"), scored(0, 1)],
    ["labels that are numbers", data(), rows("a", "b", "c", "d", "e")],
  ] as const)
    it(`do not fire for ${what}`, () => {
      assert.deepEqual(warned(text, world), []);
    });
  it("fire for a real case of each", () => {
    assert.deepEqual(warned(`${data()}${model}train m on d { batch_size: 800 }`), ["batch-beyond-rows"]);
    assert.deepEqual(warned(data(), labelled("train", "test")), ["labels-like-splits"]);
    for (const values of [
      [0, 1],
      [1, 2],
      [0, 1, 2, 3],
    ])
      assert.deepEqual(warned(data("text: body, score: team"), scored(...values)), ["scores-like-labels"]);
    assert.deepEqual(warned(data(), rows("1", "2", "-3.5", "4", "5")), ["numbers-as-text"]);
  });
});
