/**
 * Distances of lists, by bits and near the diagonal: they equal those of plain tables, and long lists take little time
 * and memory.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance } from "#stdlib/metrics/shared/edit-distance.js";
import { longestCommonSubsequenceLength } from "#stdlib/metrics/shared/longest-common.js";
import { nearDiagonalDistance } from "#stdlib/metrics/shared/near-diagonal.js";
import { editCountWithShifts } from "#stdlib/metrics/shared/shifts.js";

type Words = readonly string[];
function byTable(
  a: Words,
  b: Words,
  first: (j: number) => number,
  cell: (up: number, left: number, beside: number, same: boolean) => number,
): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => first(j));
  a.forEach((unit, i) => {
    const row = [first(i + 1)];
    b.forEach((other, j) => row.push(cell(above[j + 1]!, row[j]!, above[j]!, unit === other)));
    above = row;
  });
  return above[b.length]!;
}
const common = (a: Words, b: Words): number =>
  byTable(
    a,
    b,
    () => 0,
    (up, left, beside, same) => (same ? beside + 1 : Math.max(up, left)),
  );
const distance = (a: Words, b: Words): number =>
  byTable(
    a,
    b,
    (j) => j,
    (up, left, beside, same) => Math.min(up + 1, left + 1, beside + (same ? 0 : 1)),
  );

const list = fc.array(fc.constantFrom(..."abcdefgh"), { maxLength: 110 });
const many = (count: number, kinds: number): Words =>
  Array.from({ length: count }, (_, i) => `w${String((Math.imul(i + 1, 0x9e3779b1) >>> 0) % kinds)}`);

describe("list distances", function () {
  this.timeout(60_000);
  it("equal those of a full table", () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        assert.equal(longestCommonSubsequenceLength(a, b), common(a, b));
        assert.equal(editDistance(a, b), distance(a, b));
      }),
      { numRuns: 300 },
    );
  });
  it("near the diagonal equal a recomputation if the list changes in one place", () => {
    const place = fc.nat({ max: 60 });
    fc.assert(
      fc.property(list, list, list, place, place, (written, target, instead, from, length) => {
        const end = Math.min(written.length, from + length);
        const first = Math.min(from, end);
        const other = written.map((word, i) => (i >= first && i < end ? (instead[i] ?? word) : word));
        assert.equal(
          nearDiagonalDistance(written, target).costOf(other, first, end),
          nearDiagonalDistance(other, target).cost,
        );
      }),
      { numRuns: 300 },
    );
  });
  it("take little time and memory for long lists", () => {
    const [a, b] = [many(20_000, 5003), many(20_000, 4999)];
    const before = process.memoryUsage().rss;
    assert.ok(longestCommonSubsequenceLength(a, b) > 0 && editDistance(a, b) > 0);
    assert.ok(process.memoryUsage().rss - before < 400e6);
    const text = many(3000, 211);
    assert.ok(editCountWithShifts(text, [...text.slice(40, 80), ...text.slice(0, 40), ...text.slice(80)]) < 100);
  });
});
