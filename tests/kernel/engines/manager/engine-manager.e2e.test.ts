import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeMachineRecord } from "#kernel/engines/machine-record.js";
import { EngineManager } from "#kernel/engines/manager/engine-manager.js";

describe("engine manager of a session", () => {
  const before = process.env["TUNEBOOK_MACHINE"];
  let measured: string;
  beforeEach(() => (process.env["TUNEBOOK_MACHINE"] = measured = mkdtempSync(join(tmpdir(), "engine-manager-"))));
  afterEach(() => {
    if (before === undefined) delete process.env["TUNEBOOK_MACHINE"];
    else process.env["TUNEBOOK_MACHINE"] = before;
    rmSync(measured, { recursive: true, force: true });
  });

  it("replaces the engine under auto for faster or otherwise impossible work, but not for inference alone", async function () {
    this.timeout(60_000);
    writeMachineRecord({
      tensorflow: { title: "TensorFlow", f32: 100, bf16: 200, bandwidth: 10 },
      onnx: { title: "ONNX Runtime", f32: 900, bandwidth: 10 },
    });
    const manager = new EngineManager();
    try {
      const first = await manager.engine({ trains: "few", precision: "f32" });
      assert.equal(first.info.name, "onnx");
      assert.equal(await manager.engine({ trains: "none", precision: "f32" }), first);
      assert.equal(await manager.engine(), first);
      const second = await manager.engine({ trains: "few", precision: "bf16" });
      assert.equal(second.info.name, "tensorflow");
      assert.equal(await manager.engine({ trains: "none", precision: "f32" }), second);
      assert.equal((await manager.engine({ trains: "all", precision: "f32" })).info.name, "onnx");
    } finally {
      await manager.close();
    }
  });
});
