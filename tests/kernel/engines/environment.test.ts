/** What a process that computes is started with. */
import assert from "node:assert/strict";
import { engineHostEnvironment } from "#kernel/engines/host/environment.js";

describe("the environment of an engine's process", () => {
  it("has oneDNN where TensorFlow computes, whatever the user's says and whatever the processor is", () => {
    const before = process.env["TF_ENABLE_ONEDNN_OPTS"];
    process.env["TF_ENABLE_ONEDNN_OPTS"] = "0";
    try {
      assert.equal(engineHostEnvironment("tensorflow", 2)["TF_ENABLE_ONEDNN_OPTS"], "1");
      assert.equal(engineHostEnvironment("onnx", 2)["TF_ENABLE_ONEDNN_OPTS"], "0");
    } finally {
      if (before === undefined) delete process.env["TF_ENABLE_ONEDNN_OPTS"];
      else process.env["TF_ENABLE_ONEDNN_OPTS"] = before;
    }
  });
  it("leaves the user's own where an engine only prefers another", () => {
    const name = "MALLOC_MMAP_THRESHOLD_";
    const before = process.env[name];
    process.env[name] = "1";
    try {
      assert.equal(engineHostEnvironment("onnx", 2)[name], "1");
      delete process.env[name];
      assert.equal(engineHostEnvironment("onnx", 2)[name], "2000000000");
    } finally {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    }
  });
});
