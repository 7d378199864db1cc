import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { probeAddon } from "#kernel/engine/native/probe.js";
import { setup, type SetupResult } from "#kernel/engine/native/setup.js";
import { serveFiles, type FileServer } from "../fetch/file-server.js";

const run = promisify(execFile);
const caller = fileURLToPath(new URL("./setup-caller.js", import.meta.url));
type Told = Omit<SetupResult, "failures"> & { readonly failures: readonly string[] };

describe("setting TensorFlow up", function () {
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

  it("does nothing when it has been done, and what it gave computes", async () => {
    const result = await setup();
    assert.deepEqual([result.changed, result.engine, result.notes], [false, "tensorflow", []]);
    const probe = await probeAddon(result.native!.addon);
    assert.equal(probe.version, result.native!.version);
    assert.ok(probe.gflops > 0);
  });

  it("leaves the ONNX engine where nothing can be fetched, and says what that costs", async () => {
    mkdirSync(join(cache, "tensorflow", "2.21.0-cpu.unpacking-4711"), { recursive: true });
    const result = await call();
    assert.equal(result.native, null);
    assert.equal(result.engine, "onnx");
    assert.deepEqual(result.failures, ["no-wheel", "network-failed"]);
    // What a setup left that was killed is taken away.
    assert.deepEqual(readdirSync(join(cache, "tensorflow")), []);
    assert.match(result.notes[0]!, /f32 only.*quarter slower/);
  });

  it("fetches no large file where there is no compiler", async () => {
    const result = await call({ PATH: "/nowhere", CXX: "" });
    assert.equal(result.failures[0], "no-compiler");
    assert.ok(!server.asked.some(({ path }) => path.startsWith("/simple")));
  });

  it("doesn't believe an index that states another checksum than the known one", async () => {
    const filename = "tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl";
    const files = [{ filename, url: "/wheel", hashes: { sha256: "0".repeat(64) } }];
    server.files.set("/simple/tensorflow-cpu/", {
      body: Buffer.from(JSON.stringify({ files })),
      type: "application/vnd.pypi.simple.v1+json",
    });
    const result = await call();
    assert.equal(result.failures[0], "checksum-mismatch");
    assert.ok(!server.asked.some(({ path }) => path === "/wheel"));
  });

  it("takes no wheel of another name than the known one, and no library without its checksum", async () => {
    // A build tag makes it another file, whose checksum nobody knew beforehand.
    const filename = "tensorflow_cpu-2.21.0-1-cp312-cp312-manylinux_2_27_x86_64.whl";
    const files = [{ filename, url: "/wheel", hashes: {} }];
    server.files.set("/simple/tensorflow-cpu/", {
      body: Buffer.from(JSON.stringify({ files })),
      type: "application/vnd.pypi.simple.v1+json",
    });
    server.files.set("/wheel", { body: Buffer.from("evil") });
    const body = Buffer.from("evil");
    const md5 = createHash("md5").update(body).digest("base64");
    server.files.set("/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz", {
      body,
      headers: { "x-goog-hash": `md5=${md5}` },
    });
    const result = await call();
    assert.deepEqual([result.native, result.failures], [null, ["no-wheel", "checksum-mismatch"]]);
    assert.ok(!server.asked.some(({ path }) => path === "/wheel"));
    assert.deepEqual(readdirSync(join(cache, "downloads")), []);
  });
});
