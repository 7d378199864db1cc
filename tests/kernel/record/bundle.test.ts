/** Bundles: what is packed comes out as it was, and what comes from anybody else is looked at before it is anywhere. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Header } from "tar";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { MANIFEST, type BundledFile } from "#kernel/record/bundle/manifest.js";
import { openBundle } from "#kernel/record/bundle/open.js";
import { demandNoSecrets } from "#kernel/record/bundle/secrets.js";
import { writeBundle, type Packed } from "#kernel/record/bundle/write.js";

describe("a bundle", function () {
  this.timeout(30_000);
  let root: string;
  let count = 0;
  const fresh = (): string => join(root, String(count++));
  before(() => (root = mkdtempSync(join(tmpdir(), "tunebook-bundle-"))));
  after(() => rmSync(root, { recursive: true, force: true }));

  const file = (content: string | Buffer): string => {
    const path = fresh();
    writeFileSync(path, content);
    return path;
  };
  const long = `${"deep/".repeat(30)}${"n".repeat(120)}.csv`;
  const packed = (): readonly Packed[] => [
    { path: "router.tune", sort: "program", text: 'data d { source: csv("rows.csv") }\n' },
    { path: "rows.csv", sort: "data", from: file("a,b\n1,2\n") },
    { path: "empty.csv", sort: "data", from: file("") },
    { path: "base/model.safetensors", sort: "base", from: file(Buffer.alloc(3_000_001, 7)) },
    { path: long, sort: "data", from: file("ü") },
  ];
  const unsound = (why: RegExp) => (error: unknown) =>
    error instanceof CodedError && error.code === "bundle-unsound" && why.test(String((error.data as never)["why"]));

  it("comes out as it went in, and is the same file from the same files", async () => {
    const [one, two, files] = [fresh(), fresh(), packed()];
    const about = { tunebook: "0.1.0", runs: { program: "router.tune" } };
    const manifest = await writeBundle(one, { ...about, files });
    await writeBundle(two, { ...about, files: files.toReversed() });
    assert.ok(readFileSync(one).equals(readFileSync(two)));
    const to = fresh();
    assert.deepEqual(await openBundle(one, to), manifest);
    for (const own of files)
      assert.ok(
        readFileSync(join(to, own.path)).equals("from" in own ? readFileSync(own.from) : Buffer.from(own.text)),
      );
    const there = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.equal(there.length, files.length);
    await assert.rejects(openBundle(one, to), (e: unknown) => e instanceof CodedError && e.code === "bundle-taken");
  });

  /** An archive as somebody else may write one. */
  const entry = (path: string, content: string, o: Partial<Record<"type" | "linkpath", string>> = {}): Buffer => {
    const bytes = Buffer.from(content);
    const header = new Header({
      path,
      size: bytes.length,
      mode: 0o644,
      type: "File",
      mtime: new Date(0),
      ...o,
    } as never);
    header.encode();
    return Buffer.concat([header.block!, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
  };
  const told = (path: string, content: string): BundledFile => ({
    ...{ path, sort: "data", bytes: Buffer.byteLength(content) },
    hash: createHash("sha256").update(content).digest("hex"),
  });
  const manifestOf = (files: readonly BundledFile[]): Buffer =>
    entry(MANIFEST, JSON.stringify({ version: 1, tunebook: "0.1.0", runs: { program: "x.tune" }, files }));
  const archive = (...parts: readonly Buffer[]): string => file(Buffer.concat([...parts, Buffer.alloc(1024)]));
  const good = told("x.tune", "hello");

  const hostile: Readonly<Record<string, readonly [() => string, RegExp]>> = {
    "a path that leads up": [() => archive(manifestOf([told("../x", "y")]), entry("../x", "y")), /leads elsewhere/],
    "a path from the root": [() => archive(manifestOf([told("/tmp/x", "y")])), /leads elsewhere/],
    "a path of another system": [() => archive(manifestOf([told("a\\..\\x", "y")])), /leads elsewhere/],
    "a path that its manifest doesn't tell": [
      () => archive(manifestOf([good]), entry("x.tune", "hello"), entry("../y", "z")),
      /not told/,
    ],
    "a link": [
      () => archive(manifestOf([good]), entry("x.tune", "", { type: "SymbolicLink", linkpath: "/etc/passwd" })),
      /is no file but a link/,
    ],
    "a hard link": [
      () => archive(manifestOf([good]), entry("x.tune", "", { type: "Link", linkpath: "/etc/passwd" })),
      /is no file but a link/,
    ],
    "a folder": [() => archive(manifestOf([good]), entry("x/", "", { type: "Directory" })), /a folder/],
    "more bytes than it tells": [() => archive(manifestOf([good]), entry("x.tune", "hello!")), /has 6 bytes, not 5/],
    "another content": [() => archive(manifestOf([good]), entry("x.tune", "hellO")), /another content/],
    "a file twice": [
      () => archive(manifestOf([good]), entry("x.tune", "hello"), entry("x.tune", "hello")),
      /comes twice/,
    ],
    "a file that is missing": [() => archive(manifestOf([good])), /x\.tune is missing/],
    "no manifest": [() => archive(entry("x.tune", "hello")), /begins with x\.tune/],
    "a manifest of something else": [() => archive(entry(MANIFEST, "{}")), /manifest|version is missing/i],
    "no archive": [() => file("this is no archive at all, whatever its name says".repeat(40)), /./],
    "nothing in it": [() => file(Buffer.alloc(1024)), /empty|unrecognized/i],
    "half of it": [
      () => {
        const whole = archive(manifestOf([told("x.tune", "h".repeat(5000))]), entry("x.tune", "h".repeat(5000)));
        return file(readFileSync(whole).subarray(0, 3000));
      },
      /./,
    ],
  };
  for (const [what, [made, why]] of Object.entries(hostile))
    it(`with ${what} is refused, and leaves nothing`, async () => {
      const folder = fresh();
      mkdirSync(folder);
      const to = join(folder, "out");
      await assert.rejects(openBundle(made(), to), unsound(why));
      assert.equal(existsSync(to), false);
      assert.deepEqual(readdirSync(folder), []);
    });

  it("holds no secret: neither a named one's value nor what looks like one", () => {
    const secret = (files: readonly Packed[], env = {}) => {
      try {
        demandNoSecrets(files, env);
        return null;
      } catch (error) {
        assert.ok(error instanceof CodedError && error.code === "bundle-secret");
        return error.data;
      }
    };
    const program: Packed = { path: "a.tune", sort: "program", text: "// one\njudge(secret(env: JUDGE_KEY))\n" };
    assert.equal(secret([program], { JUDGE_KEY: "correct-horse" }), null);
    const rows: Packed = { path: "rows.csv", sort: "data", from: file("a\ncorrect-horse\n") };
    assert.deepEqual(secret([program, rows], { JUDGE_KEY: "correct-horse" }), {
      ...{ file: "rows.csv", line: 2, env: "JUDGE_KEY" },
    });
    assert.equal(secret([program, rows], {}), null);
    const address: Packed = { path: "b.tune", sort: "program", text: 'csv("https://me:pa55@example.org/x.csv")' };
    assert.deepEqual(secret([address]), { file: "b.tune", line: 1, env: null });
    const token: Packed = { path: "c.ipynb", sort: "program", text: `x = "hf_${"aB3dE5".repeat(6)}"` };
    assert.deepEqual(secret([token]), { file: "c.ipynb", line: 1, env: null });
  });
});
