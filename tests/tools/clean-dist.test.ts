import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cleanDist } from "#tools/clean-dist.mjs";

describe("dist cleaner", () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "tunebook-dist-"));
  });
  after(() => rmSync(root, { recursive: true, force: true }));
  const touch = (...files: readonly string[]): void => {
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), "");
    }
  };

  it("removes only files compiled from deleted sources", () => {
    const compiled = (module: string): string[] =>
      [".js", ".js.map", ".d.ts", ".d.ts.map"].map((e) => `dist/${module}${e}`);
    touch(
      "kernel/a.ts",
      ...compiled("kernel/a"),
      ...compiled("tests/old/gone.test"),
      "dist/kernel/by-hand.js",
      "dist/lab/x.d.ts",
    );
    assert.deepEqual(cleanDist(root), [join("dist", "tests", "old", "gone.test")]);
    assert.ok(!existsSync(join(root, "dist/tests/old")));
    for (const file of [...compiled("kernel/a"), "dist/kernel/by-hand.js", "dist/lab/x.d.ts"])
      assert.ok(existsSync(join(root, file)), file);
    assert.deepEqual(cleanDist(root), []);
  });
});
