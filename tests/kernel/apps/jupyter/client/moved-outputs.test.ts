/** Scores in the outputs of a notebook that was run again. */
import assert from "node:assert/strict";
import { scoreChangesBetween, withoutReportedLines } from "#kernel/apps/jupyter/client/moved-outputs.js";
import type { Notebook } from "#kernel/apps/jupyter/client/notebook-file.js";

const notebook = (...outputs: readonly string[]): Notebook =>
  ({
    ...{ nbformat: 4, nbformat_minor: 5, metadata: {} },
    cells: [
      {
        ...{ cell_type: "code", id: "a", metadata: {}, execution_count: 1, source: "" },
        outputs: outputs.map((text) => ({ output_type: "stream", name: "stdout", text })),
      },
    ],
  }) as unknown as Notebook;
const evaluation = (accuracy: string, loss: string): string =>
  `accuracy: small ${accuracy} · other 0.5000 · 8 rows of d.test

Evaluation on d.test
metric    small                   other
accuracy  ${accuracy} (0.215 … 0.785)  0.5000 (0.215 … 0.785)
loss      ${loss} (0.585 … 0.823)  0.6960 (0.666 … 0.728)
training  0.4 s                   0.2 s`;

describe("changed scores in the outputs of a rerun notebook", () => {
  it("are reported once, with the first output line that contains them", () => {
    const { lines, moved } = scoreChangesBetween(
      notebook(evaluation("0.5000", "0.7039"), evaluation("0.5000", "0.7039")),
      notebook(evaluation("0.5000", "0.7041"), evaluation("0.7500", "0.9000")),
    );
    assert.equal(lines, 6);
    assert.deepEqual(
      moved.map(({ cell, metric, scores }) => ({ cell, metric, scores })),
      [
        { cell: 1, metric: "accuracy", scores: [{ then: 0.5, now: 0.75 }] },
        { cell: 1, metric: "loss", scores: [{ then: 0.7039, now: 0.9 }] },
      ],
    );
    assert.match(moved[0]?.now ?? "", /^accuracy: small 0\.7500/);
  });
  it("include scores with a change only in an interval bound", () => {
    const of = (end: string): string => `f1(macro)  0.5000 (${end} … 0.785)`;
    const { moved } = scoreChangesBetween(notebook(of("0.1")), notebook(of("0.3")));
    assert.deepEqual(
      moved.map(({ scores }) => scores),
      [[]],
    );
  });
  it("are reported if they are formatted differently or missing", () => {
    const moved = (then: string, now: string) =>
      scoreChangesBetween(notebook(then), notebook(now)).moved.map(({ metric, now }) => [metric, now]);
    assert.deepEqual(moved("accuracy  0.9100 (0.88 … 0.94)", "accuracy  0.9100"), [["accuracy", "accuracy  0.9100"]]);
    assert.deepEqual(moved("accuracy  0.9100", "done"), [["accuracy", "no such line"]]);
    assert.deepEqual(moved("accuracy  0.9100", "accuracy  0.9100"), []);
  });
  it("are found in every supported format", () => {
    for (const [then, now] of [
      ["accuracy=0.93", "accuracy=0.95"],
      ["Accuracy: 0.93", "Accuracy: 0.95"],
      ["| accuracy | 0.93 |", "| accuracy | 0.95 |"],
      ["│ f1(macro) │ .93 │", "│ f1(macro) │ .95 │"],
      ["the test accuracy was 0.93 after 3 epochs", "the test accuracy was 0.95 after 3 epochs"],
      ["F1-score: 0.93", "F1-score: 0.95"],
      ["ROUGE-1: 0.41", "ROUGE-1: 0.42"],
      ["'eval_accuracy': 0.93,", "'eval_accuracy': 0.95,"],
      ["log_loss 9.1e-05", "log_loss 9.1e-02"],
      ["accuracy mean 0.93 min 0.91 max 0.95", "accuracy mean 0.89 min 0.91 max 0.95"],
      ["accuracy: 0.93, h: 3", "accuracy: 0.95, h: 3"],
      ["{ accuracy: 0.93, loss: 0.2 }", "{ accuracy: 0.93, loss: 0.4 }"],
      ["step 20: validation loss 0.64 · 2.1 s", "step 20: validation loss 0.66 · 2.4 s"],
    ])
      assert.equal(scoreChangesBetween(notebook(then ?? ""), notebook(now ?? "")).moved.length, 1, then);
  });
  it("are found below a line that names them", () => {
    for (const [then, now] of [
      ["model  accuracy\nmood   0.50", "model  accuracy\nmood   0.93"],
      [
        "label  precision  recall\na      0.9        0.8\nb      0.9        0.5",
        "label  precision  recall\na      0.9        0.8\nb      0.9        1.00",
      ],
      ["accuracy\n0.93", "accuracy\n0.95"],
    ] as const) {
      assert.deepEqual(scoreChangesBetween(notebook(then), notebook(then)).moved, []);
      assert.equal(scoreChangesBetween(notebook(then), notebook(now)).moved.length, 1, then);
    }
    // Text after an empty line does not belong to the score.
    assert.deepEqual(scoreChangesBetween(notebook("accuracy\n\n3 rows"), notebook("accuracy\n\n4 rows")).moved, []);
  });
  it("are found in JSON, and in the traces of a figure", () => {
    const shown = (type: string, value: unknown): Notebook => {
      const book = notebook("");
      const data = { "text/plain": "a value", [type]: value };
      Object.assign(book.cells[0]!, { outputs: [{ output_type: "display_data", data, metadata: {} }] });
      return book;
    };
    const json = (accuracy: number) => shown("application/json", { scores: { accuracy, seconds: Math.random() } });
    const figure = (last: number) =>
      shown("application/vnd.plotly.v1+json", { data: [{ name: "validation accuracy", x: [1, 2], y: [0.5, last] }] });
    for (const book of [json, figure]) {
      assert.deepEqual(scoreChangesBetween(book(0.75), book(0.75)).moved, []);
      assert.equal(scoreChangesBetween(book(0.75), book(0.5)).moved.length, 1);
    }
  });
  it("are found if only the HTML has another number, which front ends show instead of the text", () => {
    const shown = (accuracy: string): Notebook => {
      const book = notebook("");
      const html = `<style>.a{width:3px}</style><table><tr><td style="top:1px">accuracy</td><td><b>${accuracy}</b></td></tr></table>`;
      const data = { "text/plain": "accuracy  0.9650", "text/html": html };
      Object.assign(book.cells[0]!, { outputs: [{ output_type: "display_data", data, metadata: {} }] });
      return book;
    };
    assert.deepEqual(scoreChangesBetween(shown("0.9650"), shown("0.9650")).moved, []);
    const { moved } = scoreChangesBetween(shown("0.9950"), shown("0.9650"));
    assert.deepEqual(
      moved.map(({ metric, scores }) => [metric, scores]),
      [["accuracy", [{ then: 0.995, now: 0.965 }]]],
    );
  });
  it("exclude outputs that differ only in times, sizes and ids", () => {
    for (const [then, now] of [
      ["accuracy 0.93 (3.4 s, 2,525 tokens/s)", "accuracy 0.93 (4.1 s, 1,900 tokens/s)"],
      ["16:04:08 accuracy 0.93", "17:12:40 accuracy 0.93"],
      ["accuracy 0.93 of m-20261202-162240-601f7a", "accuracy 0.93 of m-20261203-112240-aa1f7a"],
      ["memory  about 829 MiB (estimated)", "memory  about 900 MiB (estimated)"],
      ["2026-12-02T16:04:08Z loss 0.2", "2026-12-03T16:05:08.123Z loss 0.2"],
    ])
      assert.deepEqual(scoreChangesBetween(notebook(then ?? ""), notebook(now ?? "")).moved, [], then);
  });
  it("are matched to the same cell if only one notebook has injected parameters", () => {
    const [then, now] = [notebook("accuracy  0.9100"), notebook("accuracy  0.5000")];
    const injected = { ...then.cells[0]!, metadata: { tags: ["injected-parameters"] }, outputs: [] };
    const after = { ...now, cells: [injected, ...now.cells] } as Notebook;
    const { lines, moved } = scoreChangesBetween(then, after);
    assert.deepEqual([lines, moved.map(({ cell }) => cell)], [1, [2]]);
  });
  it("are omitted if a run reports them", () => {
    const { moved } = scoreChangesBetween(
      notebook(evaluation("0.5000", "0.7039")),
      notebook(evaluation("0.7500", "0.7039")),
    );
    const told = { what: "accuracy on d.test", sort: "score", then: 0.5, now: 0.75 } as const;
    assert.equal(moved.length, 1);
    assert.deepEqual(withoutReportedLines(moved, [told]), []);
    assert.equal(withoutReportedLines(moved, [{ ...told, now: 0.625 }]).length, 1);
    assert.equal(withoutReportedLines(moved, [{ ...told, what: "f1 on d.test" }]).length, 1);
  });
});
