import assert from "node:assert/strict";
import { mustExist, mustGet } from "#dsl/language/diagnostics/codes.js";

describe("`must` and `mustGet`", () => {
  it("return empty and zero values", () => {
    assert.equal(mustExist(0, "the count"), 0);
    assert.equal(mustExist("", "the name"), "");
    assert.equal(mustGet(new Map([["a", 0]]), "a", "split"), 0);
  });
  it("name the missing value", () => {
    const missing = (what: string) => ({ code: "internal", data: { what } });
    assert.throws(() => mustExist(undefined, "the template"), missing("the template is missing"));
    assert.throws(() => mustExist(null, "the template"), missing("the template is missing"));
    assert.throws(() => mustGet(new Map([["a", 0]]), "b", "split"), missing("there is no split b"));
  });
});
