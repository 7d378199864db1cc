/** `fix` and `fmt` on a symbolic link change its target only in a trusted folder or inside the link's own folder. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trustFolder } from "#kernel/trust/trust.js";
import { called } from "../cli/called.js";

const bad = "recipe   quick { epoch: 3 }\n";

describe("link to a program", () => {
  const before_ = process.env["TUNEBOOK_CONFIG"];
  let home: string;
  let folder: string;
  const target = (): string => join(home, "elsewhere.tune");
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "tunebook-links-"));
    folder = join(home, "project");
    process.env["TUNEBOOK_CONFIG"] = join(home, "config");
    mkdirSync(folder);
    writeFileSync(target(), bad);
    symlinkSync(target(), join(folder, "out.tune"));
    writeFileSync(join(folder, "own.tune"), bad);
    symlinkSync("own.tune", join(folder, "in.tune"));
  });
  afterEach(() => {
    if (before_ === undefined) delete process.env["TUNEBOOK_CONFIG"];
    else process.env["TUNEBOOK_CONFIG"] = before_;
    rmSync(home, { recursive: true, force: true });
  });

  for (const command of ["fix", "fmt"]) {
    it(`is rejected by ${command} if it leads outside its folder`, async () => {
      const { status, stderr } = await called(folder, command, "out.tune");
      assert.equal(status, 1);
      assert.ok(stderr.includes("error[link-outside]"), stderr);
      assert.equal(readFileSync(target(), "utf8"), bad);
    });
    it(`is rejected by ${command} if its folder is a link to the outside`, async () => {
      mkdirSync(join(home, "victim"));
      writeFileSync(join(home, "victim", "x.tune"), bad);
      symlinkSync(join("..", "victim"), join(folder, "sub"));
      const { status, stderr } = await called(folder, command, "sub/x.tune");
      assert.equal(status, 1);
      assert.ok(stderr.includes("error[link-outside]"), stderr);
      assert.equal(readFileSync(join(home, "victim", "x.tune"), "utf8"), bad);
    });
    it(`is followed by ${command} inside its folder`, async () => {
      await called(folder, command, "in.tune");
      assert.notEqual(readFileSync(join(folder, "own.tune"), "utf8"), bad);
    });
    it(`is followed by ${command} from a trusted folder to the outside`, async () => {
      await trustFolder(folder, { subfolders: false });
      await called(folder, command, "out.tune");
      assert.notEqual(readFileSync(target(), "utf8"), bad);
    });
  }
});
