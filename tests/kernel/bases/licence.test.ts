import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forbidsChanges, licenceOf } from "#kernel/bases/licence.js";

describe("licence of a base", () => {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-licence-"));
  after(() => rmSync(folder, { recursive: true }));
  const said = (card: string): string | null => {
    writeFileSync(join(folder, "README.md"), card);
    return licenceOf({ folder });
  };
  it("is read from the header of its card, not from its text", () => {
    assert.equal(licenceOf({ folder }), null);
    assert.equal(said("---\ntags: [x]\nlicense: Apache-2.0\n---\n# m\nlicense: mit\n"), "apache-2.0");
    assert.equal(said('---\r\nlicense: "cc-by-nc-nd-4.0"\r\n---\r\n'), "cc-by-nc-nd-4.0");
    assert.equal(said("# m\nlicense: mit\n"), null);
  });
  it("is found in every notation, and is the strictest of several", () => {
    for (const [card, licence] of [
      ["---\nlicense:\n- mit\n- cc-by-nd-4.0\n---\n", "cc-by-nd-4.0"],
      ["\uFEFF---\nlicense: cc-by-nd-4.0\n---\n", "cc-by-nd-4.0"],
      ["---\nlicense: other\nlicense_name: No-Derivatives\n---\n", "no-derivatives"],
      ["---\nlicense: other\nlicense_name: llama3\n---\n", "other"],
      ["---\nlicense: [cc-by-nc-nd-4.0] # ours\n---\n", "cc-by-nc-nd-4.0"],
      ["---\n{ broken: [\nlicense: mit\n---\n", "mit"],
      ["---\nlicense: 5\n---\n", null],
    ] as const)
      assert.equal(said(card), licence, card);
    said("# no front matter");
    writeFileSync(join(folder, "LICENSE"), "Apache License\nVersion 2.0");
    assert.equal(licenceOf({ folder }), null);
    writeFileSync(join(folder, "LICENSE"), "Attribution-NonCommercial-NoDerivatives 4.0 International\n");
    assert.equal(licenceOf({ folder }), "cc-by-nc-nd");
    assert.ok(forbidsChanges("cc-by-nc-nd") && forbidsChanges("no-derivatives") && !forbidsChanges("mit and more"));
    rmSync(join(folder, "LICENSE"));
  });
  it("forbids derivatives if it states that", () => {
    assert.deepEqual(
      ["cc-by-nd-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-4.0", "apache-2.0", "andreas-1.0", "llama3"].map(forbidsChanges),
      [true, true, false, false, false, false],
    );
  });
});
