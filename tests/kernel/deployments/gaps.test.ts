import assert from "node:assert/strict";
import { gapsToMask, hasGap, replaceWordWithGap } from "#stdlib/targets/shared/page/gaps.js";

describe("gaps in the texts of a page", () => {
  it("are written as underscores or as the tokenizer's mask", () => {
    assert.equal(gapsToMask("the ___ was late, __ again", "[MASK]"), "the [MASK] was late, [MASK] again");
    assert.equal(gapsToMask("snake_case [MASK]", "[MASK]"), "snake_case [MASK]");
    assert.ok(hasGap("a ___ b", "<mask>") && hasGap("a <mask> b", "<mask>"));
    assert.ok(!hasGap("snake_case", "<mask>"));
  });
  it("replace a long word in the middle of an example", () => {
    assert.equal(replaceWordWithGap("The train was terribly late today again"), "The train was ___ late today again");
    assert.equal(replaceWordWithGap("no"), "___");
    assert.equal(replaceWordWithGap("1 2, 3!"), null);
  });
});
