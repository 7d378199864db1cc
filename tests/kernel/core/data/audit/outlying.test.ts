/** Scores that make the variance: found with their rows, and not found in data that are merely skewed or few. */
import assert from "node:assert/strict";
import { Outlying } from "#kernel/core/data/audit/outlying.js";

const found = (scores: readonly number[]) => {
  const outlying = new Outlying();
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
  it("are named with their rows, and the other scores with their range", () => {
    const { rows, share, of, least, greatest, doubtful } = found([...amounts, 99999, 12])!;
    assert.deepEqual(rows, [{ row: 559, score: 99999 }]);
    assert.deepEqual([of, least, greatest, doubtful], [560, 12, 119, undefined]);
    assert.ok(share > 0.99 && share < 1);
  });
  it("are told with others at the ends that may be impossible: the only ones below 0, or apart from the rest", () => {
    for (const doubt of [-4, 300]) {
      const { rows, least, greatest, doubtful } = found([...amounts, 99999, doubt])!;
      assert.deepEqual(rows, [{ row: 559, score: 99999 }]);
      assert.deepEqual([least, greatest, doubtful], [20, 119, [{ row: 560, score: doubt }]]);
    }
    const both = [...amounts.map((amount) => amount - 70), 99999];
    assert.equal(found(both)?.doubtful, undefined);
  });
  it("are found where a sentinel stands in 3 of 100 rows", () =>
    assert.equal(found([...amounts.slice(0, 97), 99999, 99999, 99999])?.rows.length, 3));
  it("are found though there are several, on either side", () =>
    assert.deepEqual(
      found([99999, ...amounts, 99999, -99999, 99999])!
        .rows.map(({ row }) => row)
        .toSorted((a, b) => Number(a) - Number(b)),
      [1, 560, 561, 562],
    ));
  it("are none where scores are skewed, even, few, or the same but for some", () => {
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
