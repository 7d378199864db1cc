/** Exposure compared with that over the complete space, row by row, and the exposure that chance alone gives. */
import assert from "node:assert/strict";
import {
  chanceExposureInterval,
  exposureOf,
  meanExposureInterval,
  meanExposure,
  expectedExposureByChance,
} from "#stdlib/attacks/shared/exposure.js";
import { canarySpaceBits, drawCanaries, type CanaryTemplate } from "#stdlib/attacks/shared/canary-rows.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";

/** Random losses, as a model may have for all four-digit numbers. */
function losses(): Float64Array {
  const random = seededRandom(3);
  return Float64Array.from({ length: 10_000 }, () => drawBelow(random, 2 ** 30) / 2 ** 30);
}

describe("exposure", () => {
  it("equals log2 of the size minus log2 of the rank over the full space", () => {
    const space = losses();
    for (const secret of [17, 4711, 9999]) {
      const rank = 1 + [...space].sort((a, b) => a - b).indexOf(space[secret]!);
      const rest = space.filter((_, i) => i !== secret);
      assert.ok(Math.abs(exposureOf(space[secret]!, rest) - (Math.log2(10_000) - Math.log2(rank))) < 1e-12);
    }
  });

  it("is approximated by a sample of the space, within the sample's range", () => {
    const space = losses();
    const some = Array.from({ length: 1000 }, (_, i) => space[10 * i]!);
    for (const secret of [1, 123, 5551, 8762]) {
      const whole = exposureOf(
        space[secret]!,
        space.filter((_, i) => i !== secret),
      );
      if (whole > 7) continue;
      assert.ok(Math.abs(exposureOf(space[secret]!, some) - whole) < 0.5, `${String(secret)}: ${String(whole)}`);
    }
    assert.equal(exposureOf(-1, some), Math.log2(1001), "one that no other is as likely as");
    assert.equal(exposureOf(2, some), 0, "the least likely of all");
    assert.equal(exposureOf(NaN, some), 0, "no number");
    assert.equal(exposureOf(1, [1, 1, 1]), Math.log2(4) - Math.log2(2.5), "those of one loss share their places");
  });

  it("lies within the chance interval for 95 % of unknown canaries", () => {
    const { low, high } = chanceExposureInterval(10, 200);
    const random = seededRandom(5);
    const means = Array.from({ length: 1000 }, () => {
      const unseen = Array.from({ length: 200 }, () => drawBelow(random, 2 ** 30));
      return meanExposure(Array.from({ length: 10 }, () => exposureOf(drawBelow(random, 2 ** 30), unseen)));
    });
    const within = means.filter((mean) => mean >= low && mean <= high).length;
    assert.ok(within > 925 && within < 975, String(within));
    assert.ok(Math.abs(meanExposure(means) - 1 / Math.LN2) < 0.05, String(meanExposure(means)));
    // A canary is ranked only among the unplanted candidates, so the mean does not depend on how many are planted.
    const dense = chanceExposureInterval(300, 20);
    const middle = (dense.low + dense.high) / 2;
    const exact = meanExposure(Array.from({ length: 21 }, (_, i) => Math.log2(21) - Math.log2(i + 1)));
    assert.ok(Math.abs(middle - exact) < 0.1, `${String(middle)}, ${String(exact)}`);
    // More canaries give a narrower interval.
    const many = chanceExposureInterval(100, 200);
    assert.ok(many.high - many.low < (high - low) / 2.5);
  });

  it("averages to the expected exposure for an unknown canary", () => {
    const random = seededRandom(5);
    const uniform = (): number => drawBelow(random, 2 ** 30);
    const seen = Array.from({ length: 4000 }, () => exposureOf(uniform(), Array.from({ length: 50 }, uniform)));
    const mean = meanExposure(seen);
    assert.ok(
      Math.abs(mean - expectedExposureByChance(50)) < 0.12,
      `${String(mean)} and ${String(expectedExposureByChance(50))}`,
    );
    assert.ok(expectedExposureByChance(50) < 1.38 && Math.abs(expectedExposureByChance(1e5) - 1 / Math.LN2) < 1e-3);
  });

  it("has a confidence interval of its mean, except for a single canary", () => {
    assert.equal(meanExposureInterval([3]), null);
    const { low, high } = meanExposureInterval([1, 2, 3, 4, 5, 6, 7, 8])!;
    assert.ok(low > 2.5 && low < 3.6 && high > 5.4 && high < 6.5, `${String(low)} … ${String(high)}`);
  });
});

describe("canaries", () => {
  const labelled: CanaryTemplate = { form: "labelled", roles: ["text", "label"], labels: ["a", "b", "c"] };
  const of = (space: CanaryTemplate, seed: number, count: number, which: "planted" | "unseen" = "planted") =>
    drawCanaries(space, { seed, count, which });

  it("follow the seed, differ from unseen canaries, and are a prefix of larger sets", () => {
    assert.deepEqual(of(labelled, 1, 5), of(labelled, 1, 9).slice(0, 5));
    assert.notDeepEqual(of(labelled, 1, 5), of(labelled, 2, 5));
    const planted = new Set(of(labelled, 1, 50).map(({ text }) => text));
    assert.equal(planted.size, 50);
    assert.ok(of(labelled, 1, 1000, "unseen").every(({ text }) => !planted.has(text)));
  });

  it("have a meaningless text and any label for classification, and two texts for pairs", () => {
    const all = of(labelled, 4, 3000);
    for (const label of labelled.labels) {
      const share = all.filter((one) => one["label"] === label).length / all.length;
      assert.ok(Math.abs(share - 1 / 3) < 0.04, `${label}: ${String(share)}`);
    }
    assert.match(all[0]!["text"]!, /^([a-z]+ ){11}[a-z]+$/);
    assert.equal(canarySpaceBits(labelled), 12 * 7);
    const pairs: CanaryTemplate = { ...labelled, roles: ["text", "text_pair", "label"] };
    const [pair] = of(pairs, 4, 1);
    assert.notEqual(pair!["text"], pair!["text_pair"]);
    assert.equal(canarySpaceBits(pairs), 24 * 7);
  });

  it("have nine digits in the roles of the rows for generated text", () => {
    const [text] = of({ form: "written", roles: ["text"], labels: [] }, 1, 1);
    assert.match(text!["text"]!, /^The random number is (\d ){8}\d$/);
    const [chat] = of({ form: "written", roles: ["messages"], labels: [] }, 1, 1);
    assert.deepEqual(JSON.parse(chat!["messages"]!), [
      { role: "user", content: "What is the random number?" },
      { role: "assistant", content: text!["text"] },
    ]);
    assert.deepEqual(Object.keys(of({ form: "written", roles: ["input", "target"], labels: [] }, 1, 1)[0]!), [
      "input",
      "target",
    ]);
  });
});
