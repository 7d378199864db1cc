/** The roles `question`, `context` and `answer`, in every format found in files. */
import assert from "node:assert/strict";
import type { DataPlan } from "#dsl/language/types/value.js";
import { prepareMeasuredData } from "#kernel/data/prepare.js";
import { call, codeOf, Folder } from "./plans.js";

const columns = { question: "question", context: "context", answer: "answers" };
const CONTEXT = "🙂 Ada met Bob. Bob met Ada.";

describe("answers of question answering rows", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const rows = (list: readonly object[], more: Partial<DataPlan> = {}) =>
    prepareMeasuredData(
      folder.plan(call("source", "table", { of: { live: "rows" } }), { columns, ...more }),
      folder.world({ rows: list }),
    );
  const answers = async (value: unknown, context = CONTEXT) =>
    (await rows([{ question: "Who?", context, answers: value }])).splits["all"]!.array("answer")[0] as unknown;
  const json = (name: string, value: unknown, more: Readonly<Record<string, string>> = {}) =>
    prepareMeasuredData(
      folder.plan(call("source", "json", { path: folder.write(name, JSON.stringify(value)), ...more }), { columns }),
      folder.world(),
    );

  it("may be texts, lists, or records of Hugging Face and SQuAD", async () => {
    const first = [{ text: "Ada", start: 3 }];
    const second = [{ text: "Ada", start: 24 }];
    assert.deepEqual(await answers("Ada"), first);
    assert.deepEqual(await answers(["Ada", "Bob"]), [...first, { text: "Bob", start: 11 }]);
    assert.deepEqual(await answers({ text: ["Ada"], answer_start: [23] }), second);
    assert.deepEqual(await answers({ text: ["Ada"], answer_start: Int32Array.of(23) }), second);
    assert.deepEqual(await answers({ text: "Ada", answer_start: 23 }), second);
    assert.deepEqual(await answers([{ text: "Ada", answer_start: 23 }]), second);
    assert.deepEqual(await answers('{"text": ["Ada"], "answer_start": [23]}'), second);
    assert.deepEqual(await answers(1843, "In 1843."), [{ text: "1843", start: 3 }]);
    assert.deepEqual(await answers("[1]", "as in [1]"), [{ text: "[1]", start: 6 }]);
    for (const none of ["", null, [], { text: [], answer_start: [] }, "[]"]) assert.deepEqual(await answers(none), []);
  });
  it("have starts in characters, or in UTF-16 units if only those match", async () => {
    assert.deepEqual(await answers({ text: ["Ada"], answer_start: [2] }), [{ text: "Ada", start: 3 }]);
    assert.deepEqual(await answers({ text: ["Ada"], answer_start: [3] }), [{ text: "Ada", start: 3 }]);
  });
  it("may have their starts in a separate column", async () => {
    const plan = { columns: { ...columns, answer_start: "at" } };
    const one = { question: "Who?", context: CONTEXT };
    const { splits, sample } = await rows(
      [
        { ...one, answers: "Ada", at: "23" },
        { ...one, answers: "", at: null },
      ],
      plan,
    );
    assert.deepEqual(splits["all"]!.array("answer"), [[{ text: "Ada", start: 24 }], []]);
    assert.ok(!splits["all"]!.columnNames().includes("answer_start"));
    assert.equal(sample[0]!["answers"], "Ada");
    const { code } = await codeOf(() => rows([{ ...one, answers: ["Ada", "Bob"], at: 3 }], plan));
    assert.equal(code, "not-an-answer");
  });
  it("are reported with their row if wrong", async () => {
    const fine = { question: "Who?", context: CONTEXT, answers: "Ada" };
    const told = async (value: unknown) => {
      const { code, data } = await codeOf(() => rows([fine, { ...fine, question: "And?", answers: value }]));
      assert.equal(data["row"], 2);
      return code;
    };
    assert.equal(await told("Carl"), "answer-not-there");
    assert.equal(await told({ text: ["Ada"], answer_start: [9] }), "answer-elsewhere");
    assert.equal(await told({ text: ["Ada", "Bob"], answer_start: [2] }), "not-an-answer");
    assert.equal(await told([1]), "not-an-answer");
    assert.equal(await told({ answer: "Ada" }), "not-an-answer");
    const { code } = await codeOf(() => rows([fine, { ...fine, context: " " }]));
    assert.equal(code, "answer-not-there");
    const without = await codeOf(() => rows([{ ...fine, question: "" }]));
    assert.deepEqual([without.code, without.data["role"]], ["missing-value", "question"]);
    // One answer that occurs in the context is enough; the others are alternative wordings.
    assert.deepEqual(await answers(["Carl", "Bob"]), [
      { text: "Carl", start: null },
      { text: "Bob", start: 11 },
    ]);
  });
  it("stay in place if the context is cleaned", async () => {
    const clean = ["strip_html", "unicode"].map((word) => call("cleaner", word));
    const context = "<b>Ada</b>  met\u00a0 Bob &amp; Ada.";
    const answer = { text: ["Ada"], answer_start: [context.lastIndexOf("Ada")] };
    const amp = { text: ["Bob &amp; Ada"], answer_start: [context.indexOf("Bob")] };
    const { splits } = await rows(
      [
        { question: "Who?", context, answers: answer },
        { question: "Whom?", context, answers: amp },
      ],
      { clean },
    );
    assert.equal(splits["all"]!.array("context")[0], "Ada met Bob & Ada.");
    assert.deepEqual(splits["all"]!.array("answer"), [[{ text: "Ada", start: 14 }], [{ text: "Bob & Ada", start: 8 }]]);
  });
  it("do not distinguish rows with the same question and context", async () => {
    const row = { question: "Who?", context: CONTEXT, answers: "Ada" };
    const twice = [row, { ...row, question: "who? " }, { ...row, context: `${CONTEXT} Then?` }];
    const { facts } = await rows(twice, { clean: [call("cleaner", "drop_duplicates")] });
    assert.equal(facts.kept, 2);
    const split = call("split", "by_column", { column: "part" });
    const apart = await rows(
      twice.map((one, i) => ({ ...one, part: i === 1 ? "test" : "train" })),
      { split },
    );
    assert.deepEqual([apart.facts.leakCount, apart.facts.leaks[0]!.text], [1, "who? "]);
  });
  it("are read from SQuAD files directly, and from other nested rows with `rows`", async () => {
    const qas = (id: string) => [
      { id, question: `Who ${id}?`, answers: [{ text: "Ada", answer_start: 23 }], is_impossible: false },
    ];
    const data = [
      {
        title: "T",
        paragraphs: [
          { context: CONTEXT, qas: qas("a") },
          { context: `x${CONTEXT}`, qas: [{ ...qas("b")[0], answers: [] }] },
        ],
      },
    ];
    const { splits } = await json("squad.json", { version: "1.1", data });
    assert.deepEqual(splits["all"]!.array("answer"), [[{ text: "Ada", start: 24 }], []]);
    assert.deepEqual(splits["all"]!.array("context"), [CONTEXT, `x${CONTEXT}`]);
    const deep = { all: { texts: [{ context: CONTEXT, asked: qas("c") }] } };
    const nested = await json("deep.json", deep, { rows: "all.texts.asked" });
    assert.deepEqual(nested.splits["all"]!.array("question"), ["Who c?"]);
    const wrong = await codeOf(() => json("deep.json", deep, { rows: "all.text" }));
    assert.deepEqual([wrong.code, wrong.data["key"], wrong.data["has"]], ["no-rows-there", "text", ["texts"]]);
    assert.equal(wrong.data["found"], null);
    const flat = await codeOf(() => json("deep.json", deep, { rows: "all.texts.context" }));
    assert.equal(flat.data["found"], "a text");
  });
});
