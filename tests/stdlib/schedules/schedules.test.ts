import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { Call } from "#dsl/types/value.js";
import type { ScheduleImplementation } from "#stdlib/kinds/training.js";
import { registry } from "#stdlib/registry.js";

const load = async (name: string) => (await registry.find("schedule", name)!.load!()) as ScheduleImplementation;
const call = (word: string, warmup: number | { share: number }, more: Call["arguments"] = {}): Call => ({
  word,
  kind: "schedule",
  arguments: { warmup, ...more },
});

describe("schedules", () => {
  it("linear gives the rates the PyTorch peer used", async () => {
    const golden = JSON.parse(
      readFileSync(new URL("../../../../tests/golden/oracle/minilm.json", import.meta.url), "utf8"),
    ) as {
      full: { rates: number[]; learning_rate: number };
    };
    const linear = await load("linear");
    const { rates } = golden.full;
    rates.forEach((rate, i) => {
      const ours = 1e-4 * linear.factor(call("linear", { share: 0.06 }), i + 1, rates.length);
      assert.ok(Math.abs(ours - rate) <= 1e-6 * rate, `step ${i + 1}: ${ours} and ${rate}`);
    });
  });

  for (const name of ["linear", "cosine", "cosine_with_min_lr", "constant"])
    it(`${name} rises over the warm-up, stays within 0 and 1 and never moves at the first step from zero`, async () => {
      const schedule = await load(name);
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 0.9, noNaN: true }), (total, share) => {
          const factors = Array.from({ length: total }, (_, i) => schedule.factor(call(name, { share }), i + 1, total));
          assert.ok(factors.every((f) => f >= 0 && f <= 1));
          assert.ok(factors[0]! > 0);
          const peak = factors.indexOf(Math.max(...factors));
          assert.ok(factors.slice(peak).every((f, i, rest) => i === 0 || f <= rest[i - 1]! + 1e-12));
        }),
      );
    });

  it("a warm-up of so many steps reaches the full rate at its last step", async () => {
    const constant = await load("constant");
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((s) => constant.factor(call("constant", 4), s, 10)),
      [0.25, 0.5, 0.75, 1, 1],
    );
  });

  /** transformers' factors by its published formulas; its step 0 is our first. */
  const published = {
    constant: (step: number, warmup: number) => (step < warmup ? step / Math.max(1, warmup) : 1),
    cosine_with_min_lr: (step: number, warmup: number, total: number, least: number) => {
      if (step < warmup) return step / Math.max(1, warmup);
      const progress = (step - warmup) / Math.max(1, total - warmup);
      const fallen = 0.5 * (1 + Math.cos(Math.PI * 0.5 * 2 * progress));
      return Math.max(0, fallen * (1 - least) + least);
    },
  };
  it("cosine_with_min_lr and a constant rate after a warm-up are transformers' own, which begins its warm-up a step earlier, at zero", async () => {
    const [floored, constant] = [await load("cosine_with_min_lr"), await load("constant")];
    for (const [total, warmup, least] of [
      [100, 10, 0.1],
      [37, 0, 0.25],
      [12, 5, 0],
      [8, 2, 1],
    ] as const)
      for (let step = 1; step <= total; step++) {
        // In the warm-up ours is at the end of a step, theirs at its beginning.
        const theirs = step <= warmup ? step : step - 1;
        const ours = floored.factor(call("cosine_with_min_lr", warmup, { min_lr_rate: { share: least } }), step, total);
        const wanted = published.cosine_with_min_lr(theirs, warmup, total, least);
        assert.ok(Math.abs(ours - wanted) < 1e-12, `step ${step} of ${total}: ${ours} and ${wanted}`);
        assert.equal(constant.factor(call("constant", warmup), step, total), published.constant(theirs, warmup));
      }
  });
  it("cosine_with_min_lr without a floor is cosine, and ends at its floor", async () => {
    const [floored, cosine] = [await load("cosine_with_min_lr"), await load("cosine")];
    for (let step = 1; step <= 40; step++)
      assert.equal(
        floored.factor(call("cosine_with_min_lr", 4, { min_lr_rate: { share: 0 } }), step, 40),
        cosine.factor(call("cosine", 4), step, 40),
      );
    const last = floored.factor(call("cosine_with_min_lr", 0, { min_lr_rate: { share: 0.3 } }), 10_000, 10_000);
    assert.ok(last >= 0.3 && last < 0.3 + 1e-6);
  });
});
