/** Bundles: what is packed comes out as it was, and what comes from anybody else is looked at before it is anywhere. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Header } from "tar";
import { CodedError, wordsOf, type CodeData } from "#dsl/diagnostics/codes.js";
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
  const manifestOf = (files: readonly BundledFile[], runs: object = { program: "x.tune" }): Buffer =>
    entry(MANIFEST, JSON.stringify({ version: 1, tunebook: "0.1.0", runs, files }));
  /** A name that no header holds, as archives have it: before its entry. */
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

  const secretsIn = (files: readonly Packed[], env: NodeJS.ProcessEnv = {}): readonly string[] => {
    try {
      demandNoSecrets(files, env);
      return [];
    } catch (error) {
      assert.ok(error instanceof CodedError && error.code === "bundle-secret");
      const words = wordsOf(error.code, error.data);
      const all = [words.message, words.help ?? "", ...words.notes].join("\n");
      for (const value of Object.values(env)) assert.ok(!all.includes(value ?? ""), all);
      return (error.data as CodeData["bundle-secret"]).found.map(
        ({ file: at, place, env: name, as }) =>
          `${at}, ${place}: ${name ?? "a shape"}${as === null ? "" : ` as ${as}`}`,
      );
    }
  };
  const program: Packed = { path: "a.tune", sort: "program", text: "// one\njudge(secret(env: JUDGE))\n" };
  const rows = (text: string): Packed => ({ path: "rows.csv", sort: "data", from: file(`a\n${text}\n`) });
  const notebook = (source: string, output: unknown = "", more: object = {}): Packed => ({
    ...{ path: "c.ipynb", sort: "program" },
    text: JSON.stringify(
      {
        cells: [
          { cell_type: "markdown", source: ["# Title\n"] },
          {
            cell_type: "code",
            source: source.split(/(?<=\n)/),
            outputs: [{ output_type: "stream", text: output }],
          },
        ],
        ...more,
      },
      null,
      1,
    ),
  });

  it("holds no secret: neither a named one's value nor what looks like one", () => {
    assert.deepEqual(secretsIn([program], { JUDGE: "correct-horse" }), []);
    const leaks = rows("correct-horse");
    assert.deepEqual(secretsIn([program, leaks], { JUDGE: "correct-horse" }), ["rows.csv, line 2: JUDGE"]);
    assert.deepEqual(secretsIn([program, leaks]), []);
    const address: Packed = { path: "b.tune", sort: "program", text: '// a\ncsv("https://me:pa55@example.org/x.csv")' };
    assert.deepEqual(secretsIn([address]), ["b.tune, line 2: a shape"]);
    const token = `hf_${"aB3dE5".repeat(6)}`;
    assert.deepEqual(secretsIn([notebook(`const x = "${token}"`, ["ö\n", token])]), [
      "c.ipynb, cell 2: a shape",
      "c.ipynb, an output of cell 2: a shape",
    ]);
    assert.deepEqual(secretsIn([notebook("1", "", { metadata: { token } })]), ["c.ipynb, line 23: a shape"]);
  });

  it("holds no secret of the environment, in whichever form a cell, a log or a row has it", () => {
    const value = 'pä55 "wörd"/&<+>?';
    const env = { MY_SERVICE_API_KEY: value, EDITOR: "correct-horse", MONKEY: "correct-horse" };
    const json = JSON.stringify(value).slice(1, -1);
    const ascii = 'p\\u00e455 \\"w\\u00f6rd\\"/&<+>?';
    const forms: readonly (readonly [string | Buffer, string])[] = [
      [value, ""],
      [value.normalize("NFD"), ""],
      [Buffer.from(value, "latin1"), ""],
      [Buffer.from(value, "utf16le"), ""],
      [json, " as JSON"],
      [ascii, " as JSON"],
      [ascii.replaceAll("e4", "E4").replaceAll("f6", "F6"), " as JSON"],
      [JSON.stringify(json).slice(1, -1), " as JSON"],
      [encodeURIComponent(value), " as part of an address"],
      [encodeURIComponent(value).toLowerCase(), " as part of an address"],
      [new URLSearchParams({ key: value }).toString(), " as part of an address"],
      ["p\u00e455 &quot;w\u00f6rd&quot;/&amp;&lt;+&gt;?", " as HTML"],
      [Buffer.from(value).toString("base64"), " as base64"],
      [Buffer.from(value, "latin1").toString("base64url"), " as base64"],
      [`Basic ${Buffer.from(`x:${value}`).toString("base64")}`, " as base64"],
      [Buffer.from(`ann:${value}`).toString("base64"), " as base64"],
      [Buffer.from(`anna:${value}:`).toString("base64"), " as base64"],
      [Buffer.from(value).toString("hex").toUpperCase(), " as hexadecimal digits"],
    ];
    for (const [form, as] of forms) {
      const of: Packed = {
        path: "log",
        sort: "data",
        from: file(Buffer.concat([Buffer.from("a\n>"), Buffer.from(form)])),
      };
      assert.deepEqual(secretsIn([of], env), [`log, line 2: MY_SERVICE_API_KEY${as}`], String(form));
      if (typeof form === "string")
        assert.deepEqual(secretsIn([notebook("run()", [`said ${form}`])], env), [
          `c.ipynb, an output of cell 2: MY_SERVICE_API_KEY${as}`,
        ]);
    }
    const lines = "first line of it\nsecond line of it";
    assert.deepEqual(secretsIn([notebook(`const x = \`${lines}\``)], { DB_PWD: lines }), ["c.ipynb, cell 2: DB_PWD"]);
    assert.deepEqual(secretsIn([rows("correct-horse"), notebook("correct-horse")], env), []);
  });

  it("takes no path, switch or plain word for a secret, whatever its variable is called", () => {
    const env = {
      ...{ TLS_KEY: "/etc/ssl/private", GOOGLE_CREDENTIALS: "~/google.json", POSTGRES_PASSWORD: "postgres" },
      ...{ USE_TOKEN: "1", MAX_TOKENS: "123456789", HF_TOKEN: "", API_KEY: "short", PWD: "/home/ann/work" },
    };
    const all = Object.values(env).join("\n");
    assert.deepEqual(secretsIn([rows(all), { ...program, text: all }], env), []);
    // The program says itself that it is one.
    assert.deepEqual(secretsIn([program, rows("postgres")], { JUDGE: "postgres" }), ["rows.csv, line 2: JUDGE"]);
  });
  it("takes nothing in the project's own notebooks and programs for one", () => {
    const folder = fileURLToPath(new URL("../../../../notebooks", import.meta.url));
    const own = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && /\.(ipynb|tune)$/.test(one.name))
      .map((one): Packed => ({ path: one.name, sort: "program", from: join(one.parentPath, one.name) }));
    assert.ok(own.length > 3);
    assert.deepEqual(
      secretsIn(own, { GPG_KEY: "A035C8C19219BA821ECEA86B64E628F8D684696D", NPM_TOKEN: "tunebook" }),
      [],
    );
  });
});
