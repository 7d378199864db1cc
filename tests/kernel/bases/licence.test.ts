import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forbidsChanges, licenceOf } from "#kernel/bases/licence.js";

describe("the licence of a base", () => {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-licence-"));
  after(() => rmSync(folder, { recursive: true }));
  const said = (card: string): string | null => {
    writeFileSync(join(folder, "README.md"), card);
    return licenceOf({ folder });
  };
  it("is what its card names before its text", () => {
    assert.equal(licenceOf({ folder }), null);
    assert.equal(said("---\ntags: [x]\nlicense: Apache-2.0\n---\n# m\nlicense: mit\n"), "apache-2.0");
    assert.equal(said('---\r\nlicense: "cc-by-nc-nd-4.0"\r\n---\r\n'), "cc-by-nc-nd-4.0");
    assert.equal(said("# m\nlicense: mit\n"), null);
  });
  it("forbids to pass on what is made of it where it says so", () => {
    assert.deepEqual(
      ["cc-by-nd-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-4.0", "apache-2.0", "andreas-1.0", "llama3"].map(forbidsChanges),
      [true, true, false, false, false, false],
    );
  });
});
