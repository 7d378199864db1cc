/** The prompts of rows, and how a base's completions are read. The base replies as scripted. */
import assert from "node:assert/strict";
import type { RowColumn, TaskImplementation } from "#stdlib/tasks/kind.js";
import type { BaselineContext, BaselineRows, BaselineOutputs } from "#stdlib/contenders/kind.js";
import type { AnswerTokenReserve, RowPrompt } from "#stdlib/contenders/shared/prompting/prompted-base.js";
import { promptBaseline } from "#stdlib/contenders/prompt.run.js";
import { registry } from "#stdlib/registry.js";

const rowsOf = (columns: Readonly<Record<string, readonly unknown[]>>): BaselineRows => ({
  count: Object.values(columns)[0]!.length,
  values: (role) => columns[role] as RowColumn | undefined,
});

async function asked(
  task: string,
  given: Readonly<Record<string, string | number>>,
  o: {
    readonly train?: Readonly<Record<string, readonly unknown[]>>;
    readonly rows: Readonly<Record<string, readonly unknown[]>>;
    readonly labels?: readonly string[];
    readonly written?: readonly string[];
    readonly cut?: number;
  },
): Promise<{
  rows: readonly RowPrompt[];
  by: AnswerTokenReserve;
  said: BaselineOutputs;
  warned: unknown[];
  notes: string;
}> {
  let seen: { rows: readonly RowPrompt[]; by: AnswerTokenReserve } | undefined;
  const warned: unknown[] = [];
  const rows = rowsOf(o.rows);
  const ready = await promptBaseline.ready({
    call: {
      kind: "contender",
      word: "prompt",
      arguments: { base: "b", seed: 0, max_tokens: null, shots: 0, ...given },
    },
    task: {
      call: { kind: "task", word: task, arguments: {} },
      implementation: (await registry.find("task", task)!.load!()) as TaskImplementation,
    },
    has: registry.find("task", task)!.capabilities,
    labels: o.labels ?? [],
    train: o.train ? rowsOf(o.train) : null,
    rows: { ...rows, texts: 1 } as BaselineContext["rows"],
    writing: { decode: { kind: "decoder", word: "greedy", arguments: {} }, max_tokens: 99 },
    batchSize: 4,
    host: {
      folder: ".",
      vectors: () => Promise.reject(new Error("a prompt reads no vectors")),
      prompted: () =>
        Promise.resolve({
          bytes: 1,
          chats: true,
          read(read, by) {
            seen = { rows: read, by };
            return Promise.resolve({
              ...{ cut: o.cut ?? 0, shared: 0, open: () => Promise.resolve() },
              likelihoods: (some, answers) =>
                Promise.resolve({ outputs: Array.from(some, () => new Float32Array(answers.length)), tokens: 7 }),
              write: () => Promise.resolve({ written: o.written ?? [], tokens: 7 }),
            });
          },
        }),
    },
    warn: (...told) => void warned.push(told),
  });
  const said = await ready.ask(Uint32Array.from({ length: rows.count }, (_, row) => row));
  return { ...seen!, said, warned, notes: ready.notes?.join() ?? "" };
}
const texts = (rows: readonly RowPrompt[]): readonly string[] => rows.map(({ fill, values }) => fill(values));

