import assert from "node:assert/strict";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";
import { lettersForComparison, textLikeness } from "#stdlib/text/near-duplicates/shingles.js";
import { MinHashSignatures } from "#stdlib/text/near-duplicates/signatures.js";

describe("text signatures", () => {
  it("estimate similarity without bias, at any similarity", () => {
    const generator = seededRandom(5);
    const words = Array.from({ length: 300 }, () =>
      Array.from({ length: 3 + drawBelow(generator, 6) }, () =>
        String.fromCharCode(97 + drawBelow(generator, 26)),
      ).join(""),
    );
    const off: number[] = [];
    for (let pair = 0; pair < 60; pair++) {
      const first = Array.from({ length: 40 }, () => words[drawBelow(generator, words.length)]!);
      // From all words changed to no word changed.
      const second = first.map((word) =>
        drawBelow(generator, 60) < pair ? word : words[drawBelow(generator, words.length)]!,
      );
      const a = lettersForComparison(first.join(" "));
      const b = lettersForComparison(second.join(" "));
      const both = new MinHashSignatures(2);
      both.push(a);
      both.push(b);
      off.push(both.estimate(0, both, 1) - textLikeness(a, b));
    }
    const mean = off.reduce((sum, one) => sum + one, 0) / off.length;
    const most = Math.max(...off.map(Math.abs));
    assert.ok(Math.abs(mean) < 0.02, `off by ${mean.toFixed(3)} in the mean`);
    assert.ok(most < 0.2, `off by up to ${most.toFixed(3)}`);
  });
});
