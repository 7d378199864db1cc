/** `tunebook trust` as a user calls it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trustedFolders } from "#kernel/trust/trust.js";
import { called, type Called } from "./called.js";

describe("tunebook trust", () => {
  const before = process.env["TUNEBOOK_CONFIG"];
  let home: string;
  const trust = (...args: readonly string[]): Promise<Called> => called(home, "trust", ...args);
  const paths = (): readonly string[] => trustedFolders().map(({ path }) => path);
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), "tunebook-trust-cli-")));
    process.env["TUNEBOOK_CONFIG"] = join(home, "config");
    mkdirSync(join(home, "work", "sub"), { recursive: true });
    writeFileSync(join(home, "work", "a.tune"), 'data d { source: csv("a.csv") }\n');
  });
  afterEach(() => {
    if (before === undefined) delete process.env["TUNEBOOK_CONFIG"];
    else process.env["TUNEBOOK_CONFIG"] = before;
    rmSync(home, { recursive: true, force: true });
  });

  it("adds a folder by its full path, lists it and removes it", async () => {
    assert.equal((await trust("work")).status, 0);
    assert.deepEqual(JSON.parse((await trust("--json")).stdout), {
      folders: [{ path: join(home, "work"), subfolders: true }],
    });
    assert.ok((await trust()).stdout.includes(`${join(home, "work")} and its subfolders`));
    assert.equal((await trust("work", "--remove")).status, 0);
    assert.deepEqual(paths(), []);
  });
  it("rejects an empty name, a file and a missing folder", async () => {
    for (const name of ["", "work/a.tune", "nowhere"]) {
      const { status, stderr } = await trust(name);
      assert.equal(status, 1, name);
      assert.ok(/error\[(?:bad-usage|no-such-folder)\]/.test(stderr), stderr);
    }
    assert.deepEqual(paths(), []);
  });
  it("reports that a removed folder is still trusted through its parent", async () => {
    await trust("work");
    await trust("work/sub");
    const { stdout, status } = await trust("work/sub", "--remove");
    assert.equal(status, 0);
    assert.ok(stdout.includes("still trusted") && stdout.includes(join(home, "work")), stdout);
  });
  it("exits with 1 if the folder to remove is not on the list", async () => {
    assert.equal((await trust("work", "--remove")).status, 1);
  });
  it("warns of the root folder", async () => {
    assert.ok((await trust("/")).stderr.startsWith("warning"));
  });
  it("prints a folder name on one line, without control characters", async () => {
    const name = "evil\nroot\u001b]0;title\u0007";
    mkdirSync(join(home, name));
    const all = `${(await trust(name)).stdout}${(await trust()).stdout}`;
    assert.equal(all.split("\n").length, 3);
    assert.ok(!all.includes("\u001b"));
  });
  it("reports a code if the configuration cannot be written", async () => {
    writeFileSync(join(home, "file"), "");
    for (const place of [join(home, "file"), ...(process.platform === "linux" ? ["/proc/nowhere/config"] : [])]) {
      process.env["TUNEBOOK_CONFIG"] = place;
      const { status, stderr } = await trust("work");
      assert.equal(status, 1);
      assert.ok(/^error\[(?:cannot-write|trust-unreadable)\]/.test(stderr), stderr);
    }
  });
  it("has an unreadable list reported by `check`", async () => {
    mkdirSync(join(home, "config"));
    writeFileSync(join(home, "config", "trust.json"), "{");
    const { stderr } = await called(join(home, "work"), "check", "--quick", "a.tune");
    assert.ok(stderr.includes("warning[trust-unreadable]"), stderr);
  });
});
