import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DoctorFinding } from "#kernel/engines/native/doctor.js";

const cli = fileURLToPath(new URL("../../../kernel/apps/cli/main.js", import.meta.url));

describe("tunebook doctor", function () {
  this.timeout(120_000);
  const doctor = (
    env: Readonly<Record<string, string>>,
  ): { status: number | null; findings: Map<string, DoctorFinding> } => {
    const { status, stdout } = spawnSync(process.execPath, [cli, "doctor", "--json"], {
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    const { findings } = JSON.parse(stdout) as { findings: DoctorFinding[] };
    return { status, findings: new Map(findings.map((f) => [f.name, f])) };
  };

  it("reports that all engines work after setup", () => {
    const { status, findings } = doctor({});
    assert.equal(status, 0);
    for (const name of [
      "node",
      "tensorflow library",
      "engine tensorflow",
      "converter to LiteRT",
      "engine onnx",
      "engine tfjs",
    ])
      assert.equal(findings.get(name)?.status, "ok", findings.get(name)?.text);
    assert.match(findings.get("engine tensorflow")!.text, /TensorFlow [\d.]+ \((CPU|GPU)\).*GFLOP\/s/);
  });

  it("reports what is missing and its fix, and that some engine still works", () => {
    const cache = mkdtempSync(join(tmpdir(), "tunebook-doctor-"));
    try {
      const { status, findings } = doctor({ TUNEBOOK_CACHE: cache, PATH: "/nowhere" });
      assert.equal(status, 0);
      for (const name of ["engine onnx", "engine tfjs"]) assert.equal(findings.get(name)?.status, "ok");
      for (const name of ["tensorflow library", "engine tensorflow"]) {
        assert.equal(findings.get(name)?.status, "missing");
        assert.equal(findings.get(name)?.mend, "tunebook setup");
      }
      assert.equal(findings.get("converter to LiteRT")?.mend, "tunebook setup");
      assert.match(findings.get("compiler")!.mend!, /g\+\+/);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });
});
