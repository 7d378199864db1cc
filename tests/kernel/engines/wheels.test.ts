/** Wheels from a folder, for a machine without a network: only known files with known content are accepted. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { findWheelIn } from "#kernel/engines/native/from-wheel.js";
import { thisPlatform } from "#kernel/fetch/wheel.js";

describe("wheel folder", () => {
  const { machine } = thisPlatform();
  const name = `tensorflow_cpu-9.9.9-cp312-cp312-manylinux_2_27_${machine}.whl`;
  const known = { [name]: createHash("sha256").update("a wheel").digest("hex") };
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-wheels-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const code = (wanted: string) => (error: unknown) => error instanceof CodedError && error.code === wanted;

  it("provides the pinned wheel for this machine", async () => {
    await assert.rejects(findWheelIn(folder, "tensorflow-cpu", known), code("no-wheel"));
    writeFileSync(join(folder, name), "a wheel");
    const { project, version, filename } = await findWheelIn(folder, "tensorflow-cpu", known);
    assert.deepEqual([project, version, filename], ["tensorflow-cpu", "9.9.9", name]);
    await assert.rejects(findWheelIn(folder, "tensorflow", known), code("no-wheel"));
    const other = { [name.replace(machine, "riscv")]: known[name]! };
    await assert.rejects(findWheelIn(folder, "tensorflow-cpu", other), code("no-wheel"));
  });
  it("rejects a wheel whose content differs from its checksum", async () => {
    writeFileSync(join(folder, name), "another wheel");
    await assert.rejects(findWheelIn(folder, "tensorflow-cpu", known), code("checksum-mismatch"));
  });
});
