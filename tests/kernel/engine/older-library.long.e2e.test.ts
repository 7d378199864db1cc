/** Setting TensorFlow up with the older library, whose addon is compiled here. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { addonKey, findCompiler } from "#kernel/engine/native/compile.js";
import { findNative } from "#kernel/engine/native/layout.js";
import { probeAddon } from "#kernel/engine/native/probe.js";
import type { SetupResult } from "#kernel/engine/native/setup.js";
import { serveFiles, type FileServer } from "../fetch/file-server.js";

const run = promisify(execFile);
const caller = fileURLToPath(new URL("./setup-caller.js", import.meta.url));
type Told = Omit<SetupResult, "failures"> & { readonly failures: readonly string[] };

describe("setting TensorFlow up with an older library", function () {
  this.timeout(240_000);
  let server: FileServer;
  let cache: string;
  beforeEach(async () => {
    server = await serveFiles();
    cache = mkdtempSync(join(tmpdir(), "tunebook-setup-"));
  });
  afterEach(async () => {
    await server.close();
    rmSync(cache, { recursive: true });
  });
  const call = async (env: Readonly<Record<string, string>> = {}, library = ""): Promise<Told> => {
    const places = {
      PIP_INDEX_URL: `${server.url}/simple`,
      PIP_CONFIG_FILE: "/dev/null",
      TFJS_NODE_BASE_URI: `${server.url}/libtensorflow-`,
    };
    const { stdout } = await run(process.execPath, [caller, cache, library], {
      env: { ...process.env, ...places, ...env },
    });
    return JSON.parse(stdout) as Told;
  };

  it("falls back to the library that the package itself would fetch; two processes do it once", async () => {
    const archive = await olderLibrary(cache);
    const library = createHash("sha256").update(archive).digest("hex");
    server.files.set("/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz", { body: archive });
    const env = { CXX: hastyCompiler(cache) };
    const results = await Promise.all([call(env, library), call(env, library)]);
    assert.deepEqual(results.map((r) => r.changed).sort(), [false, true], JSON.stringify(results));
    for (const { native, failures, notes } of results) {
      assert.deepEqual([native?.from, native?.version, failures], ["package", "2.9.1", ["no-wheel"]]);
      assert.match(notes[0]!, /older library/);
      assert.ok((await probeAddon(native!.addon)).gflops > 0);
    }
    assert.equal(
      server.asked.filter(({ path, range }) => path.startsWith("/libtensorflow") && range === undefined).length,
      1,
    );
    assert.deepEqual(readdirSync(join(cache, "downloads")), []);

    // A library that was damaged since is seen, and nothing is loaded from it.
    truncateSync(join(results[0]!.native!.folder, "lib", "libtensorflow_framework.so.2"), 1000);
    assert.equal(findNative(await addonKey(), "cpu", cache), null);
  });
});

/** The real compiler with all its flags but those that make it think long: how fast the addon is, no test here asks. */
function hastyCompiler(folder: string): string {
  const path = join(folder, "hasty-c++");
  writeFileSync(path, `#!/bin/sh\nexec ${findCompiler().command!} "$@" -O0\n`, { mode: 0o755 });
  return path;
}

/**
 * Stands for libtensorflow 2.9.1, whose host tests don't reach: an archive laid out as that one is, whose libtensorflow.so.2
 * hands everything on to the TensorFlow that is set up here.
 */
async function olderLibrary(folder: string): Promise<Buffer> {
  const here = findNative(await addonKey());
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
