/** Messages write shares as users do, both in range limits and for a number without a unit. */
import assert from "node:assert/strict";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { compiled } from "../../world.js";

const told = (text: string): readonly string[] =>
  compiled(text).diagnostics.map(
    (one) => `${one.code}: ${diagnosticText(one).message}; ${diagnosticText(one).help ?? ""}`,
  );
const cleaned = (similarity: string): string =>
  `data d { source: csv("a.csv"), columns: { text: text, label: label }, clean: drop_duplicates(similarity: ${similarity}) }`;

describe("share in percent", () => {
  it("is suggested for a decimal, also where a count is allowed", () => {
    assert.deepEqual(told(cleaned("0.8")), [
      "share-as-decimal: `similarity` must be a share in percent, but `0.8` has no `%`; write `80%`",
    ]);
    assert.deepEqual(told("recipe r { schedule: linear(warmup: 0.1) }"), [
      "share-as-decimal: `warmup` must be a share or a count, but `0.1` is neither; write `10%`",
    ]);
  });
  it("appears in percent in range errors", () => {
    assert.deepEqual(told(cleaned("60%")), [
      "out-of-range: `similarity` cannot be 60%; use a value that is at least 70% and at most 100%",
    ]);
    assert.match(told("recipe r { batch_size: 0 }").join(), /at least 1\b/);
  });
});
