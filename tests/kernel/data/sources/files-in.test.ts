/**
 * Files that path completion may list: the notebook's project, folders first, no hidden files, nothing outside the
 * project.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listFilesIn } from "#kernel/data/sources/files-in.js";

describe("folder listing for completion", () => {
  const root = mkdtempSync(join(tmpdir(), "tunebook-files-"));
  const notebooks = join(root, "project", "notebooks");
  before(() => {
    for (const folder of ["project/notebooks/data", "project/shared", "other"])
      mkdirSync(join(root, folder), { recursive: true });
    for (const file of [
      "project/package.json",
      "project/notebooks/b.csv",
      "project/notebooks/A.csv",
      "project/notebooks/.hidden",
    ])
      writeFileSync(join(root, file), "");
    symlinkSync(join(root, "other"), join(notebooks, "out"));
  });
  after(() => rmSync(root, { recursive: true, force: true }));
  const names = (path: string, folder = notebooks) => listFilesIn(folder, path).entries.map(({ name }) => name);

  it("sorts folders first, then files by name, without hidden ones", () =>
    assert.deepEqual(names(""), ["data", "out", "A.csv", "b.csv"]));
  it("reaches up to the project root only", () => {
    assert.deepEqual(names("../"), ["notebooks", "shared", "package.json"]);
    assert.deepEqual(names("../../"), []);
    assert.deepEqual(names("../", join(root, "other")), [], "a folder without a project is all there is");
  });
  it("rejects links, absolute paths and home folders", () => {
    writeFileSync(join(root, "other", "secret.csv"), "");
    for (const path of ["out/", `${root}/`, "/etc/", "~/", "nowhere/", "b.csv/"])
      assert.deepEqual(names(path), [], path);
  });
});
