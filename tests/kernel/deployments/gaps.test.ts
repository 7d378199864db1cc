import assert from "node:assert/strict";
import { gapsAs, hasGap, withGap } from "#stdlib/targets/shared/page/gaps.js";

describe("gaps in texts of a page", () => {
  it("are written by lines or as the tokenizer has them", () => {
    assert.equal(gapsAs("the ___ was late, __ again", "[MASK]"), "the [MASK] was late, [MASK] again");
    assert.equal(gapsAs("snake_case [MASK]", "[MASK]"), "snake_case [MASK]");
    assert.ok(hasGap("a ___ b", "<mask>") && hasGap("a <mask> b", "<mask>"));
    assert.ok(!hasGap("snake_case", "<mask>"));
  });
  it("of examples take a long word of the middle", () => {
    assert.equal(withGap("The train was terribly late today again"), "The train was ___ late today again");
    assert.equal(withGap("no"), "___");
    assert.equal(withGap("1 2, 3!"), null);
  });
});
