/**
 * Target scores that no loss can use, that are not numbers or that are all equal: reported with their row before
 * training.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";

const parts = ["train", "train", "train", "validation"];

describe("invalid or extreme regression scores", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(() => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "base"), ["the", "room", "was", "good", "bad"]);
  });
  after(() => book.close());

  const training = (name: string): string =>
    `data ${name} { source: csv("${name}.csv"), columns: { text: body, score: stars }, split: by_column(part) }
model of_${name} { base: "base", task: regression }
train of_${name} on ${name} { steps: 4, batch_size: 2, optimizer: adamw(learning_rate: 1e-3) }`;
  const file = (name: string, scores: readonly string[]) =>
    writeFileSync(
      join(book.folder, `${name}.csv`),
      ["body,stars,part", ...scores.map((score, i) => `the room ${i},${score},${parts[i % 4]}`)].join("\n"),
    );
  interface Told {
    readonly code: string;
    readonly data: Readonly<Record<string, unknown>>;
  }
  for (const [name, scores, code, row] of [
    ["large", ["1", "2", "1e30", "3"], "score-too-large", 3],
    ["below", ["1", "-1e30", "2", "3"], "score-too-large", 2],
    ["tested", ["1", "4", "2", "1e30"], "score-too-large", 4],
    ["trained_alike", ["5", "5", "5", "1"], "constant-score", null],
    ["alike", ["5", "5.0", "05", "5"], "constant-score", null],
    ["not_a_number", ["1", "NaN", "2", "3"], "not-a-number", 2],
    ["endless", ["1", "Infinity", "2", "3"], "not-a-number", 2],
    ["beyond", ["1", "2", "-1e400", "3"], "not-a-number", 3],
    ["comma", ["1", '"2,5"', "2", "3"], "not-a-number", 2],
    ["worded", ["1", "good", "2", "3"], "not-a-number", 2],
  ] as const)
    it(`are rejected, ${name.replaceAll("_", " ")}: ${scores.join(", ")}`, async () => {
      file(name, scores);
      const error = (await book.run(training(name)).catch((e: unknown) => e)) as {
        readonly diagnostics: readonly Told[];
      };
      const [told] = error.diagnostics;
      assert.equal(told!.code, code);
      if (row !== null) assert.equal(told!.data["row"], row);
      assert.deepEqual(existsSync(book.runs) ? readdirSync(book.runs) : [], []);
    });
  for (const [name, scores] of [
    ["seconds", [0, 1, 2, 3, 4, 5, 6, 7].map((n) => String(1_767_225_600 + n))],
    ["tiny", [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${n}e-20`)],
  ] as const)
    it(`cause a warning and finite losses, ${name}`, async () => {
      file(name, scores);
      await book.run(training(name));
      assert.ok(
        book.warnings.some(({ code, data }) => code === "scores-too-close" && "data" in data && data.data === name),
      );
      const { history } = book.values.get(`of_${name}`) as ModelHandle;
      assert.equal(history.length, 4);
      assert.ok(history.every(({ loss }) => Number.isFinite(loss)));
    });
  it("train up to the limit, 1e15", async () => {
    const scores = ["1e15", "-1e15", "3", "1e15", "5", "-1e15", "7", "-1e15"];
    file("largest", scores);
    await book.run(training("largest"));
    const { history, validations } = book.values.get("of_largest") as ModelHandle;
    assert.ok([...history, ...validations].every(({ loss }) => Number.isFinite(loss)));
  });
});
