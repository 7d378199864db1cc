/** Truncated names that stay distinguishable. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { clipDistinct } from "#kernel/display/clip-differences.js";

describe("shortened names in a figure", () => {
  it("are cut at the end if that distinguishes them", () => {
    assert.deepEqual(clipDistinct(["a", "delivery is very late"], 12), ["a", "delivery is…"]);
  });
  it("are cut before the difference if they start alike", () => {
    assert.deepEqual(
      clipDistinct(["customer complains about delivery late", "customer complains about delivery damage", "other"], 22),
      ["customer compla…late", "customer compla…damage", "other"],
    );
    assert.deepEqual(
      clipDistinct(["customer complains about red things bought", "customer complains about blue things bought"], 22),
      ["customer c…red things…", "customer c…blue thing…"],
    );
  });
  it("are numbered if nothing distinguishes them", () => {
    assert.deepEqual(clipDistinct(["same", "same", "same"], 22), ["same", "same (2)", "same (3)"]);
  });
  it("are always distinct and never too long", () => {
    const word = fc.constantFrom("customer", "complains", "about", "delivery", "late", "…", "😀", "(2)", "x");
    const text = fc.oneof(
      fc.array(word, { maxLength: 9 }).map((words) => words.join(" ")),
      fc.string({ maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 14 }), fc.integer({ min: 8, max: 30 }), (texts, length) => {
        const names = clipDistinct(texts, length);
        assert.equal(names.length, texts.length);
        assert.equal(new Set(names).size, texts.length);
        for (const name of names) assert.ok(Array.from(name).length <= length, name);
      }),
    );
  });
});
