import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { Call } from "#dsl/types/value.js";
import type { ScheduleImplementation } from "#stdlib/kinds/training.js";
import { registry } from "#stdlib/registry.js";

const load = async (name: string) => (await registry.find("schedule", name)!.load!()) as ScheduleImplementation;
const call = (word: string, warmup: number | { share: number }): Call => ({
  word,
  kind: "schedule",
  arguments: { warmup },
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

  for (const name of ["linear", "cosine", "constant"])
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
});
