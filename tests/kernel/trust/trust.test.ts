import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  configPath,
  distrustFolder,
  isTrusted,
  trustFolderOfRun,
  trustedFolders,
  trustFolder,
} from "#kernel/trust/trust.js";

describe("trusted folders", () => {
  const before = process.env["TUNEBOOK_CONFIG"];
  let home: string;
  let work: string;
  const folder = (...names: readonly string[]): string => {
    const path = join(work, ...names);
    mkdirSync(path, { recursive: true });
    return path;
  };
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), "tunebook-trust-")));
    work = join(home, "work");
    process.env["TUNEBOOK_CONFIG"] = join(home, "config");
  });
  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
    if (before === undefined) delete process.env["TUNEBOOK_CONFIG"];
    else process.env["TUNEBOOK_CONFIG"] = before;
  });
  const codeOf = async (work_: () => unknown): Promise<string> => {
    try {
      await work_();
    } catch (error) {
      assert.ok(error instanceof CodedError);
      return error.code as string;
    }
    return "none";
  };

  it("are empty at first, and a lookup creates nothing", () => {
    assert.equal(isTrusted(folder("a")), false);
    assert.deepEqual(trustedFolders(), []);
    assert.throws(() => statSync(configPath()));
  });
  it("include their subfolders, but no neighbour with a similar name", async () => {
    await trustFolder(folder("project"), { subfolders: true });
    assert.ok(isTrusted(folder("project", "deep", "er")));
    for (const other of [folder("project2"), folder("project-x"), folder("..project"), work])
      assert.equal(isTrusted(other), false, other);
  });
  it("exclude subfolders if trusted by running, and include them on explicit trust", async () => {
    await trustFolderOfRun(folder("project"));
    assert.ok(isTrusted(folder("project")));
    assert.equal(isTrusted(folder("project", "downloaded")), false);
    await trustFolder(folder("project"), { subfolders: true });
    assert.ok(isTrusted(folder("project", "downloaded")));
    await trustFolderOfRun(folder("project"));
    assert.ok(isTrusted(folder("project", "downloaded")));
    assert.equal(trustedFolders().length, 1);
  });
  it("are resolved through symbolic links", async () => {
    await trustFolder(folder("good"), { subfolders: true });
    symlinkSync(folder("bad"), join(work, "good", "link"));
    assert.equal(isTrusted(join(work, "good", "link")), false);
    symlinkSync(folder("good", "inner"), join(work, "way-in"));
    assert.ok(isTrusted(join(work, "way-in")));
  });
  it("are no longer trusted once removed, even if the folder was deleted", async () => {
    await trustFolder(folder("a"), { subfolders: true });
    await trustFolder(folder("b"), { subfolders: true });
    rmSync(join(work, "b"), { recursive: true });
    assert.equal(await distrustFolder(join(work, "b")), true);
    assert.equal(await distrustFolder(join(work, "b")), false);
    assert.deepEqual(
      trustedFolders().map(({ path }) => path),
      [join(work, "a")],
    );
  });
  it("are stored in a file that only the user can read", async () => {
    await trustFolder(folder("a"), { subfolders: true });
    if (process.platform === "win32") return;
    assert.equal(statSync(configPath("trust.json")).mode & 0o777, 0o600);
    assert.equal(statSync(configPath()).mode & 0o777, 0o700);
  });
  it("include every folder that is added concurrently", async () => {
    const names = Array.from({ length: 8 }, (_, i) => folder(`f${String(i)}`));
    await Promise.all(names.map((name) => trustFolder(name, { subfolders: false })));
    assert.deepEqual(
      trustedFolders()
        .map(({ path }) => path)
        .sort(),
      names,
    );
  });
  for (const text of [
    "",
    "{",
    "null",
    '{"folders": [{"path": 3}]}',
    '{"folders": {"0": "/"}}',
    '{"folders": [{"path": ".", "subfolders": true}]}',
    '{"folders": [{"path": "", "subfolders": true}]}',
  ])
    it(`are empty while the list reads ${JSON.stringify(text)}, which is not overwritten`, async () => {
      mkdirSync(configPath(), { recursive: true });
      writeFileSync(configPath("trust.json"), text);
      assert.equal(isTrusted(folder("a")), false);
      assert.equal(await codeOf(() => trustFolder(folder("a"), { subfolders: true })), "trust-unreadable");
      await trustFolderOfRun(folder("a"));
      assert.equal(readFileSync(configPath("trust.json"), "utf8"), text);
    });
  it("must exist to be added", async () => {
    assert.equal(await codeOf(() => trustFolder(join(work, "nowhere"), { subfolders: true })), "no-such-folder");
  });
  it("are looked up in the default location if an environment variable is empty", () => {
    const names = ["TUNEBOOK_CONFIG", "XDG_CONFIG_HOME"] as const;
    const kept = names.map((name) => process.env[name]);
    try {
      for (const name of names) process.env[name] = "";
      assert.match(configPath("trust.json"), /[\\/](?:\.config|Roaming)[\\/]tunebook[\\/]trust\.json$/);
    } finally {
      names.forEach((name, i) => (kept[i] === undefined ? delete process.env[name] : (process.env[name] = kept[i])));
    }
  });
});
