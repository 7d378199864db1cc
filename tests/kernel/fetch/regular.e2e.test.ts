/**
 * Files that are read completely: an irregular file, or one larger than its type allows, is a coded error at once, for
 * every command.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { called } from "../apps/cli/called.js";

describe("size and type checks of input files", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-whole-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  before(() => {
    for (const name of ["big.tune", "big.ipynb", "big.yaml"]) {
      writeFileSync(join(folder, name), "");
      truncateSync(join(folder, name), 3 * 2 ** 30);
    }
    for (const name of ["folder.tune", "folder.ipynb"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "uses.tune"), 'use "big.tune"\n');
    for (const name of ["fifo.tune", "fifo.ipynb"])
      if (process.platform !== "win32") assert.equal(spawnSync("mkfifo", [join(folder, name)]).status, 0);
  });
  const told = async (...of: readonly string[]): Promise<string> => {
    const { stderr, stdout } = await called(folder, ...of);
    return stdout + stderr;
  };

  const large = /error\[file-too-large\]: \S*\bbig\.\w+ .*\b3072 MiB\b.*\b\d+ MiB\n[^]*help: /;
  const commands: readonly (readonly string[])[] = [
    ["check", "big.tune"],
    ["check", "big.ipynb"],
    ["check", "uses.tune"],
    ["run", "big.tune"],
    ["run", "big.ipynb"],
    ["fmt", "big.tune"],
    ["fmt", "big.ipynb"],
    ["fix", "big.tune"],
    ["import", "big.yaml"],
  ];
  for (const command of commands)
    it(`${command.join(" ")}: rejects a file that is too large`, async () =>
      assert.match(await told(...command), large));
  const others = ["folder.tune", "folder.ipynb", ...(process.platform === "win32" ? [] : ["fifo.tune", "fifo.ipynb"])];
  for (const file of others)
    it(`check ${file}: rejects anything but a regular file`, async () =>
      assert.match(await told("check", file), /error\[unreadable-file\].*(?:it is a folder|it is no regular file)/));
});
