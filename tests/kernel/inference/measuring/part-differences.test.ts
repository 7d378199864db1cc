/** Differences between parts of scored rows: which parts, by how much, and how far chance explains it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { differenceOfParts, type PartScore } from "#kernel/inference/measuring/part-differences.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";

const part = (name: string, hits: number, of: number): PartScore => ({
  ...{ name, value: hits / of, interval: wilsonInterval(hits, of) },
});

describe("the difference between parts", () => {
  it("is the greatest score less the smallest, between parts that have one", () => {
    const none = { name: "none", value: Number.NaN, interval: null };
    const found = differenceOfParts([part("a", 20, 40), none, part("b", 36, 40), part("c", 30, 40)]);
    assert.deepEqual([found?.greatest, found?.least, found?.parts], ["b", "a", 3]);
    assert.ok(Math.abs(found!.value - 0.4) < 1e-12);
    assert.equal(found?.verdict, "differs");
    assert.equal(differenceOfParts([part("a", 20, 40), none]), null);
  });
  it("is fairlearn's difference between groups", () => {
    const file = new URL("../../../../../tests/golden/oracle/rates.json", import.meta.url);
    const { cases } = JSON.parse(readFileSync(file, "utf8")) as {
      cases: readonly { rates: readonly { parts: readonly number[]; difference: number }[] }[];
    };
    for (const { parts, difference } of cases.flatMap(({ rates }) => rates)) {
      const found = differenceOfParts(parts.map((value, i) => ({ name: String(i), value, interval: null })));
      assert.ok(Math.abs(found!.value - difference) < 1e-12);
    }
  });
  it("of two shares has Newcombe's interval (1998, table II, method 10)", () => {
    const found = differenceOfParts([part("b", 48, 80), part("a", 56, 70)]);
    assert.deepEqual([found?.greatest, found?.least], ["a", "b"]);
    assert.deepEqual([found!.interval!.low.toFixed(4), found!.interval!.high.toFixed(4)], ["0.0524", "0.3339"]);
    assert.equal(differenceOfParts([part("a", 20, 40), part("b", 22, 40)])?.verdict, "no difference shown");
  });
  it("of equal parts names two parts and claims nothing", () => {
    const found = differenceOfParts([part("a", 20, 40), part("b", 20, 40)]);
    assert.deepEqual([found?.greatest, found?.least, found?.value], ["a", "b", 0]);
    assert.equal(found?.verdict, "no difference shown");
  });
  it("has no interval if a part has none, and says which", () => {
    const found = differenceOfParts([part("a", 20, 40), { name: "b", value: 1, interval: null }]);
    assert.deepEqual([found?.interval, found?.verdict, found?.without], [null, null, "b"]);
  });
});

describe("intervals of simulated parts", () => {
  const STUDIES = 2000;
  /** Shares of studies whose interval holds the largest true difference, and that claim a difference; `plain`: of the pair alone. */
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
      const found = differenceOfParts(parts)!;
      const { low, high } = found.interval!;
      // Of two parts the difference has the sign of the pair that was named.
      const signed = parts.length > 2 ? truth : shares[Number(found.greatest)]! - shares[Number(found.least)]!;
      if (low <= signed && signed <= high) held++;
      if (found.verdict === "differs") claimed++;
      const pair = parts.filter(({ name }) => name === found.greatest || name === found.least);
      if (differenceOfParts(pair)!.verdict === "differs") plain++;
    }
    return { held: held / STUDIES, claimed: claimed / STUDIES, plain: plain / STUDIES };
  }
  it("hold the true difference of two parts in 95 % of studies", () => {
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
  it("hold the largest true difference of many parts in 95 % of studies or more, where that of the pair alone would not", () => {
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
