import assert from "node:assert/strict";
import { detailOf, labelOf } from "#editors/codemirror/items.js";

describe("completion item in a list", () => {
  it("has a label without the colon that it inserts", () => {
    assert.equal(labelOf({ text: "rank: " }), "rank");
    assert.equal(labelOf({ text: "rank:" }), "rank");
    assert.equal(labelOf({ text: "lora" }), "lora");
    assert.equal(labelOf({ text: "a:b" }), "a:b");
  });

  it("shows its gloss, and its detail in at most 44 characters", () => {
    assert.equal(detailOf({ detail: "a number, 8" }), "a number, 8");
    assert.equal(detailOf({ gloss: "How big it is", detail: "a number, 8" }), "How big it is · a number, 8");
    assert.equal(detailOf({ gloss: "How big it is" }), "How big it is");
    assert.equal(detailOf({ detail: "x".repeat(44) }), "x".repeat(44));
    assert.equal(detailOf({ detail: "x".repeat(45) }), `${"x".repeat(43)}…`);
    assert.equal(detailOf({}), "");
  });
});
