/** git's report on a folder: commit, branch and changed files, without running code of the repository. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readGitState } from "#kernel/runs/record/git.js";

describe("git state of a folder", function () {
  this.timeout(30_000);
  let root: string;
  let count = 0;
  const git = (folder: string, ...args: string[]): string =>
    execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      ...{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    });
  /** Creates a repository with one commit of two files. */
  function repository(): string {
    const folder = join(root, String(count++));
    mkdirSync(folder);
    git(folder, "init", "-q", "-b", "main");
    for (const name of ["a.tune", "b ö.csv"]) writeFileSync(join(folder, name), name);
    git(folder, "add", ".");
    git(folder, "commit", "-q", "-m", "x");
    return folder;
  }
  before(() => (root = mkdtempSync(join(tmpdir(), "tunebook-git-"))));
  after(() => rmSync(root, { recursive: true, force: true }));

  it("has the commit, the branch and the remote without credentials", async () => {
    const folder = repository();
    git(folder, "remote", "add", "origin", "https://me:t0ken@example.org/team/repo.git");
    const commit = git(folder, "rev-parse", "HEAD").trim();
    const remote = "https://example.org/team/repo.git";
    assert.deepEqual(await readGitState(folder), { commit, branch: "main", changed: 0, remote });
  });
  it("counts changed and staged files, not touched or untracked ones", async () => {
    const folder = repository();
    utimesSync(join(folder, "a.tune"), 1, 1);
    writeFileSync(join(folder, "new.txt"), "");
    assert.equal((await readGitState(folder))?.changed, 0);
    const other = repository();
    writeFileSync(join(other, "b ö.csv"), "otherwise");
    writeFileSync(join(other, "c"), "");
    git(other, "add", "c");
    assert.equal((await readGitState(other))?.changed, 2);
  });
  it("has no branch if detached, and is null without a commit or a repository", async () => {
    const folder = repository();
    git(folder, "checkout", "-q", "--detach");
    assert.equal((await readGitState(folder))?.branch, null);
    const empty = join(root, "empty");
    mkdirSync(empty);
    git(empty, "init", "-q");
    assert.equal(await readGitState(empty), null);
    const none = mkdtempSync(join(tmpdir(), "tunebook-no-git-"));
    assert.equal(await readGitState(none), null);
    rmSync(none, { recursive: true });
  });
  it("is read without running any program from the repository's configuration", async () => {
    const folder = repository();
    const mark = join(folder, "ran");
    const command = `touch ${JSON.stringify(mark)}`;
    for (const [key, value] of [
      ["core.fsmonitor", command],
      ["filter.x.clean", `${command}; cat`],
      ["filter.x.required", "true"],
      ["diff.x.textconv", command],
    ] as const)
      git(folder, "config", key, value);
    writeFileSync(join(folder, ".gitattributes"), "* filter=x diff=x\n");
    writeFileSync(join(folder, "a.tune"), "changed");
    assert.equal((await readGitState(folder))?.changed, 1);
    assert.equal(existsSync(mark), false);
    // Control: `git status` itself runs the repository's filter.
    git(folder, "status", "--porcelain");
    assert.equal(existsSync(mark), true);
  });
});
