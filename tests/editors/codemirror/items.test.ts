import assert from "node:assert/strict";
import { detailOf, labelOf } from "#editors/codemirror/items.js";

describe("a completion in a list", () => {
  it("is named without the colon that it inserts", () => {
    assert.equal(labelOf({ text: "rank: " }), "rank");
    assert.equal(labelOf({ text: "rank:" }), "rank");
    assert.equal(labelOf({ text: "lora" }), "lora");
    assert.equal(labelOf({ text: "a:b" }), "a:b");
  });

  it("says in at most 56 characters what it takes", () => {
    assert.equal(detailOf({ detail: "a number, 8" }), "a number, 8");
    assert.equal(detailOf({ detail: "x".repeat(56) }), "x".repeat(56));
    assert.equal(detailOf({ detail: "x".repeat(57) }), `${"x".repeat(55)}…`);
    assert.equal(detailOf({}), "");
  });
});