describe("baseline `prompt`", () => {
  const labels = ["no", "yes"];
  const train = { text: ["a", "b", "c", "d", "e", "f"], label: ["no", "yes", "no", "yes", "no", "yes"] };

  it("shows every row the same examples, one per label", async () => {
    const { rows, by } = await asked(
      "text_classification",
      { text: "Is {text}?", shots: 2, answers: "likelihood" },
      { train, rows: { text: ["x", "y"] }, labels },
    );
    assert.deepEqual(texts(rows), ["Is x?", "Is y?"]);
    assert.equal(rows[0]!.shots, rows[1]!.shots);
    assert.deepEqual(rows[0]!.shots.map(({ answer }) => answer).sort(), ["no", "yes"]);
    assert.match(rows[0]!.shots[0]!.question, /^Is [a-f]\?$/);
    assert.deepEqual(by, { likelihood: labels });
  });
  it("reports the number of examples if more were requested", async () => {
    const given = { train, rows: { text: ["x"] }, labels };
    const { notes, rows } = await asked(
      "text_classification",
      { text: "Is {text}?", shots: 900, answers: "likelihood" },
      given,
    );
    assert.equal(rows[0]!.shots.length, 6);
    assert.match(notes, /, 6 examples of the split `train`, which has no more than these of the 900 requested, /);
  });
  it("never shows a row as its own example, and substitutes another row", async () => {
    const { rows } = await asked(
      "text_classification",
      { text: "{text}", shots: 4, answers: "likelihood" },
      { train, rows: train, labels },
    );
    for (const { shots, values } of rows) {
      assert.equal(shots.length, 4);
      assert.ok(!shots.some((shot) => shot.question === values[0]), values[0]);
      assert.equal(new Set(shots.map((shot) => shot.question)).size, 4);
    }
    // With all six rows as shots, no row is left to replace the row itself, so each prompt has five.
    const all = await asked(
      "text_classification",
      { text: "{text}", shots: 6, answers: "likelihood" },
      { train, rows: train, labels },
    );
    assert.ok(all.rows.every(({ shots }) => shots.length === 5));
  });
  it("reads labels from completions, and counts completions without a label", async () => {
    const { said, by } = await asked(
      "text_classification",
      { text: "{text}", answers: "text" },
      { rows: { text: ["1", "2", "3"] }, labels, written: ["Yes.", "I say no", "yes or no"] },
    );
    assert.deepEqual(by, { writes: 32 });
    assert.ok("outputs" in said);
    assert.deepEqual([...said.outputs[0]!], [-Infinity, Infinity]);
    assert.deepEqual([...said.outputs[1]!], [Infinity, -Infinity]);
    assert.ok(Number.isNaN(said.outputs[2]![0]));
    assert.deepEqual(said.notes, ["1 of 3 answers named no label: they count as wrong"]);
  });
  it("reads label sets, numbers, answers and texts from completions", async () => {
    const several = await asked(
      "multilabel_classification",
      { text: "{text}", answers: "text", shots: 1 },
      {
        train: { text: ["a"], labels: [["yes", "no"]] },
        rows: { text: ["1", "2", "3"] },
        ...{ labels, written: ["no, yes", "none", "?!x"] },
      },
    );
    assert.equal(several.rows[0]!.shots[0]!.answer, "yes, no");
    assert.ok("outputs" in several.said);
    assert.deepEqual(
      several.said.outputs.map((own) => Array.from(own, (one) => one > 0)),
      [
        [true, true],
        [false, false],
        [false, false],
      ],
    );
    assert.deepEqual(several.said.notes, ["1 of 3 answers named no label: these rows have no prediction"]);

    const numbers = await asked(
      "regression",
      { text: "{text}", answers: "text", shots: 1 },
      { train: { text: ["a", "b"], score: [1, 3] }, rows: { text: ["1", "2"] }, written: ["about 4.5 stars", "many"] },
    );
    assert.ok("outputs" in numbers.said);
    assert.deepEqual(
      numbers.said.outputs.map(([one]) => one),
      [4.5, 2],
    );
    assert.deepEqual(numbers.said.notes, [
      "1 of 2 answers contained no number: they count as the mean of the split `train`",
    ]);

    const answers = await asked(
      "question_answering",
      { text: "{context}\n{question}", answers: "text" },
      { rows: { question: ["q", "r"], context: ["c", "c"] }, written: ["here", "No answer."] },
    );
    assert.deepEqual("written" in answers.said && answers.said.written, ["here", ""]);
    const summary = await asked(
      "summarization",
      { text: "Sum up: {input}", answers: "text" },
      { rows: { input: ["q"], target: ["s"] }, written: ["none"] },
    );
    assert.deepEqual("written" in summary.said && summary.said.written, ["none"]);
    assert.deepEqual(summary.by, { writes: 99 });
  });
  it("warns of truncated rows", async () => {
    const { warned } = await asked(
      "text_classification",
      { text: "{text}", answers: "likelihood" },
      { rows: { text: ["1", "2"] }, labels, cut: 1 },
    );
    assert.deepEqual(warned, [["prompt-cut", { contender: "prompt", rows: 1, of: 2, base: "b" }]]);
  });
});
