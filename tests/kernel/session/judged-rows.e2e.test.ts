/**
 * Selection of the rows to judge: all, or a sample at equal distances. Streamed rows give the same selection as rows in
 * memory.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labelIssuesView } from "#kernel/display/data/label-issues.js";
import { prepareFetchedRows } from "#kernel/data/sources/prepare.js";
import { rowsToJudgeIn, rowCountOf } from "#kernel/evaluation/judged-rows.js";

describe("rows for the label audit", () => {
  let folder: string;
  const cache = process.env["TUNEBOOK_CACHE"];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-judged-"));
    process.env["TUNEBOOK_CACHE"] = join(folder, "cache");
    const rows = Array.from(
      { length: 1000 },
      (_, i) => `text ${String(i)},pair ${String(i)},${i < 500 ? "a" : "b"},${i % 4 ? "train" : "test"}`,
    );
    writeFileSync(join(folder, "rows.csv"), ["body,second,label,part", ...rows].join("\n"));
  });
  after(() => {
    if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = cache;
    rmSync(folder, { recursive: true, force: true });
  });
  const prepared = (stream: boolean) =>
    prepareFetchedRows(
      {
        name: "d",
        folder: ".",
        labels: null,
        sample: null,
        seed: 0,
        clean: [],
        source: { kind: "source", word: "csv", arguments: { path: "rows.csv", stream } },
        columns: { text: "body", text_pair: "second", label: "label" },
        split: { kind: "split", word: "by_column", arguments: { column: "part" } },
      },
      { folder, live: () => undefined },
    );

  it("are all, or an even sample over splits and rows, streamed or in memory", async () => {
    const [flow, held] = [await prepared(true), await prepared(false)];
    for (const most of [5000, 100]) {
      const rows = rowsToJudgeIn(flow, null, "label", most);
      assert.deepEqual(rows, rowsToJudgeIn(held, null, "label", most));
      assert.equal(rows.length, Math.min(most, 1000));
      assert.equal(rows.filter(({ split }) => split === "test").length, rows.length / 4);
      assert.ok(Math.abs(rows.filter(({ value }) => value === "a").length - rows.length / 2) <= 1);
      for (const { split, index: at, row, text } of rows) {
        assert.equal(text, `text ${String(Number(row) - 1)} pair ${String(Number(row) - 1)}`);
        const [own] = flow.streamed![split]!.values("text", at, at + 1);
        assert.equal(own, `text ${String(Number(row) - 1)}`);
      }
    }
    assert.deepEqual(rowsToJudgeIn(flow, "test", "label", 10), rowsToJudgeIn(held, "test", "label", 10));
    assert.equal(rowCountOf(flow, "test"), 250);
  });
  it("are reported as a sample if they are one", () => {
    const text = (all: number) =>
      String(labelIssuesView([], { data: "d", rows: 50_000, all, accuracy: 0.8, share: 0 }).bundle["text/plain"]);
    assert.match(text(200_000), /50,000 of 200,000 rows, at equal distances/);
    assert.doesNotMatch(text(50_000), /distances/);
  });
});
