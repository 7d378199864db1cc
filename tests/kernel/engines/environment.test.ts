/** The environment that engine processes are started with. */
import assert from "node:assert/strict";
import { engineHostEnvironment } from "#kernel/engines/host/environment.js";

describe("environment variables of the engine process", () => {
  it("enable oneDNN for TensorFlow, whatever the user has set", () => {
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
  it("keep the user's value of a variable for which the engine only has a preference", () => {
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
