/** The Jupyter project's own kernel test suite, against the kernel as `tunebook kernel install` installs it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { installKernelspec } from "#kernel/apps/jupyter/wire/kernelspec/kernelspec.js";

const script = fileURLToPath(
  new URL("../../../../../../tests/kernel/apps/jupyter/wire/test_kernel.py", import.meta.url),
);

describe("jupyter_kernel_test", function () {
  this.timeout(600_000);
  const data = mkdtempSync(join(tmpdir(), "tunebook-suite-"));
  after(() => rmSync(data, { recursive: true, force: true }));

  it("passes all 13 tests, none skipped", async () => {
    const { python } = await ensurePythonEnv("jupyter");
    installKernelspec(data, "tunebook-test");
    const env = { ...process.env, JUPYTER_DATA_DIR: data, TUNEBOOK_TEST_KERNEL: "tunebook-test" };
    const { failed, log } = await new Promise<{ failed: boolean; log: string }>((resolve) =>
      execFile(python, [script, "-v"], { env, cwd: data, maxBuffer: 1 << 24 }, (error, _, stderr) =>
        resolve({ failed: error !== null, log: stderr }),
      ),
    );
    assert.equal(failed, false, log);
    assert.match(log, /^Ran 13 tests/m, log);
    assert.doesNotMatch(log, /skipped/i, log);
  });
});
