/** Location of a machine's measurements. */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { cachePath, measurementsPath } from "#kernel/fetch/cache.js";

describe("measurements of a machine", () => {
  const names = ["TUNEBOOK_CACHE", "TUNEBOOK_MACHINE", "XDG_CACHE_HOME"] as const;
  const before = names.map((name) => process.env[name]);
  afterEach(() =>
    names.forEach((name, i) => {
      const was = before[i];
      if (was === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = was;
    }),
  );
  it("are stored in the cache, or in a folder for this machine", () => {
    Reflect.deleteProperty(process.env, "TUNEBOOK_MACHINE");
    process.env["TUNEBOOK_CACHE"] = "shared";
    assert.equal(measurementsPath("machine.json"), resolve("shared", "machine.json"));
    Reflect.deleteProperty(process.env, "TUNEBOOK_CACHE");
    process.env["XDG_CACHE_HOME"] = resolve("home");
    assert.equal(measurementsPath("engines.json"), cachePath("engines.json"));
    if (process.platform !== "win32")
      assert.equal(measurementsPath("engines.json"), join(resolve("home"), "tunebook", "engines.json"));
    process.env["TUNEBOOK_MACHINE"] = "own";
    assert.equal(measurementsPath("engines.json"), resolve("own", "engines.json"));
    process.env["TUNEBOOK_MACHINE"] = "";
    assert.equal(measurementsPath("engines.json"), cachePath("engines.json"));
  });
});
