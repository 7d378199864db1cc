/** Setup of TensorFlow with the older library, whose addon is compiled during the test. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { addonCacheKey, findCompiler } from "#kernel/engines/native/compile.js";
import { findTensorflow } from "#kernel/engines/native/layout.js";
import { probeAddon } from "#kernel/engines/native/probe.js";
import { SetupPlaces } from "./setup-places.js";

const run = promisify(execFile);
describe("TensorFlow setup with an older library", function () {
  this.timeout(240_000);
  const places = new SetupPlaces();

  it("falls back to the library that the package itself would fetch; two processes build it once", async () => {
    const archive = await olderLibrary(places.cache);
    const library = createHash("sha256").update(archive).digest("hex");
    places.server.files.set("/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz", { body: archive });
    const env = { CXX: hastyCompiler(places.cache) };
    const results = await Promise.all([places.call(env, library), places.call(env, library)]);
    assert.deepEqual(results.map((r) => r.changed).sort(), [false, true], JSON.stringify(results));
    for (const { native, failures, notes } of results) {
      assert.deepEqual([native?.from, native?.version, failures], ["package", "2.9.1", ["no-wheel"]]);
      assert.match(notes[0]!, /older library/);
      assert.ok((await probeAddon(native!.addon)).gflops > 0);
    }
    assert.equal(
      places.server.asked.filter(({ path, range }) => path.startsWith("/libtensorflow") && range === undefined).length,
      1,
    );
    assert.deepEqual(readdirSync(join(places.cache, "downloads")), []);

    // A library damaged after setup is detected, and nothing is loaded from it.
    truncateSync(join(results[0]!.native!.folder, "lib", "libtensorflow_framework.so.2"), 1000);
    assert.equal(findTensorflow(await addonCacheKey(), "cpu", places.cache), null);
  });
});

/** The real compiler at `-O0`, which compiles faster: no test depends on the addon's speed. */
function hastyCompiler(folder: string): string {
  const path = join(folder, "hasty-c++");
  writeFileSync(path, `#!/bin/sh\nexec ${findCompiler().command!} "$@" -O0\n`, { mode: 0o755 });
  return path;
}

/**
 * Replaces libtensorflow 2.9.1, whose host tests do not reach: an archive with the same layout, whose
 * libtensorflow.so.2 forwards every call to the installed TensorFlow.
 */
async function olderLibrary(folder: string): Promise<Buffer> {
  const here = findTensorflow(await addonCacheKey());
  assert.ok(here !== null, "TensorFlow is not set up: run tunebook setup");
  const real = join(here.folder, "tensorflow");
  const lib = join(folder, "made", "lib");
  mkdirSync(lib, { recursive: true });
  cpSync(join(real, "include"), join(folder, "made", "include"), { recursive: true });
  cpSync(join(real, "libtensorflow_framework.so.2"), join(lib, "libtensorflow_framework.so.2"));
  const linking = [
    "-shared",
    "-o",
    join(lib, "libtensorflow.so.2"),
    "-Wl,-soname,libtensorflow.so.2",
    "-Wl,--no-as-needed",
  ];
  await run(findCompiler().command!, [...linking, `-L${real}`, "-l:libtensorflow_cc.so.2", `-Wl,-rpath,${real}`]);
  const archive = join(folder, "made.tar.gz");
  await run("tar", ["-C", join(folder, "made"), "-I", "gzip -1", "-cf", archive, "include", "lib"]);
  rmSync(join(folder, "made"), { recursive: true });
  const bytes = readFileSync(archive);
  rmSync(archive);
  assert.equal(existsSync(archive), false);
  return bytes;
}
