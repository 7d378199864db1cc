import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "#tests/any-text.js";
import { utf16ToCodePointOffset, codePointsToUtf16Offset } from "#kernel/apps/jupyter/wire/requests.js";

describe("text positions", () => {
  const texts = () => anyText();

  it("convert from code points to UTF-16 and back", () => {
    fc.assert(
      fc.property(texts(), fc.nat(), (text, seed) => {
        const points = [...text];
        const at = seed % (points.length + 1);
        const offset = codePointsToUtf16Offset(text, at);
        assert.equal(offset, points.slice(0, at).join("").length);
        assert.equal(utf16ToCodePointOffset(text, offset), at);
      }),
    );
  });

  it("are clamped to the text's ends", () => {
    fc.assert(
      fc.property(texts(), fc.integer({ min: 1, max: 9 }), (text, beyond) => {
        assert.equal(codePointsToUtf16Offset(text, [...text].length + beyond), text.length);
        assert.equal(codePointsToUtf16Offset(text, -beyond), 0);
        assert.equal(utf16ToCodePointOffset(text, text.length + beyond), [...text].length);
        assert.equal(utf16ToCodePointOffset(text, -beyond), 0);
      }),
    );
  });

  it("round down inside a surrogate pair", () => {
    assert.equal(utf16ToCodePointOffset("a😀b", 2), 1);
    assert.equal(utf16ToCodePointOffset("a😀b", 3), 2);
  });
});
