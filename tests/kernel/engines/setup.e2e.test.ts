import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { probeAddon } from "#kernel/engines/native/probe.js";
import { setUpTensorflow } from "#kernel/engines/native/setup.js";
import { SetupPlaces } from "./setup-places.js";

describe("TensorFlow setup", function () {
  this.timeout(240_000);
  const places = new SetupPlaces();

  it("does nothing if it has run already, and its addon computes", async () => {
    const result = await setUpTensorflow();
    assert.deepEqual([result.changed, result.engine, result.notes], [false, "tensorflow", []]);
    const probe = await probeAddon(result.native!.addon);
    assert.equal(probe.version, result.native!.version);
    assert.ok(probe.gflops > 0);
  });

  it("falls back to the ONNX engine if downloads fail, and explains the cost", async () => {
    mkdirSync(join(places.cache, "tensorflow", "2.21.0-cpu.unpacking-4711"), { recursive: true });
    const result = await places.call();
    assert.equal(result.native, null);
    assert.equal(result.engine, "onnx");
    assert.deepEqual(result.failures, ["no-wheel", "network-failed"]);
    // The leftovers of a killed setup are removed.
    assert.deepEqual(readdirSync(join(places.cache, "tensorflow")), []);
    assert.match(result.notes[0]!, /f32 only.*quarter slower/);
  });

  it("downloads no large file if there is no compiler", async () => {
    const result = await places.call({ PATH: "/nowhere", CXX: "" });
    assert.equal(result.failures[0], "no-compiler");
    assert.ok(!places.server.asked.some(({ path }) => path.startsWith("/simple")));
  });

  it("rejects an index with a checksum that differs from the pinned one", async () => {
    const filename = "tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl";
    const files = [{ filename, url: "/wheel", hashes: { sha256: "0".repeat(64) } }];
    places.server.files.set("/simple/tensorflow-cpu/", {
      body: Buffer.from(JSON.stringify({ files })),
      type: "application/vnd.pypi.simple.v1+json",
    });
    const result = await places.call();
    assert.equal(result.failures[0], "checksum-mismatch");
    assert.ok(!places.server.asked.some(({ path }) => path === "/wheel"));
  });

  it("rejects a wheel with an unknown name, and a library without a checksum", async () => {
    // A build tag makes it a different file, whose checksum is not known in advance.
    const filename = "tensorflow_cpu-2.21.0-1-cp312-cp312-manylinux_2_27_x86_64.whl";
    const files = [{ filename, url: "/wheel", hashes: {} }];
    places.server.files.set("/simple/tensorflow-cpu/", {
      body: Buffer.from(JSON.stringify({ files })),
      type: "application/vnd.pypi.simple.v1+json",
    });
    places.server.files.set("/wheel", { body: Buffer.from("evil") });
    const body = Buffer.from("evil");
    const md5 = createHash("md5").update(body).digest("base64");
    places.server.files.set("/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz", {
      body,
      headers: { "x-goog-hash": `md5=${md5}` },
    });
    const result = await places.call();
    assert.deepEqual([result.native, result.failures], [null, ["no-wheel", "checksum-mismatch"]]);
    assert.ok(!places.server.asked.some(({ path }) => path === "/wheel"));
    assert.deepEqual(readdirSync(join(places.cache, "downloads")), []);
  });
});
