/** Shell quoting of paths in commands that users copy. */
import assert from "node:assert/strict";
import { quoteForShell } from "#kernel/apps/cli/shell-word.js";

describe("shell quoting of a path", () => {
  it("quotes a path with special characters", () => {
    for (const path of ["a b.tune", "x;rm -rf ~", "$(id)", "`id`", "ü.tune", "*", "\\", 'a"b', "a&b", "!x", "#x", "~"])
      assert.equal(quoteForShell(path), `'${path}'`);
    assert.equal(quoteForShell("it's"), String.raw`'it'\''s'`);
  });
  it("prefixes a leading dash with ./, and leaves ordinary paths unchanged", () => {
    assert.equal(quoteForShell("-rf"), "./-rf");
    assert.equal(quoteForShell("-r f"), "'./-r f'");
    assert.equal(quoteForShell("runs/router-20261126-093000-1a2b3c"), "runs/router-20261126-093000-1a2b3c");
  });
});
