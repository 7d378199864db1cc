import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeMachineRecord } from "#kernel/engine/machine-record.js";
import { EngineRoom } from "#kernel/session/engines/engine-room.js";

describe("the engine of a session", () => {
  const before = process.env["TUNEBOOK_MACHINE"];
  let measured: string;
  beforeEach(() => (process.env["TUNEBOOK_MACHINE"] = measured = mkdtempSync(join(tmpdir(), "engine-room-"))));
  afterEach(() => {
    if (before === undefined) delete process.env["TUNEBOOK_MACHINE"];
    else process.env["TUNEBOOK_MACHINE"] = before;
    rmSync(measured, { recursive: true, force: true });
  });

  it("changes under auto for work that another does faster, or it can't do; not for looking", async function () {
    this.timeout(60_000);
    writeMachineRecord({
      tensorflow: { title: "TensorFlow", f32: 100, bf16: 200, bandwidth: 10 },
      onnx: { title: "ONNX Runtime", f32: 900, bandwidth: 10 },
    });
    const room = new EngineRoom();
    try {
      const first = await room.engine({ trains: "few", precision: "f32" });
      assert.equal(first.info.name, "onnx");
      assert.equal(await room.engine({ trains: "none", precision: "f32" }), first);
      assert.equal(await room.engine(), first);
      const second = await room.engine({ trains: "few", precision: "bf16" });
      assert.equal(second.info.name, "tensorflow");
      assert.equal(await room.engine({ trains: "none", precision: "f32" }), second);
      assert.equal((await room.engine({ trains: "all", precision: "f32" })).info.name, "onnx");
    } finally {
      await room.close();
    }
  });
});
