/**
 * The extension's folder: copied completely, left alone if unchanged, replaced if changed, removed without a trace.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installLabExtension, uninstallLabExtension } from "#editors/jupyterlab/install.js";

describe("folder of the JupyterLab extension", () => {
  let folder: string;
  let source: string;
  const data = (): string => join(folder, "data");
  const installed = (): string => join(data(), "labextensions/tunebook-lab");
  const make = (made: string): void => {
    rmSync(source, { recursive: true, force: true });
    mkdirSync(join(source, "static"), { recursive: true });
    writeFileSync(join(source, "package.json"), JSON.stringify({ name: "tunebook-lab", made }));
    writeFileSync(join(source, "static", `${made}.js`), "");
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-extension-"));
    source = join(folder, "built");
    make("one");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is copied, reused for the same build, and replaced by another build", async () => {
    assert.deepEqual(await installLabExtension(data(), source), { folder: installed(), kept: false });
    assert.deepEqual(readdirSync(join(installed(), "static")), ["one.js"]);
    assert.equal((await installLabExtension(data(), source)).kept, true);
    make("two");
    assert.equal((await installLabExtension(data(), source)).kept, false);
    assert.deepEqual(readdirSync(join(installed(), "static")), ["two.js"]);
    assert.deepEqual(readdirSync(join(data(), "labextensions")), ["tunebook-lab"]);
  });
  it("replaces an interrupted copy", async () => {
    mkdirSync(join(installed(), "static"), { recursive: true });
    await installLabExtension(data(), source);
    assert.deepEqual(readdirSync(installed()).sort(), ["package.json", "static"]);
  });
  it("can be installed by several processes at once", async () => {
    await Promise.all([1, 2, 3].map(() => installLabExtension(data(), source).catch(() => undefined)));
    assert.equal(JSON.parse(readFileSync(join(installed(), "package.json"), "utf8")).made, "one");
    assert.deepEqual(readdirSync(join(data(), "labextensions")), ["tunebook-lab"]);
  });
  it("is removed, with a result that tells whether it existed", async () => {
    assert.equal(await uninstallLabExtension(data()), false);
    await installLabExtension(data(), source);
    assert.equal(await uninstallLabExtension(data()), true);
    assert.equal(existsSync(installed()), false);
  });
  it("reports codes for a missing build and for an unwritable folder", async () => {
    await assert.rejects(installLabExtension(data(), join(folder, "nothing")), {
      name: "CodedError",
      code: "lab-extension-not-built",
    });
    cpSync(join(source, "package.json"), data());
    await assert.rejects(installLabExtension(data(), source), {
      name: "CodedError",
      code: "lab-extension-not-written",
    });
    assert.equal(existsSync(data()), true);
  });
});
