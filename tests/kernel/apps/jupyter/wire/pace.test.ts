import assert from "node:assert/strict";
import fc from "fast-check";
import { outputLimitsFrom, OutputRateLimiter } from "#kernel/apps/jupyter/wire/pace.js";

describe("output rate limiter", () => {
  it("stays below the Jupyter server's limit in any three seconds", () => {
    const limits = outputLimitsFrom({ JPY_SESSION_NAME: "book.ipynb" });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(900), fc.nat(66_000)), { minLength: 200, maxLength: 400 }), (sends) => {
        let now = 0;
        const pace = new OutputRateLimiter(limits, () => now);
        const sent: { at: number; bytes: number }[] = [];
        for (const [idle, bytes] of sends) {
          now += idle % 7 === 0 ? idle : 0;
          now += pace.wait();
          pace.spend(bytes);
          sent.push({ at: now, bytes });
        }
        for (const { at } of sent) {
          const window = sent.filter((other) => other.at >= at && other.at < at + 3000);
          assert.ok(window.reduce((sum, { bytes }) => sum + bytes, 0) <= 3_000_000);
          assert.ok(window.length <= 3000);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("is unlimited without a server, or follows the environment variable", () => {
    assert.deepEqual(outputLimitsFrom({}), { bytes: 0, messages: 0 });
    assert.deepEqual(outputLimitsFrom({ JPY_SESSION_NAME: "b", TUNEBOOK_IOPUB_RATE: "0" }), { bytes: 0, messages: 0 });
    assert.equal(outputLimitsFrom({ TUNEBOOK_IOPUB_RATE: "5000" }).bytes, 5000);
    const free = new OutputRateLimiter({ bytes: 0, messages: 0 });
    free.spend(1e9);
    assert.equal(free.wait(), 0);
  });
});
