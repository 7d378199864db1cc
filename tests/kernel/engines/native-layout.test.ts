/**
 * Layout of TensorFlow in the cache: packages with different addons share one library, and changed files are rejected.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { addonPath, buildFolderPath, findTensorflow, stampAddon, writeStamp } from "#kernel/engines/native/layout.js";
import { TENSORFLOW_VERSION } from "#kernel/engines/native/versions.js";

describe("TensorFlow in the cache", () => {
  const cache = mkdtempSync(join(tmpdir(), "tunebook-cache-"));
  after(() => rmSync(cache, { recursive: true, force: true }));
  const folder = buildFolderPath("wheel", TENSORFLOW_VERSION, "cpu", cache);
  const compiled = (key: string): void => {
    mkdirSync(dirname(join(folder, addonPath(key))), { recursive: true });
    writeFileSync(join(folder, addonPath(key)), key);
  };

  it("serves packages with different kernels side by side", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "library.so"), "library");
    await writeStamp(folder, { version: TENSORFLOW_VERSION, build: "cpu", from: "wheel", source: "s" });
    assert.equal(findTensorflow("older", "cpu", cache), null);
    for (const key of ["older", "newer"]) {
      compiled(key);
      await stampAddon(folder, addonPath(key));
    }
    for (const key of ["older", "newer"])
      assert.equal(findTensorflow(key, "cpu", cache)?.addon, join(folder, addonPath(key)));
    assert.equal(findTensorflow("another", "cpu", cache), null);
  });
  it("is ignored if an addon was changed since", () => {
    writeFileSync(join(folder, addonPath("older")), "something else");
    assert.equal(findTensorflow("older", "cpu", cache), null);
  });
});
