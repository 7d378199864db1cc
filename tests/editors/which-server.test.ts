/** Which language server VS Code starts. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseServer } from "../../editors/vscode/src/which-server.js";

describe("language server chosen by VS Code", () => {
  let folder: string;
  const main = join("dist", "kernel", "apps", "cli", "main.js");
  const make = (path: string, text: string): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const tunebook = JSON.stringify({ name: "tunebook", bin: { tunebook: `./${main}` } });
  const asked = (over: Partial<Parameters<typeof chooseServer>[0]> = {}) =>
    chooseServer({ setting: [], folders: [folder], trusted: true, extension: "/ext", ...over });
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-which-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is the bundled one if no folder has one", () => {
    const { from, module, args } = asked();
    assert.deepEqual([from, module, args], ["extension", join("/ext", "dist", "server", "server.mjs"), []]);
    assert.equal(asked({ folders: [] }).from, "extension");
  });
  it("is the one installed in the folder", () => {
    make("node_modules/tunebook/package.json", tunebook);
    assert.equal(asked().from, "extension", "named, but not built");
    make(`node_modules/tunebook/${main}`, "");
    const { from, module, args } = asked();
    assert.deepEqual([from, args], ["folder", ["language-server"]]);
    assert.equal(module, join(folder, "node_modules", "tunebook", main));
  });
  it("is the one of a Tunebook clone, and not of another package", () => {
    make(main, "");
    make("package.json", tunebook.replace('"tunebook"', '"other"'));
    assert.equal(asked().from, "extension");
    make("package.json", "{ broken");
    assert.equal(asked().from, "extension");
    make("package.json", tunebook);
    assert.equal(asked().module, join(folder, main));
  });
  it("is the one in the setting, first of all", () => {
    make("package.json", tunebook);
    make(main, "");
    const { from, command, args } = asked({ setting: ["npx", "tunebook", "language-server"] });
    assert.deepEqual([from, command, args], ["setting", "npx", ["tunebook", "language-server"]]);
  });
  it("is the bundled one in an untrusted folder", () => {
    make("package.json", tunebook);
    make(main, "");
    assert.equal(asked({ trusted: false, setting: ["evil"] }).from, "extension");
  });
});
