import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { linearTimePattern } from "#stdlib/text/patterns/linear.js";

describe("linear-time patterns", () => {
  it("match with UTF-16 offsets, and never match empty text", () => {
    const text = "é😀 T-123456, T-1";
    const [span, more] = linearTimePattern("T-\\d{6}").spans(text);
    assert.ok(span && !more);
    assert.equal(text.slice(span.start, span.end), "T-123456");
    assert.deepEqual(linearTimePattern("a*b|x+").spans("baab"), [
      { start: 0, end: 1 },
      { start: 1, end: 4 },
    ]);
  });
  it("replace matches, with references to groups", () => {
    assert.equal(linearTimePattern("(\\d+) EUR").replaced("5 EUR, 12 EUR", "€$1"), "€5, €12");
    assert.equal(linearTimePattern("b").replaced("abc", "$"), "a$c");
  });
  it("take linear time in the length of the text", () => {
    // A matcher that tries each alternative in turn would never end.
    assert.deepEqual(linearTimePattern("(a+)+b").spans("a".repeat(50_000)), []);
  });
  it("are rejected with a code if unsupported", () => {
    for (const pattern of ["", "(a", "(?=a)", "(a)\\1", "a*", "x".repeat(1001)])
      assert.throws(
        () => linearTimePattern(pattern),
        (error) => error instanceof CodedError && error.code === "wrong-pattern",
        pattern,
      );
  });
  it("find the same matches as JavaScript, for common syntax", () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab1 é😀") }), (text) => {
        for (const pattern of ["a+b", "[ab]1", "é|😀", "\\d+"])
          assert.deepEqual(
            linearTimePattern(pattern).spans(text),
            Array.from(text.matchAll(new RegExp(pattern, "gu")), ({ 0: found, index }) => ({
              start: index,
              end: index + found.length,
            })),
          );
      }),
    ));
});
