/** The training time that a plan expects, based on earlier trainings on a machine of known speed. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { estimateDuration } from "#dsl/compiler/plan/duration.js";
import type { TrainingTime } from "#dsl/language/types/facts.js";

const took = (flops: number, steps: number, seconds: number): TrainingTime => ({
  flops: flops * steps,
  steps,
  seconds,
});
/**
 * Sizes of a tiny BERT's training and of the quickstart's LoRA and full training; the seconds are from bench/LOG.md.
 */
const tiny = took(1.6e6, 9, 0.06);
const lora = took(7.1e9, 57, 5.3);
const full = took(1.7e10, 57, 9.4);
const product = 187.5e9;

describe("estimated training time", () => {
  it("is unknown before any measurement", () => {
    assert.equal(estimateDuration({ flops: 1e12, steps: 10 }, { took: [], product }), null);
    assert.equal(estimateDuration({ flops: 1e12, steps: 10 }, { took: [took(0, 1, 1)], product }), null);
  });
  it("matches the measured time of the same training", () => {
    for (const one of [tiny, lora, full]) {
      const { seconds, between } = estimateDuration(one, { took: [one], product })!;
      assert.ok(Math.abs(seconds / one.seconds - 1) < 0.15, `${seconds}, took ${one.seconds}`);
      assert.ok(between[0] <= one.seconds && one.seconds <= between[1], between.join(" – "));
    }
  });
  it("is not extrapolated by FLOP/s from a model 10,000 times smaller", () => {
    // By FLOP/s alone, 57 steps would take over 40 minutes.
    assert.ok(full.flops / (tiny.flops / tiny.seconds) > 2000);
    const { seconds, between } = estimateDuration(full, { took: [tiny], product })!;
    assert.ok(seconds < 3 * full.seconds && seconds > full.seconds / 3, String(seconds));
    assert.ok(between[0] <= full.seconds && full.seconds <= between[1], between.join(" – "));
  });
  it("follows from two measurements with other lengths, models and techniques", () => {
    for (const [known, unknown] of [
      [[tiny, full], lora],
      [[tiny, lora], full],
    ] as const)
      for (const peak of [product, null]) {
        const { seconds, between } = estimateDuration(unknown, { took: known, product: peak })!;
        assert.ok(Math.abs(Math.log(seconds / unknown.seconds)) < Math.log(1.6), `${seconds}: ${unknown.seconds}`);
        assert.ok(between[0] <= unknown.seconds && unknown.seconds <= between[1], between.join(" – "));
      }
    const longer = estimateDuration(
      { flops: 10 * full.flops, steps: 10 * full.steps },
      { took: [tiny, full], product },
    )!;
    assert.ok(Math.abs(longer.seconds / (10 * full.seconds) - 1) < 0.1, String(longer.seconds));
  });
  it("keeps a narrow interval despite noisy trainings of one step", () => {
    const short = [0.41, 0.17, 0.15, 0.41, 0.15].map((seconds, i) => took(2e6 * (i + 1), 1, seconds));
    const { between } = estimateDuration(
      { flops: 5 * lora.flops, steps: 5 * lora.steps },
      { took: [...short, lora], product },
    )!;
    assert.ok(between[0] < 5 * lora.seconds && 5 * lora.seconds < between[1], between.join(" – "));
    assert.ok(between[1] / between[0] < 3, between.join(" – "));
  });
  it("roughly covers the real time if steps have a fixed cost and a cost per FLOP", () => {
    const effort = fc.double({ min: 1e6, max: 1e13, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.02, noNaN: true }),
        fc.double({ min: 0.4, max: 0.9, noNaN: true }),
        fc.array(effort, { minLength: 1, maxLength: 12 }),
        effort,
        (own, reached, known, asked) => {
          const at = (flops: number): number => own + flops / (reached * product);
          const told = estimateDuration(
            { flops: 100 * asked, steps: 100 },
            { took: known.map((flops) => took(flops, 50, 50 * at(flops))), product },
          )!;
          const [least, most] = told.between;
          assert.ok(least <= told.seconds && told.seconds <= most);
          const real = 100 * at(asked);
          assert.ok(real > least * 0.6 && real < most * 1.7, `${real} s, told ${least} – ${most}`);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
