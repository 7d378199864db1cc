/** Every step's rate, compared with transformers 5 (tests/oracles/schedules.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import type { Call } from "#dsl/language/types/value.js";
import type { ScheduleImplementation } from "#stdlib/optimizers/kind.js";
import { registry } from "#stdlib/registry.js";

const names = ["linear", "cosine", "cosine_with_min_lr", "constant"] as const;
type Name = (typeof names)[number];
interface Golden {
  readonly min_lr_rate: number;
  readonly cases: readonly {
    readonly total: number;
    /** Below 1: a share of the steps. */
    readonly warmup: number;
    /** Steps of the warm-up. */
    readonly steps: number;
    readonly rates: Readonly<Record<Name, readonly number[]>>;
  }[];
}
const load = async (name: string) => (await registry.find("schedule", name)!.load!()) as ScheduleImplementation;
const call = (word: string, warmup: number | { share: number }, more: Call["arguments"] = {}): Call => ({
  word,
  kind: "schedule",
  arguments: { warmup, ...more },
});

describe("learning rate schedules", () => {
  const file = new URL("../../../../tests/golden/oracle/schedules.json.gz", import.meta.url);
  const { cases, min_lr_rate } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Golden;

  for (const name of names) {
    it(`${name}: match transformers' rate at each step`, async () => {
      const schedule = await load(name);
      assert.ok(cases.length >= 200);
      const more = name === "cosine_with_min_lr" ? { min_lr_rate: { share: min_lr_rate } } : {};
      for (const { total, warmup, rates } of cases) {
        const asked = call(name, warmup > 0 && warmup < 1 ? { share: warmup } : warmup, more);
        rates[name].forEach((rate, i) => {
          const ours = schedule.factor(asked, i + 1, total);
          const where = `step ${String(i + 1)} of ${String(total)}, warm-up ${String(warmup)}`;
          assert.ok(Math.abs(ours - rate) < 1e-12, `${where}: ${String(ours)}, transformers ${String(rate)}`);
        });
      }
    });
    it(`${name}: reach the full rate after warm-up, and never rise afterwards`, async () => {
      const schedule = await load(name);
      fc.assert(
        fc.property(fc.integer({ min: 2, max: 500 }), fc.double({ min: 0, max: 0.9, noNaN: true }), (total, share) => {
          const factors = Array.from({ length: total }, (_, i) => schedule.factor(call(name, { share }), i + 1, total));
          const peak = Math.ceil(total * share);
          if (peak < total) assert.equal(factors[peak], 1);
          assert.ok(factors.every((f, i) => f >= 0 && f <= 1 && (i <= peak || f <= factors[i - 1]! + 1e-12)));
        }),
      );
    });
  }
});
