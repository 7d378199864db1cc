/**
 * Scores that dominate the variance are found with their rows; data that are merely skewed or few have no such
 * findings.
 */
import assert from "node:assert/strict";
import { ExtremeScoreCollector } from "#kernel/data/audit/outliers.js";

const found = (scores: readonly number[]) => {
  const outlying = new ExtremeScoreCollector();
  scores.forEach((score, i) => outlying.add(score, () => i + 1));
  return outlying.found();
};
const amounts = Array.from({ length: 558 }, (_, i) => 20 + ((i * 37) % 100));
const normalish = (n: number) =>
  Array.from({ length: n }, (_, i) => {
    const at = (i + 0.5) / n;
    return Math.log(at / (1 - at));
  });

describe("outlying scores", () => {
  it("are listed with their rows, next to the range of the other scores", () => {
    const { rows, share, of, least, greatest, doubtful } = found([...amounts, 99999, 12])!;
    assert.deepEqual(rows, [{ row: 559, score: 99999 }]);
    assert.deepEqual([of, least, greatest, doubtful], [560, 12, 119, undefined]);
    assert.ok(share > 0.99 && share < 1);
  });
  it("include doubtful extremes: the only score below 0, or one far from the rest", () => {
    for (const doubt of [-4, 300]) {
      const { rows, least, greatest, doubtful } = found([...amounts, 99999, doubt])!;
      assert.deepEqual(rows, [{ row: 559, score: 99999 }]);
      assert.deepEqual([least, greatest, doubtful], [20, 119, [{ row: 560, score: doubt }]]);
    }
    const both = [...amounts.map((amount) => amount - 70), 99999];
    assert.equal(found(both)?.doubtful, undefined);
  });
  it("are found if a sentinel occurs in 3 of 100 rows", () =>
    assert.equal(found([...amounts.slice(0, 97), 99999, 99999, 99999])?.rows.length, 3));
  it("are found for sentinels of missing scores, however small their share of the variance", () => {
    const ratings = Array.from({ length: 97 }, (_, i) => 1 + (i % 5));
    for (const [others, sentinel, least, greatest] of [
      [ratings, -1, 1, 5],
      [amounts.map((amount) => amount + 30), -1, 50, 149],
      [amounts, 999, 20, 119],
    ] as const)
      for (const count of [1, 3, 18]) {
        const { rows, ...told } = found([...others, ...Array<number>(count).fill(sentinel)])!;
        assert.equal(told.count ?? rows.length, count);
        assert.deepEqual([rows[0]?.row, rows[0]?.score], [others.length + 1, sentinel]);
        assert.deepEqual([told.least, told.greatest], [least, greatest]);
      }
    const sentiments = Array.from({ length: 90 }, (_, i) => (i % 9 === 0 ? -1 : i % 2));
    for (const scores of [sentiments, [...normalish(200), -9], Array.from({ length: 100 }, (_, i) => 900 + i)])
      assert.equal(found(scores), null);
  });
  it("are found for several outliers on both sides", () =>
    assert.deepEqual(
      found([99999, ...amounts, 99999, -99999, 99999])!
        .rows.map(({ row }) => row)
        .toSorted((a, b) => Number(a) - Number(b)),
      [1, 560, 561, 562],
    ));
  it("are empty for skewed, uniform, few or nearly constant scores", () => {
    for (const scores of [
      amounts,
      [...amounts, -4],
      normalish(1000),
      normalish(400).map((x) => Math.exp(0.4 * x)),
      [1, 2, 3, 99999],
      [...Array.from({ length: 200 }, () => 0), 5],
    ])
      assert.equal(found(scores), null);
  });
});
