/**
 * A disk that fills up during deployment: a coded error, nothing that looks complete, and existing files unchanged.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("./full-disk-child.js", import.meta.url));

describe("full disk during a deployment", function () {
  this.timeout(180_000);
  let passed: readonly string[];
  let stderr: string;
  before(() => {
    const came = spawnSync(process.execPath, [child], { encoding: "utf8" });
    passed = came.stdout.split("\n");
    stderr = came.stderr;
  });

  for (const target of ["huggingface", "onnx", "tflite"])
    it(`fails with a coded error and preserves existing files: ${target}`, () =>
      assert.ok(passed.includes(target), stderr));
});
