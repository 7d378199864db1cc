import assert from "node:assert/strict";
import { must, mustGet } from "#dsl/language/diagnostics/codes.js";

describe("`must` and `mustGet`", () => {
  it("return empty and zero values", () => {
    assert.equal(must(0, "the count"), 0);
    assert.equal(must("", "the name"), "");
    assert.equal(mustGet(new Map([["a", 0]]), "a", "split"), 0);
  });
  it("name the missing value", () => {
    const missing = (what: string) => ({ code: "internal", data: { what } });
    assert.throws(() => must(undefined, "the template"), missing("the template is missing"));
    assert.throws(() => must(null, "the template"), missing("the template is missing"));
    assert.throws(() => mustGet(new Map([["a", 0]]), "b", "split"), missing("there is no split b"));
  });
});
