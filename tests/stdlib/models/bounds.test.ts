import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Implementations } from "#dsl/language/types/registry.js";
import { registry } from "#stdlib/registry.js";

const families = registry.ofKind("model").filter((word) => word.load && !word.planned);
const whole = [2147483647, 2 ** 32, 2 ** 53, 2 ** 53 - 1, 1e300, 4294967296000];
const other: readonly unknown[] = [0, -1, -(2 ** 53), 0.5, "12", "", true, [], [12], {}, { valueOf: 5 }];

describe("bounds on numbers of a config.json", () => {
  for (const word of families)
    it(`reject too large numbers in ${word.name}, and fail only with coded errors for other types`, async () => {
      const family = (await word.load!()) as Implementations["model"];
      const known = word.capabilities?.checkpoints ?? [];
      assert.ok(known.length > 0);
      const config = { model_type: word.capabilities?.modelType, ...known[0]!.config };
      family.config(config);
      const numbers = Object.entries(config).flatMap(([key, value]) => (Number.isInteger(value) ? [key] : []));
      assert.ok(numbers.length >= 5);
      for (const key of numbers) {
        for (const value of whole) {
          const error = failure(() => family.config({ ...config, [key]: value }));
          assert.ok(error instanceof CodedError, `${key}: ${value}`);
          assert.equal(error.code, "bad-config");
          assert.match(error.message, new RegExp(`\\b${key}\\b`));
          assert.match(error.message, /more than the \d+ that a model may have/);
        }
        for (const value of other) {
          const error = failure(() => family.sizes(family.config({ ...config, [key]: value })));
          assert.ok(
            error === null || error instanceof CodedError,
            `${key}: ${JSON.stringify(value)}: ${String(error)}`,
          );
        }
      }
    });

  it("accept every known checkpoint", async () => {
    for (const word of families)
      for (const { config } of word.capabilities?.checkpoints ?? [])
        ((await word.load!()) as Implementations["model"]).config({ ...config });
  });
});

function failure(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}
