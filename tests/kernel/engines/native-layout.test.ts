/** What lies in the cache of TensorFlow, and whose it is. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { addonName, buildFolder, findNative, stampAddon, writeStamp } from "#kernel/engines/native/layout.js";
import { TENSORFLOW_VERSION } from "#kernel/engines/native/versions.js";

describe("TensorFlow in the cache", () => {
  const cache = mkdtempSync(join(tmpdir(), "tunebook-cache-"));
  after(() => rmSync(cache, { recursive: true, force: true }));
  const folder = buildFolder("wheel", TENSORFLOW_VERSION, "cpu", cache);
  const compiled = (key: string): void => {
    mkdirSync(dirname(join(folder, addonName(key))), { recursive: true });
    writeFileSync(join(folder, addonName(key)), key);
  };

  it("serves packages whose own kernels differ, side by side", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "library.so"), "library");
    await writeStamp(folder, { version: TENSORFLOW_VERSION, build: "cpu", from: "wheel", source: "s" });
    assert.equal(findNative("older", "cpu", cache), null);
    for (const key of ["older", "newer"]) {
      compiled(key);
      await stampAddon(folder, addonName(key));
    }
    for (const key of ["older", "newer"])
      assert.equal(findNative(key, "cpu", cache)?.addon, join(folder, addonName(key)));
    assert.equal(findNative("another", "cpu", cache), null);
  });
  it("is none where a library or an addon was changed since", () => {
    writeFileSync(join(folder, addonName("older")), "something else");
    assert.equal(findNative("older", "cpu", cache), null);
  });
});
