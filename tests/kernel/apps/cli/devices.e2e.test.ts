/** `check` and `plan` with a named device: they report the same errors as a run would, before anything runs. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { called } from "./called.js";

describe("named device in check and plan", function () {
  this.timeout(60_000);
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-device-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const check = async (settings: string) => {
    writeFileSync(join(folder, "a.tune"), `engine { ${settings} }\n`);
    const { stdout, status } = await called(folder, "check", "a.tune", "--json");
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] };
    return { status, codes: diagnostics.map(({ code }) => code) };
  };

  it("is an error with exit status 1 if nothing computes on it", async () => {
    const codes = await startEngine({ engine: "auto", device: "gpu" }).then(
      async (engine) => {
        await engine.close();
        return [];
      },
      (error: unknown) => [error instanceof CodedError ? error.code : error],
    );
    assert.deepEqual(await check("device: gpu"), { status: codes.length, codes });
    assert.deepEqual(await check("engine: onnx, device: gpu"), { status: 1, codes: ["engine-unavailable"] });
  });
  it("is reported by `plan`, too, with the setting to write", async () => {
    writeFileSync(join(folder, "b.tune"), "engine { engine: tensorflow, device: webgpu }\n");
    const { stdout, stderr, status } = await called(folder, "plan", "b.tune");
    assert.equal(status, 1);
    assert.match(stdout + stderr, /engine-unavailable[^]*`engine \{ device: webgpu \}`/);
  });
  it("is accepted if it is the CPU", async () => {
    assert.deepEqual(await check("device: cpu"), { status: 0, codes: [] });
  });
});
