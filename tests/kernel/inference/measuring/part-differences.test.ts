/** Differences between slices of scored rows: which slices, by how much, and how far chance explains it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { largestScoreDifference, type ScoreOfRowPart } from "#kernel/inference/measuring/part-differences.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";

const part = (name: string, hits: number, of: number): ScoreOfRowPart => ({
  ...{ name, value: hits / of, interval: wilsonInterval(hits, of) },
});

describe("difference between slices", () => {
  it("is the greatest minus the smallest score over slices with a score", () => {
    const none = { name: "none", value: Number.NaN, interval: null };
    const found = largestScoreDifference([part("a", 20, 40), none, part("b", 36, 40), part("c", 30, 40)]);
    assert.deepEqual([found?.greatest, found?.least, found?.parts], ["b", "a", 3]);
    assert.ok(Math.abs(found!.value - 0.4) < 1e-12);
    assert.equal(found?.verdict, "differs");
    assert.equal(largestScoreDifference([part("a", 20, 40), none]), null);
  });
  it("matches fairlearn's difference between groups", () => {
    const file = new URL("../../../../../tests/golden/oracle/rates.json", import.meta.url);
    const { cases } = JSON.parse(readFileSync(file, "utf8")) as {
      cases: readonly { rates: readonly { parts: readonly number[]; difference: number }[] }[];
    };
    for (const { parts, difference } of cases.flatMap(({ rates }) => rates)) {
      const found = largestScoreDifference(parts.map((value, i) => ({ name: String(i), value, interval: null })));
      assert.ok(Math.abs(found!.value - difference) < 1e-12);
    }
  });
  it("has Newcombe's interval for two shares (1998, table II, method 10)", () => {
    const found = largestScoreDifference([part("b", 48, 80), part("a", 56, 70)]);
    assert.deepEqual([found?.greatest, found?.least], ["a", "b"]);
    assert.deepEqual([found!.interval!.low.toFixed(4), found!.interval!.high.toFixed(4)], ["0.0524", "0.3339"]);
    assert.equal(largestScoreDifference([part("a", 20, 40), part("b", 22, 40)])?.verdict, "no difference shown");
  });
  it("names two slices of equal score and claims no difference", () => {
    const found = largestScoreDifference([part("a", 20, 40), part("b", 20, 40)]);
    assert.deepEqual([found?.greatest, found?.least, found?.value], ["a", "b", 0]);
    assert.equal(found?.verdict, "no difference shown");
  });
  it("has no interval if a slice has none, and names that slice", () => {
    const found = largestScoreDifference([part("a", 20, 40), { name: "b", value: 1, interval: null }]);
    assert.deepEqual([found?.interval, found?.verdict, found?.without], [null, null, "b"]);
  });
});

describe("interval of simulated slice differences", () => {
  const STUDIES = 2000;
  /**
   * Returns the shares of studies whose interval contains the largest true difference, and of those that claim a
   * difference; `plain`: for the selected pair alone.
   */
  function simulated(shares: readonly number[], rows: readonly number[], seed: number) {
    const generator = seededRandom(seed);
    let [held, claimed, plain] = [0, 0, 0];
    const truth = Math.max(...shares) - Math.min(...shares);
    for (let study = 0; study < STUDIES; study++) {
      const parts = shares.map((share, i) => {
        let hits = 0;
        for (let row = 0; row < rows[i]!; row++) if (drawBelow(generator, 1000) < 1000 * share) hits++;
        return part(String(i), hits, rows[i]!);
      });
      const found = largestScoreDifference(parts)!;
      const { low, high } = found.interval!;
      // For two slices the difference has the sign of the named pair.
      const signed = parts.length > 2 ? truth : shares[Number(found.greatest)]! - shares[Number(found.least)]!;
      if (low <= signed && signed <= high) held++;
      if (found.verdict === "differs") claimed++;
      const pair = parts.filter(({ name }) => name === found.greatest || name === found.least);
      if (largestScoreDifference(pair)!.verdict === "differs") plain++;
    }
    return { held: held / STUDIES, claimed: claimed / STUDIES, plain: plain / STUDIES };
  }
  it("covers the true difference of two slices in 95 % of studies", () => {
    for (const [shares, rows] of [
      [
        [0.7, 0.7],
        [60, 40],
      ],
      [
        [0.9, 0.75],
        [30, 120],
      ],
      [
        [0.03, 0.1],
        [40, 80],
      ],
    ] as const) {
      const { held } = simulated(shares, rows, 5);
      assert.ok(held > 0.94 && held < 0.985, `${String(shares)}: ${String(held)}`);
    }
  });
  it("covers the largest difference of many slices in 95 % of studies, unlike that of the pair alone", () => {
    for (const [shares, rows] of [
      [
        [0.7, 0.7, 0.7, 0.7, 0.7, 0.7],
        [30, 40, 50, 60, 70, 80],
      ],
      [
        [0.05, 0.05, 0.05, 0.05],
        [25, 25, 60, 200],
      ],
      [
        [0.5, 0.6, 0.7, 0.8],
        [40, 40, 40, 40],
      ],
    ] as const) {
      const { held } = simulated(shares, rows, 7);
      assert.ok(held > 0.95, `${String(shares)}: ${String(held)}`);
    }
    const same = simulated(new Array<number>(6).fill(0.7), new Array<number>(6).fill(50), 9);
    assert.ok(same.claimed <= 0.05, `${String(same.claimed)} of studies claim a difference between equal parts`);
    assert.ok(same.plain > 0.15, `${String(same.plain)} would by the interval of the chosen pair alone`);
  });
});
