import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { comparePythonVersions, satisfiesPythonVersion } from "#kernel/fetch/version.js";

/** The results of Python's `packaging` for each pair of versions, and for each version with each specifier. */
const table = JSON.parse(
  readFileSync(new URL("../../../../tests/fixtures/fetch/pep440.json", import.meta.url), "utf8"),
) as {
  readonly versions: readonly string[];
  readonly order: readonly string[];
  readonly specifiers: Readonly<Record<string, string>>;
};

describe("Python package versions", () => {
  it("are ordered as in PEP 440", () => {
    const { versions } = table;
    const said = versions.map((a) => versions.map((b) => "<=>"[Math.sign(comparePythonVersions(a, b)) + 1]).join(""));
    assert.deepEqual(said, table.order);
    assert.ok(comparePythonVersions("1.2.post3", "1.2.3") < 0);
    assert.equal(satisfiesPythonVersion("1.2.post3", "==1.2.3"), false);
  });

  it("match specifiers as in PEP 440", () => {
    for (const [specifier, expected] of Object.entries(table.specifiers)) {
      const said = table.versions.map((version) => (satisfiesPythonVersion(version, specifier) ? "1" : "0")).join("");
      assert.equal(said, expected, specifier);
    }
  });

  it("match nothing and come first in the order if invalid, at any length", () => {
    for (const text of ["", "what?", "1.", "1..2", "1.2-", "../1", "1!", "1+", "-1"]) {
      assert.equal(satisfiesPythonVersion(text, ">=0"), false, text);
      assert.ok(comparePythonVersions(text, "0.dev0") < 0, text);
    }
    for (const text of [`${"1.".repeat(50_000)}x`, `1${".dev".repeat(50_000)}`, "1".repeat(100_000)])
      assert.equal(satisfiesPythonVersion(text, ">=0"), false);
    // Numbers of any size are compared, although not to the last digit.
    assert.ok(comparePythonVersions("9".repeat(150), "1") > 0);
  });
});
