import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePythonEnv, findPython, ToolError } from "#tools/python-env.mjs";

const failing = async (work: Promise<unknown>): Promise<ToolError> => {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (e: unknown) => e,
  );
  assert.ok(error instanceof ToolError, String(error));
  return error;
};

describe("private Python environments", function () {
  this.timeout(120_000);
  const saved = { ...process.env };
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "tunebook-python-"));
    process.env["TUNEBOOK_CACHE"] = cache;
  });
  afterEach(() => {
    rmSync(cache, { recursive: true, force: true });
    for (const name of ["TUNEBOOK_CACHE", "TUNEBOOK_PYTHON", "PIP_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS"])
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
  });

  it("require a Python that is new enough and can create environments", async () => {
    process.env["TUNEBOOK_PYTHON"] = join(cache, "none");
    assert.equal((await failing(findPython())).code, "python-missing");
    const pretend = (answer: string): void => {
      const file = join(cache, "python");
      writeFileSync(file, `#!/bin/sh\necho "${answer}"\n`, { mode: 0o755 });
      process.env["TUNEBOOK_PYTHON"] = file;
    };
    if (process.platform === "win32") return;
    pretend("3.9 True");
    assert.equal((await failing(findPython())).code, "python-too-old");
    pretend("3.12 False");
    assert.equal((await failing(findPython())).code, "venv-missing");
    pretend("3.10 True");
    assert.equal((await findPython()).version, "3.10");
  });
  it("import nothing from the working folder, and are incomplete if pip fails", async () => {
    for (const name of ["contextlib", "venv", "ensurepip", "json", "pip"])
      writeFileSync(join(cache, `${name}.py`), `open(${JSON.stringify(join(cache, "ran"))}, "a").write("${name}")\n`);
    process.env["PIP_NO_INDEX"] = "1";
    process.env["PIP_FIND_LINKS"] = cache;
    const before = process.cwd();
    process.chdir(cache);
    const error = await failing(ensurePythonEnv("lab")).finally(() => process.chdir(before));
    assert.ok(!existsSync(join(cache, "ran")));
    assert.equal(error.code, "pip-failed");
    assert.match(error.message, /jupyterlab/);
    const [folder = ""] = readdirSync(join(cache, "python"));
    assert.ok(!readdirSync(join(cache, "python", folder)).includes("tunebook-complete.json"));
    assert.ok(!readdirSync(join(cache, "python")).some((name) => name.endsWith(".lock")));
  });
});
