/** Bundles: unpacking restores the packed files, and a foreign archive is checked before anything is written. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Header } from "tar";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { MANIFEST_FILE, type BundledFile } from "#kernel/runs/record/bundle/manifest.js";
import { unpackBundle } from "#kernel/runs/record/bundle/open.js";
import { writeBundle, type FileToPack } from "#kernel/runs/record/bundle/write.js";

describe("run bundle", function () {
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
  const packed = (): readonly FileToPack[] => [
    { path: "router.tune", sort: "program", text: 'data d { source: csv("rows.csv") }\n' },
    { path: "rows.csv", sort: "data", from: file("a,b\n1,2\n") },
    { path: "empty.csv", sort: "data", from: file("") },
    { path: "base/model.safetensors", sort: "base", from: file(Buffer.alloc(3_000_001, 7)) },
    { path: long, sort: "data", from: file("ü") },
  ];
  const unsound = (why: RegExp) => (error: unknown) =>
    error instanceof CodedError && error.code === "bundle-unsound" && why.test(String((error.data as never)["why"]));

  it("is unpacked unchanged and is deterministic", async () => {
    const [one, two, files] = [fresh(), fresh(), packed()];
    const about = { tunebook: "0.1.0", runs: { program: "router.tune" } };
    const manifest = await writeBundle(one, { ...about, files });
    await writeBundle(two, { ...about, files: files.toReversed() });
    assert.ok(readFileSync(one).equals(readFileSync(two)));
    const to = fresh();
    assert.deepEqual(await unpackBundle(one, to), manifest);
    for (const own of files)
      assert.ok(
        readFileSync(join(to, own.path)).equals("from" in own ? readFileSync(own.from) : Buffer.from(own.text)),
      );
    const there = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.equal(there.length, files.length);
    await assert.rejects(unpackBundle(one, to), (e: unknown) => e instanceof CodedError && e.code === "bundle-taken");
  });

  /** Returns an archive entry as another program might write it. */
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
  const manifestOf = (files: readonly BundledFile[], runs: object = { program: "x.tune" }): Buffer =>
    entry(MANIFEST_FILE, JSON.stringify({ version: 1, tunebook: "0.1.0", runs, files }));
  /** A name too long for a header: archives store it in an extra entry before the file. */
  const long300 = (content: string): Buffer => {
    const line = (length: number): string => `${String(length)} path=a/${"n".repeat(300)}\n`;
    const pax = line(line(111).length);
    return Buffer.concat([entry("pax", pax, { type: "ExtendedHeader" }), entry("n", content)]);
  };
  const archive = (...parts: readonly Buffer[]): string => file(Buffer.concat([...parts, Buffer.alloc(1024)]));
  const good = told("x.tune", "hello");

  const hostile: Readonly<Record<string, readonly [() => string, RegExp]>> = {
    "a path that leads up": [() => archive(manifestOf([told("../x", "y")]), entry("../x", "y")), /leads elsewhere/],
    "a path from the root": [() => archive(manifestOf([told("/tmp/x", "y")])), /leads elsewhere/],
    "a path of another system": [() => archive(manifestOf([told("a\\..\\x", "y")])), /leads elsewhere/],
    "a path that its manifest doesn't tell": [
      () => archive(manifestOf([good]), entry("x.tune", "hello"), entry("../y", "z")),
      /not listed/,
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
      /occurs twice/,
    ],
    "a file that is missing": [() => archive(manifestOf([good])), /x\.tune is missing/],
    "a program that is not in it": [
      () => archive(manifestOf([good], { program: "y.tune; rm -rf ~" }), entry("x.tune", "hello")),
      /^y\.tune; rm -rf ~, which it is to run, is not in it$/,
    ],
    "a run that is not in it": [
      () => archive(manifestOf([good], { run: "runs/a" }), entry("x.tune", "hello")),
      /^runs\/a\/plan\.json, which it is to run, is not in it$/,
    ],
    "a program that leads out": [
      () => archive(manifestOf([good], { program: "../x.tune" }), entry("x.tune", "hello")),
      /leads elsewhere/,
    ],
    "a file that is a folder too": [
      () => archive(manifestOf([good, told("a/b", "1"), told("a", "2")]), entry("a", "2"), entry("a/b", "1")),
      /^a is a file and a folder in it$/,
    ],
    "a file below another": [
      () => archive(manifestOf([good, told("x.tune/deep/b", "1")]), entry("x.tune/deep/b", "1")),
      /^x\.tune is a file and a folder in it$/,
    ],
    "a name that is too long": [
      () => archive(manifestOf([good, told(`a/${"n".repeat(300)}`, "1")]), entry("x.tune", "hello"), long300("1")),
      /has a name that is too long here$/,
    ],
    ...Object.fromEntries(
      (
        [
          ...[".git/config", ".git/hooks/post-checkout", "a/b/.git/config", ".GIT/config", "git~1/config", ".hg/hgrc"],
          ...[
            ".npmrc",
            "package.json",
            "node_modules/.bin/tunebook",
            "jupyter_server_config.py",
            "jupyter_lab_config.json",
          ],
        ] as const
      ).map((path) => [
        `what other programs obey, ${path}`,
        [() => archive(manifestOf([good, told(path, "1")]), entry(path, "1")), /obey automatically/],
      ]),
    ),
    ...Object.fromEntries(
      (["NUL", "con.txt", "a/Aux.tar.gz", "COM1.csv", "lpt\u00b9", "CONIN$", "nul .csv"] as const).map((path) => [
        `a device of Windows, ${path}`,
        [() => archive(manifestOf([good, told(path, "1")]), entry(path, "1")), /called like a device of Windows/],
      ]),
    ),
    ...Object.fromEntries(
      (
        [
          "x.tune.",
          "a /b",
          "a./b",
          "x.tune:stream",
          "x.tune::$DATA",
          "a\u001b[2Jb",
          "a\u0085",
          ".g\u200cit/config",
        ] as const
      ).map((path) => [
        `a name that not every system keeps, ${JSON.stringify(path)}`,
        [() => archive(manifestOf([good, told(path, "1")]), entry(path, "1")), /dot or a space|a colon|invisible/],
      ]),
    ),
    ...Object.fromEntries(
      (
        [
          ...[
            ["x.tune", "X.TUNE"],
            ["b/x", "B/y"],
            ["\u00e4", "a\u0308"],
            ["stra\u00dfe", "STRASSE"],
          ],
          ...[
            ["\u00c4/x", "a\u0308/x"],
            ["\u03c3", "\u03c2"],
          ],
        ] as const
      ).map((pair) => [
        `two names that are one on some systems, ${pair.join(" and ")}`,
        [
          () =>
            archive(
              manifestOf([good, ...pair.filter((path) => path !== "x.tune").map((path) => told(path, "1"))]),
              ...[entry("x.tune", "hello"), ...pair.map((path) => entry(path, "1"))],
            ),
          /are the same name on some systems$/,
        ],
      ]),
    ),
    "a file and a folder that differ in case": [
      () => archive(manifestOf([good, told("X.Tune/b", "1")]), entry("x.tune", "hello"), entry("X.Tune/b", "1")),
      /x\.tune is a file and a folder in it$/,
    ],
    "more bytes than numbers have": [
      () => archive(manifestOf([good, { ...told("y", ""), bytes: 2 ** 60 }]), entry("x.tune", "hello")),
      /bytes/,
    ],
    "fewer than none": [() => archive(manifestOf([good, { ...told("y", ""), bytes: -1 }])), /bytes/],
    "more files than there may be": [
      () => archive(manifestOf(Array.from({ length: 50_001 }, (_, i) => ({ ...good, path: `f${String(i)}` })))),
      /files/,
    ],
    "a device": [
      () => archive(manifestOf([good]), entry("x.tune", "", { type: "CharacterDevice" })),
      /is no file but of the kind CharacterDevice/,
    ],
    "a part of a dump": [
      () => archive(manifestOf([good]), entry("x.tune", "hello"), entry("y", "z", { type: "GNUDumpDir" })),
      /is no file but of the kind GNUDumpDir/,
    ],
    "no manifest": [() => archive(entry("x.tune", "hello")), /starts with x\.tune/],
    "a manifest of something else": [() => archive(entry(MANIFEST_FILE, "{}")), /manifest|version is missing/i],
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
    it(`is rejected with ${what}, and leaves no files`, async () => {
      const folder = fresh();
      mkdirSync(folder);
      const to = join(folder, "out");
      await assert.rejects(unpackBundle(made(), to), unsound(why));
      assert.equal(existsSync(to), false);
      assert.deepEqual(readdirSync(folder), []);
    });

  it("accepts portable file names and packs none that another system would reject", async () => {
    const files = [
      "a.b/c.d",
      ".gitattributes",
      ".gitignore",
      "context.csv",
      "nullable/com.csv",
      "gitx/.gitkeep",
      "ä ö.csv",
    ];
    const to = fresh();
    await writeBundle(to, {
      ...{ tunebook: "0.1.0", runs: { program: "ä ö.csv" } },
      files: files.map((path) => ({ path, sort: "data", text: "1" })),
    });
    await unpackBundle(to, fresh());
    for (const [paths, why] of [
      [["10:30.csv"], /10:30\.csv has a colon in its name/],
      [["a.csv", "A.csv"], /A\.csv and a\.csv are the same name on some systems$/],
    ] as const) {
      const made = {
        tunebook: "0.1.0",
        runs: { program: "x" },
        files: paths.map((path) => ({ path, sort: "data" as const, text: "1" })),
      };
      await assert.rejects(
        writeBundle(fresh(), made),
        (e: unknown) => e instanceof CodedError && e.code === "not-bundled" && why.test(e.message),
      );
    }
  });
});
