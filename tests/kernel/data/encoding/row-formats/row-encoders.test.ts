/** The row encoders that tasks choose. */
import assert from "node:assert/strict";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { rowEncoderOf, rowEncoders } from "#kernel/data/encoding/row-formats/row-encoders.js";
import { registry } from "#stdlib/registry.js";

const formatOf = async (task: string) => (await implementationOf(registry, "task", task)).supervision.rowFormat.name;

describe("row encoders", () => {
  for (const [task, name] of [
    ["text_classification", "single_text"],
    ["multilabel_classification", "single_text"],
    ["regression", "single_text"],
    ["fill_mask", "single_text"],
    ["token_classification", "token_labels"],
    ["text_generation", "causal_lm"],
    ["chat", "conversations"],
    ["text2text_generation", "seq2seq"],
    ["summarization", "seq2seq"],
    ["translation", "seq2seq"],
    ["sentence_similarity", "pair_encoding"],
    ["question_answering", "extractive_qa"],
  ] as const)
    it(`encode rows of ${task} as ${name}`, async () => {
      assert.equal(await formatOf(task), name);
      assert.equal(rowEncoderOf(await implementationOf(registry, "task", task)), rowEncoders[name]);
    });

  it("are all used by a task", async () => {
    const used = await Promise.all(registry.ofKind("task").map(({ name }) => formatOf(name)));
    assert.deepEqual([...new Set(used)].toSorted(), Object.keys(rowEncoders).toSorted());
  });
  it("mark trained tokens if the targets are tokens", async () => {
    const has = async (task: string) => {
      const implementation = await implementationOf(registry, "task", task);
      return rowEncoderOf(implementation).hasMask(implementation.supervision);
    };
    for (const task of ["text_generation", "chat", "translation", "question_answering", "fill_mask"])
      assert.equal(await has(task), true, task);
    for (const task of ["text_classification", "regression", "sentence_similarity"])
      assert.equal(await has(task), false, task);
  });
});
