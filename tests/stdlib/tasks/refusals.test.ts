/** Rows that a task can't learn from are coded errors that name the row, before any of them is computed. */
import assert from "node:assert/strict";
import type { Call, Value } from "#dsl/plan/plan.js";
import type { Layers } from "#stdlib/kinds/layers.js";
import type { RowsToTeach, TaskImplementation } from "#stdlib/kinds/task.js";
import type { TechniqueImplementation } from "#stdlib/kinds/technique.js";
import { buildBody } from "#stdlib/programs/body.js";
import { registry } from "#stdlib/registry.js";
import { notForShape } from "#stdlib/tasks/families.js";
import { Graph } from "#dsl/graph/builder.js";
import { rowsFor } from "./rows.js";

const COUNT = 6;
type Rows = ReturnType<typeof rowsFor>;

/** The task and rows for it, some of which are spoilt by `change`. */
async function taught(
  name: string,
  given: Readonly<Record<string, Value>>,
  change: (rows: Rows) => Partial<Rows>,
): Promise<{ readonly task: TaskImplementation; readonly rows: Rows }> {
  const word = registry.find("task", name);
  assert.ok(word?.load, name);
  const call: Call = { word: name, kind: "task", arguments: given };
  const rows = rowsFor(COUNT, call);
  return { task: (await word.load()) as TaskImplementation, rows: { ...rows, ...change(rows) } };
}
/** The values of one role, some of them others. */
const with_ =
  (role: string, others: Readonly<Record<number, unknown>>) =>
  (rows: Rows): Partial<Rows> => ({
    values: (asked) => {
      const values = rows.values(asked);
      return asked === role && values ? Array.from(values as ArrayLike<unknown>, (v, i) => others[i] ?? v) : values;
    },
  });
const teach = (task: TaskImplementation, rows: RowsToTeach): void => {
  task.supervision.teach?.(rows);
};

describe("rows that a task refuses", () => {
  const cases: readonly (readonly [
    string,
    Readonly<Record<string, Value>>,
    (rows: Rows) => Partial<Rows>,
    string,
    Readonly<Record<string, unknown>>?,
  ])[] = [
    ["text_classification", {}, with_("label", { 2: "B-PER" }), "label-not-trained", { label: "B-PER" }],
    ["multilabel_classification", {}, with_("labels", { 2: ["O", "B-PER"] }), "label-not-trained", { label: "B-PER" }],
    ["token_classification", {}, with_("tags", { 0: ["B-PER"] }), "label-not-trained", { label: "B-PER" }],
    ["token_classification", {}, with_("tags", { 1: ["O"] }), "unequal-lists", { row: 2, tags: 1 }],
    ["token_classification", { scheme: "iob2" }, with_("tags", { 0: ["I-LOC"] }), "tag-off-scheme", { row: 1 }],
    [
      "regression",
      { range: { from: -2, to: 2 } },
      with_("score", { 3: 7 }),
      "score-out-of-range",
      { row: 4, score: 7 },
    ],
    [
      "fill_mask",
      {},
      (rows) => ({ tokenizer: { ...rows.tokenizer, mask: null } }),
      "no-mask-token",
      { model: "model" },
    ],
    [
      "question_answering",
      {},
      (rows) => ({
        values: (role) => (role === "answer" ? Array.from({ length: COUNT }, () => []) : rows.values(role)),
      }),
      "no-answer",
    ],
    [
      "question_answering",
      { unanswerable: true },
      (rows) => ({
        values: (role) =>
          role === "answer" ? Array.from({ length: COUNT }, () => [{ text: "far", start: 900 }]) : rows.values(role),
      }),
      "answer-cut",
    ],
    [
      "sentence_similarity",
      { loss: "contrastive" },
      (rows) => ({ values: (role) => (role === "score" ? undefined : rows.values(role)) }),
      "two-labels",
      { labels: ["O", "B-LOC", "I-LOC"] },
    ],
    [
      "sentence_similarity",
      { loss: "contrastive" },
      (rows) => ({ labels: ["O", "B-LOC"], values: (role) => (role === "score" ? undefined : rows.values(role)) }),
      "label-not-trained",
      { label: "I-LOC" },
    ],
  ];
  for (const [name, given, change, code, data = {}] of cases)
    it(`${name}: ${code}`, async () => {
      const { task, rows } = await taught(name, given, change);
      assert.throws(
        () => teach(task, rows),
        (error: { readonly code?: string; readonly data?: Record<string, unknown> }) => {
          assert.equal(error.code, code);
          for (const [key, value] of Object.entries(data)) assert.deepEqual(error.data?.[key], value, key);
          return true;
        },
      );
    });
  it("heads that a body can't have, and a loss without places", async () => {
    const graph = new Graph();
    const x = graph.input("x", { dtype: "f32", shape: ["batch", "length", 4] });
    const o = (word: string) => ({ call: { word, kind: "task", arguments: {} } });
    const head = async (word: string, body: object) =>
      ((await registry.find("task", word)!.load!()) as TaskImplementation).head(
        {} as never,
        { last_hidden_state: x, ...body } as never,
        o(word) as never,
      );
    await assert.rejects(head("text_generation", {}), { code: "task-not-for-base" });
    await assert.rejects(head("fill_mask", {}), { code: "task-not-for-base" });
    const writer = await head("text_generation", { unembedding: x });
    assert.throws(() => writer.loss({ labels: x } as never, "mean"), { code: "graph-invalid" });
    assert.equal(notForShape("text_classification", "decoder").code, "task-not-for-base");
  });
  it("virtual tokens before packed rows, and prompts that begin with no text", async () => {
    const technique = {
      call: { word: "prompt_tuning", kind: "technique", arguments: {} },
      implementation: { around: (_call: Call, layers: Layers) => layers, body: () => ({}), virtual: () => 2 },
    };
    assert.throws(
      () =>
        buildBody({ family: {}, config: {}, technique } as never, {} as never, { segments: {} } as never, {
          dropout: null,
        }),
      { code: "no-packed-prompts" },
    );
    const { resolve } = (await registry.find("technique", "prompt_tuning")!.load!()) as TechniqueImplementation;
    const call: Call = { word: "prompt_tuning", kind: "technique", arguments: { tokens: 2, init: "\u200b" } };
    await assert.rejects(async () => resolve!(call, { encode: () => Promise.resolve(new Int32Array(0)) } as never), {
      code: "empty-prompt-text",
    });
  });
  it("fill_mask: a text without a gap", async () => {
    const { task, rows } = await taught("fill_mask", {}, () => ({}));
    assert.throws(() => task.answers?.predictions([new Float32Array(23)], ["no gap"], { ...rows, count: 1 } as never), {
      code: "not-masked",
    });
  });
});
