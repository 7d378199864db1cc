/** Rows that differ between two runs: added, removed and changed ones, with the changes. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "arquero";
import {
  readRowMarks,
  rowMarksOf,
  ROW_MARKS_FILE,
  writeRowMarks,
  type RowMarksBySplit,
} from "#kernel/runs/row-marks.js";
import type { PreparedData } from "#kernel/data/prepared.js";
import { compareRowMarks, rowChangesText } from "#kernel/runs/record/rows-changed.js";

type Row = readonly [text: string, label: string];
const rows: readonly Row[] = Array.from({ length: 12 }, (_, i) => [`text ${String(i)}`, i % 2 === 0 ? "yes" : "no"]);
const splitOf = (all: readonly Row[], from = 1) =>
  table({
    $row: all.map((_, i) => from + i),
    text: all.map(([text]) => text),
    label: all.map(([, label]) => label),
  });
const marks = (splits: Readonly<Record<string, readonly Row[]>>): RowMarksBySplit =>
  rowMarksOf({
    splits: Object.fromEntries(Object.entries(splits).map(([name, all]) => [name, splitOf(all)])),
  } as unknown as PreparedData)!;
const told = (now: readonly Row[]): string =>
  rowChangesText(compareRowMarks(marks({ train: rows }), marks({ train: now }), "train")!);
const replaced = (at: number, row: Row): readonly Row[] => rows.with(at, row);

describe("row comparison of two runs", () => {
  it("names changed rows and their changed columns", () => {
    assert.equal(told(replaced(2, ["text 2", "no"])), "1 row changed: row 3 (label)");
    assert.equal(told(replaced(0, ["another", "yes"])), "1 row changed: row 1 (text)");
    assert.equal(told(replaced(11, ["another", "yes"])), "1 row changed: row 12 (label, text)");
  });
  it("names added and removed rows even if positions shift", () => {
    assert.equal(told([["new", "yes"], ...rows]), "1 row added: row 1");
    assert.equal(told(rows.slice(1)), "1 row removed: row 1");
    assert.equal(told([...rows, ["new", "no"], ["newer", "no"]]), "2 rows added: row 13, row 14");
    const both = [["new", "yes"] as const, ...replaced(5, ["text 5", "maybe"])];
    assert.equal(told(both), "1 row changed, 1 row added: row 6 (label), row 1 added");
    assert.equal(told([...rows, rows[3]!]), "1 row added: row 13");
    assert.equal(
      told(rows.map(([text]) => [text, "maybe"])),
      "12 rows changed: row 1 (label), row 2 (label), row 3 (label), row 4 (label), row 5 (label), …",
    );
  });
  it("recognizes reordered rows and rows moved to another split", () => {
    assert.equal(told(rows.toReversed()), "the same rows in another order");
    const then = marks({ train: rows.slice(0, 8), test: rows.slice(8) });
    const now = marks({ train: rows.slice(0, 6), test: rows.slice(6) });
    assert.match(
      rowChangesText(compareRowMarks(then, now, "train")!),
      /^2 rows removed, 2 of these are in test: row 7, row 8$/,
    );
    assert.match(rowChangesText(compareRowMarks(then, now, "test")!), /^2 rows added, 2 of these were in train: /);
  });
  it("reports moved rows as moved, not changed, after a new random split", () => {
    const drawn = replaced(2, ["text 2", "no"]);
    const then = marks({ train: rows.slice(0, 8), test: rows.slice(8) });
    const now = marks({
      train: [...drawn.slice(0, 7), ...drawn.slice(8, 9)],
      test: [...drawn.slice(9), ...drawn.slice(7, 8)],
    });
    const train = compareRowMarks(then, now, "train")!;
    assert.deepEqual([train.changed, train.added, train.removed], [1, 1, 1]);
    assert.match(rowChangesText(train), /: row 3 \(label\), row 8 /);
    const test = compareRowMarks(then, now, "test")!;
    assert.deepEqual([test.changed, test.added, test.removed], [0, 1, 1]);
  });
  it("is skipped if a split is missing or columns differ", () => {
    assert.equal(compareRowMarks(marks({ train: rows }), marks({ test: rows }), "train"), null);
    const other: RowMarksBySplit = { train: { numbers: [1], roles: { text: [1] } } };
    assert.equal(compareRowMarks(marks({ train: rows }), other, "train"), null);
  });

  describe("row marks in a run folder", () => {
    let folder: string;
    before(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-rows-"))));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const plain = (all: RowMarksBySplit | null) =>
      all &&
      Object.entries(all).map(([split, { numbers, roles }]) => [
        split,
        Array.from(numbers),
        Object.entries(roles).map(([role, hashes]) => [role, Array.from(hashes)]),
      ]);

    it("contain no text and are read back unchanged", async () => {
      const own = marks({ train: rows, test: [["\u00e4", "yes"]] });
      await writeRowMarks(folder, own);
      assert.deepEqual(plain(readRowMarks(folder)), plain(own));
      assert.equal(
        rowChangesText(compareRowMarks(own, readRowMarks(folder)!, "train")!),
        "the same rows in another order",
      );
    });
    it("are ignored if the file is malformed", () => {
      const head = (text: string) => Buffer.concat([Buffer.from(`${text}\n`), Buffer.alloc(16)]);
      for (const bytes of [
        ...[
          Buffer.alloc(0),
          Buffer.alloc(100),
          head("{}"),
          head('{"version":1,"splits":{"train":{"rows":3,"roles":[]}}}'),
        ],
        ...[head('{"version":1,"splits":{"train":{"rows":1e15,"roles":["text"]}}}'), head('{"version":2,"splits":{}}')],
      ]) {
        writeFileSync(join(folder, ROW_MARKS_FILE), bytes);
        assert.equal(readRowMarks(folder), null, bytes.toString());
      }
    });
  });
});
