/** Numbers in a column: the same number of decimals for all of them, in every table. */
import assert from "node:assert/strict";
import { tableView } from "#kernel/display/table.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { commonNumberFormat } from "#kernel/display/column.js";

const plain = ({ bundle }: DisplayOutput): string => String(bundle["text/plain"]);
/** Returns the cells of the single column, without its head and rule. */
const column = (values: readonly unknown[]): readonly string[] =>
  plain(
    tableView(
      ["n"],
      values.map((value) => [value]),
    ),
  )
    .split("\n")
    .slice(2)
    .map((line) => line.trim());

describe("column of numbers", () => {
  it("formats numbers above a hundred thousand", () => {
    assert.deepEqual([150000.25, 223456.5, 7].map(commonNumberFormat([150000.25, 223456.5, 7])), [
      "150000",
      "223457",
      "7",
    ]);
    assert.equal(commonNumberFormat([123456.5])(123456.5), "123457");
  });
  it("uses the same number of decimals", () => {
    assert.deepEqual(column([0.5, 0.25, 12]), ["0.50", "0.25", "12.00"]);
    assert.deepEqual(column([0.7, 0.0018112]), ["0.70000", "0.00181"]);
    assert.deepEqual(column([-1.5, null, 2]), ["-1.5", "", "2.0"]);
  });
  it("formats integers without decimals", () => {
    assert.deepEqual(column([1, 20_000, 3]), ["1", "20000", "3"]);
  });
  it("formats very different rates as powers of ten", () => {
    assert.deepEqual(column([0.004823, 0.00002929]), ["4.823e-3", "2.929e-5"]);
  });
  it("shows a small number next to a large one", () => {
    assert.deepEqual(column([12_345.678, 1e-7]), ["12346", "1e-7"]);
    assert.deepEqual(column([0.123456, 20_000]), ["0.12", "20000.00"]);
  });
  it("restores trailing zeros of percentages", () => {
    assert.deepEqual(column(["99.1 %", "51 %", "< 0.1 %"]), ["99.1 %", "51.0 %", "< 0.1 %"]);
  });
  it("is right-aligned with tabular digits", () => {
    const html = String(tableView(["n"], [[0.5], [12]]).bundle["text/html"]);
    assert.equal(html.split("text-align:right").length, 4);
    assert.equal(html.split("font-variant-numeric:tabular-nums").length, 4);
  });
});
