import assert from "node:assert/strict";
import { chance, draw } from "#stdlib/statistics/chance.js";
import { lettersOf, likeness } from "#stdlib/text/near-duplicates/shingles.js";
import { Signatures } from "#stdlib/text/near-duplicates/signatures.js";

describe("signatures of texts", () => {
  it("estimate likeness without leaning to either side, whatever it is", () => {
    const generator = chance(5);
    const words = Array.from({ length: 300 }, () =>
      Array.from({ length: 3 + draw(generator, 6) }, () => String.fromCharCode(97 + draw(generator, 26))).join(""),
    );
    const off: number[] = [];
    for (let pair = 0; pair < 60; pair++) {
      const first = Array.from({ length: 40 }, () => words[draw(generator, words.length)]!);
      // From all words changed to none.
      const second = first.map((word) => (draw(generator, 60) < pair ? word : words[draw(generator, words.length)]!));
      const a = lettersOf(first.join(" "));
      const b = lettersOf(second.join(" "));
      const both = new Signatures(2);
      both.push(a);
      both.push(b);
      off.push(both.estimate(0, both, 1) - likeness(a, b));
    }
    const mean = off.reduce((sum, one) => sum + one, 0) / off.length;
    const most = Math.max(...off.map(Math.abs));
    assert.ok(Math.abs(mean) < 0.02, `off by ${mean.toFixed(3)} in the mean`);
    assert.ok(most < 0.2, `off by up to ${most.toFixed(3)}`);
  });
});
