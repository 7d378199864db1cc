import assert from "node:assert/strict";
import { detailOf, labelOf } from "#editors/codemirror/items.js";

describe("a completion in a list", () => {
  it("is named without the colon that it inserts", () => {
    assert.equal(labelOf({ text: "rank: " }), "rank");
    assert.equal(labelOf({ text: "rank:" }), "rank");
    assert.equal(labelOf({ text: "lora" }), "lora");
    assert.equal(labelOf({ text: "a:b" }), "a:b");
  });

  it("says what it does, and in at most 44 characters what it takes", () => {
    assert.equal(detailOf({ detail: "a number, 8" }), "a number, 8");
    assert.equal(detailOf({ gloss: "How big it is", detail: "a number, 8" }), "How big it is · a number, 8");
    assert.equal(detailOf({ gloss: "How big it is" }), "How big it is");
    assert.equal(detailOf({ detail: "x".repeat(44) }), "x".repeat(44));
    assert.equal(detailOf({ detail: "x".repeat(45) }), `${"x".repeat(43)}…`);
    assert.equal(detailOf({}), "");
  });
});
