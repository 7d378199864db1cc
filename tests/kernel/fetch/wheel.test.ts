import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipSettings } from "#kernel/fetch/pip.js";
import { comparePythonVersions, satisfiesPythonVersion } from "#kernel/fetch/version.js";
import { extractWheel, findWheel, requirementsOfExtra } from "#kernel/fetch/wheel.js";
import { serveFiles, type FileServer } from "./file-server.js";
import { zip } from "./zip.js";

const LINUX = { os: "linux", machine: "x86_64" } as const;
const listed = [
  {
    filename: "thing-1.9.0-py3-none-any.whl",
    url: "../files/thing-1.9.0-py3-none-any.whl",
    hashes: { sha256: "a9".repeat(32) },
    size: 9,
  },
  {
    filename: "thing-1.10.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    url: "/f/cp311",
    hashes: { sha256: "b1".repeat(32) },
  },
  {
    filename: "thing-1.10.0-cp312-cp312-manylinux_2_27_x86_64.whl",
    url: "/f/cp312",
    hashes: { sha256: "b2".repeat(32) },
  },
  { filename: "thing-1.10.0-cp312-cp312-win_amd64.whl", url: "/f/win", hashes: {} },
  { filename: "thing-1.11.0rc1-py3-none-any.whl", url: "/f/rc", hashes: {} },
  { filename: "thing-1.12.0-py3-none-any.whl", url: "/f/yanked", hashes: {}, yanked: "broken" },
  { filename: "thing-2.0.0.tar.gz", url: "/f/source", hashes: {} },
];

describe("wheels", () => {
  let server: FileServer;
  let folder: string;
  beforeEach(async () => {
    server = await serveFiles();
    folder = mkdtempSync(join(tmpdir(), "tunebook-wheel-"));
    const body = Buffer.from(JSON.stringify({ files: listed }));
    server.files.set("/simple/thing/", { body, type: "application/vnd.pypi.simple.v1+json" });
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const find = (version: string, platform: Parameters<typeof findWheel>[2] = {}): ReturnType<typeof findWheel> =>
    findWheel("Thing", version, { indexes: [`${server.url}/simple`], platform: LINUX, ...platform });

  it("are found by exact version and platform, for one Python version if there are several", async () => {
    const wheel = await find("1.10.0");
    assert.equal(wheel.url, `${server.url}/f/cp312`);
    assert.equal(wheel.sha256, "b2".repeat(32));
    assert.equal((await find("1.10.0", { python: "cp311" })).url, `${server.url}/f/cp311`);
    assert.equal((await find("1.10.0", { platform: { os: "windows", machine: "x86_64" } })).url, `${server.url}/f/win`);
    assert.equal((await find("1.11.0rc1")).url, `${server.url}/f/rc`);
  });

  it("are found by specifiers: the highest final release that was not yanked", async () => {
    assert.equal((await find(">=1.0,<2")).version, "1.10.0");
    assert.equal((await find("<1.10")).version, "1.9.0");
    assert.equal((await find("<1.10")).url, `${server.url}/simple/files/thing-1.9.0-py3-none-any.whl`);
  });

  it("are found if the index only provides HTML", async () => {
    const hash = "c".repeat(64);
    const page = `<!DOCTYPE html><a href="../../f/thing-1.9.0-py3-none-any.whl#sha256=${hash}">x</a><a data-yanked="" href="/thing-1.9.1-py3-none-any.whl">y</a>`;
    server.files.set("/simple/thing/", { body: Buffer.from(page), type: "text/html" });
    const wheel = await find(">=1");
    assert.deepEqual(
      [wheel.version, wheel.sha256, wheel.url],
      ["1.9.0", hash, `${server.url}/f/thing-1.9.0-py3-none-any.whl`],
    );
  });

  it("cause a coded error with the details if not found", async () => {
    await assert.rejects(find("3.0.0"), { code: "no-wheel", message: /thing 3\.0\.0/i });
    await assert.rejects(findWheel("other", "1", { indexes: [`${server.url}/simple`] }), { code: "no-wheel" });
    const gone = await serveFiles();
    await gone.close();
    await assert.rejects(findWheel("thing", "1", { indexes: [gone.url] }), { code: "network-failed" });
    const both = await findWheel("thing", "1.9.0", { indexes: [gone.url, `${server.url}/simple`] });
    assert.equal(both.version, "1.9.0");
  });

  it("are limited to pinned names and checksums where these are known", async () => {
    const name = "thing-1.10.0-cp312-cp312-manylinux_2_27_x86_64.whl";
    const known = { [name]: "b2".repeat(32) };
    const offer = (...files: readonly object[]): void => {
      const body = Buffer.from(JSON.stringify({ files }));
      server.files.set("/simple/thing/", { body, type: "application/vnd.pypi.simple.v1+json" });
    };
    const tagged = {
      filename: name.replace("-cp312", "-1-cp312"),
      url: "/f/tagged",
      hashes: { sha256: "e".repeat(64) },
    };
    const own = { filename: name, url: "/f/own", hashes: {} };
    offer(tagged, own);
    const wheel = await find("1.10.0", { known });
    assert.deepEqual([wheel.filename, wheel.sha256], [name, known[name]]);
    offer(tagged);
    await assert.rejects(find("1.10.0", { known }), { code: "no-wheel" });
    for (const filename of [
      name.toUpperCase(),
      `${name}.whl`,
      name.replace("1.10.0", "1.10"),
      `x/${name}`,
      `../${name}`,
    ]) {
      offer({ ...own, filename });
      await assert.rejects(find("1.10.0", { known }), { code: "no-wheel" }, filename);
    }
    offer({ ...own, hashes: { sha256: "e".repeat(64) } });
    await assert.rejects(find("1.10.0", { known }), { code: "checksum-mismatch" });
  });

  it("from a malicious index are not listed", async () => {
    const name = "thing-1.9.0-py3-none-any.whl";
    const page = (body: string, type = "application/vnd.pypi.simple.v1+json"): void => {
      server.files.set("/simple/thing/", { body: Buffer.from(body), type });
    };
    const one = (more: object): string => JSON.stringify({ files: [{ filename: name, url: "/x", ...more }] });
    for (const filename of [
      ...[
        `../../../${name}`,
        `/etc/${name}`,
        `..\\${name}`,
        `a/${name}`,
        `-${name}`,
        `.${name}`,
        `${name}\0`,
        `C:${name}`,
      ],
      ...[
        `thing-1.9.0-py3-none-${"a".repeat(300)}.any.whl`,
        "thing-1.9.0-py3-none-any.whl/../x",
        5,
        null,
        {},
        [],
        ["x"],
      ],
    ]) {
      page(one({ filename }));
      await assert.rejects(find(">=1"), { code: "no-wheel" }, JSON.stringify(filename));
    }
    for (const url of ["file:///etc/passwd", "ftp://x/y", "javascript:1", "http://", 5, null, {}, "data:,x"]) {
      page(one({ url }));
      await assert.rejects(find(">=1"), { code: "no-wheel" }, JSON.stringify(url));
    }
    for (const sha256 of ["x", "", "A".repeat(64), "a".repeat(63), 5, null, {}, "../x"]) {
      page(one({ hashes: { sha256 } }));
      await assert.rejects(find(">=1"), { code: "no-wheel" }, JSON.stringify(sha256));
    }
    for (const size of [-1, 2 ** 53, "5", null, {}]) {
      page(one({ size }));
      assert.equal((await find(">=1")).size, undefined);
    }
    for (const body of ["", "{", "[".repeat(100_000)]) {
      page(body);
      await assert.rejects(find(">=1"), { code: "network-failed" }, body.slice(0, 20));
    }
    for (const body of ["null", "[]", "5", '{"files":{}}', '{"files":[null,5,[],"x"]}']) {
      page(body);
      await assert.rejects(find(">=1"), { code: "no-wheel" }, body);
    }
    for (const href of [`..%2f..%2f${name}`, `%zz${name}`, "http://[", `javascript:${name}`, `file:///${name}`]) {
      page(`<a href="${href}">x</a>`, "text/html");
      await assert.rejects(find(">=1"), { code: "no-wheel" }, href);
    }
    page(" ".repeat(65 * 2 ** 20));
    await assert.rejects(find(">=1"), { code: "untrusted-answer" });
    await assert.rejects(findWheel("thing", "1", { indexes: ["no address", "http://%zz@127.0.0.1:1"] }), {
      code: "network-failed",
    });
  });

  it("with entries that leave the folder or collide are not extracted", async () => {
    const file = join(folder, "x.whl");
    const target = join(folder, "deep", "er", "target");
    for (const names of [
      ...[["../out"], ["a/../../out"], ["/out"], ["..\\out"], ["C:\\out"], ["C:out"], ["a/../../../../../../out"]],
      ...[["a", "a/b"], ["a/b", "a"], ["a", "a"], ["a", "./a"], ["x".repeat(300)], ["a\0b"]],
    ]) {
      writeFileSync(file, zip(Object.fromEntries(names.map((_, i) => [String(i), "x"]))));
      let at = 0;
      const chosen = (): string => names[at++]!;
      await assert.rejects(extractWheel(file, chosen, target), { code: "archive-malformed" }, JSON.stringify(names));
      assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), ["deep", join("deep", "er"), "x.whl"]);
    }
    // Entry names exactly as in the archive.
    for (const name of ["../out", "/out", "a/../../out", "..\\out", "C:/out"]) {
      writeFileSync(file, zip({ [name]: "x" }));
      await assert.rejects(
        extractWheel(file, (path) => path, target),
        { code: "archive-malformed" },
        name,
      );
    }
  });

  it("extract the selected files atomically, over existing ones", async () => {
    const file = join(folder, "x.whl");
    const target = join(folder, "target");
    writeFileSync(
      file,
      zip({ "thing/a.txt": "alpha", "thing/deep/b.txt": "beta", "other/c.txt": "gamma", "empty/": "" }),
    );
    mkdirSync(target);
    writeFileSync(join(target, "old.txt"), "old");
    const chosen = (path: string): string | undefined => (path.startsWith("thing/") ? path.slice(6) : undefined);
    assert.deepEqual(await extractWheel(file, chosen, target), ["a.txt", join("deep", "b.txt")]);
    assert.equal(readFileSync(join(target, "deep", "b.txt"), "utf8"), "beta");
    assert.equal(existsSync(join(target, "old.txt")), false);
    assert.deepEqual(readdirSync(folder).sort(), ["target", "x.whl"]);
  });

  it("preserve the executable bit", async () => {
    const file = join(folder, "x.whl");
    writeFileSync(file, zip({ "bin/tool": "#!/bin/sh", "lib/data": "data" }, ["bin/tool"]));
    await extractWheel(file, (path) => path, join(folder, "target"));
    assert.equal(statSync(join(folder, "target", "bin", "tool")).mode & 0o111, 0o111);
    assert.equal(statSync(join(folder, "target", "lib", "data")).mode & 0o111, 0);
  });

  it("change nothing if damaged, or if entries leave their folder", async () => {
    const file = join(folder, "x.whl");
    const target = join(folder, "target");
    mkdirSync(target);
    writeFileSync(join(target, "old.txt"), "old");
    writeFileSync(file, zip({ "a.txt": "alpha" }));
    await assert.rejects(
      extractWheel(file, () => "../../out.txt", target),
      { code: "archive-malformed" },
    );
    await assert.rejects(
      extractWheel(file, () => "/out.txt", target),
      { code: "archive-malformed" },
    );
    writeFileSync(file, zip({ "a.txt": "alpha" }).subarray(20));
    await assert.rejects(
      extractWheel(file, (p) => p, target),
      { code: "archive-malformed" },
    );
    writeFileSync(file, "no zip at all");
    await assert.rejects(
      extractWheel(file, (p) => p, target),
      { code: "archive-malformed" },
    );
    assert.deepEqual(readdirSync(target), ["old.txt"]);
    assert.deepEqual(readdirSync(folder).sort(), ["target", "x.whl"]);
  });

  it("list the requirements of an extra", () => {
    const metadata = [
      "Name: tensorflow",
      "Requires-Dist: absl-py>=1.0.0",
      'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
      "Requires-Dist: nvidia-nccl-cu12 (<3.0,>=2.27) ; extra == 'and-cuda'",
      'Requires-Dist: other; extra == "else"',
    ].join("\n");
    assert.deepEqual(requirementsOfExtra(metadata, "and-cuda"), [
      { project: "nvidia-cublas-cu12", version: "<13.0,>=12.5.3.2" },
      { project: "nvidia-nccl-cu12", version: "<3.0,>=2.27" },
    ]);
  });

  it("support version order and specifiers", () => {
    assert.ok(comparePythonVersions("1.10", "1.9") > 0);
    assert.equal(comparePythonVersions("1.0", "1.0.0"), 0);
    assert.ok(comparePythonVersions("2.0rc1", "2.0") < 0);
    const cases: readonly (readonly [string, string, boolean])[] = [
      ["1.2.3", "~=1.2", true],
      ["2.0", "~=1.2", false],
      ["1.2.9", "~=1.2.3", true],
      ["1.3.0", "~=1.2.3", false],
      ["1.2.3", "==1.2.*", true],
      ["1.20", "==1.2.*", false],
      ["1.2", "!=1.2", false],
      ["1.2", ">1.1,<=1.2", true],
      ["1.2", "", true],
      ["1.2rc1", "", false],
      ["1.2", ">=what?", false],
    ];
    for (const [version, spec, expected] of cases)
      assert.equal(satisfiesPythonVersion(version, spec), expected, `${version} ${spec}`);
  });
});

describe("pip settings", () => {
  it("are read from files and the environment, with the later taking precedence", () => {
    const home = mkdtempSync(join(tmpdir(), "tunebook-pip-"));
    const file = join(home, "pip.conf");
    mkdirSync(join(home, ".config", "pip"), { recursive: true });
    const nowhere = { HOME: home, XDG_CONFIG_DIRS: join(home, "none") };
    assert.equal(pipSettings(nowhere).indexes.at(0)?.endsWith("/simple"), true);
    writeFileSync(
      join(home, ".config", "pip", "pip.conf"),
      "[global]\nindex-url = https://one.example/simple/\ncert = /etc/one.pem\n",
    );
    assert.deepEqual(pipSettings(nowhere), { indexes: ["https://one.example/simple"], certificates: "/etc/one.pem" });
    writeFileSync(
      file,
      "# ours\n[download]\nindex_url: https://two.example/s\nextra-index-url =\n  https://three.example/s\n  https://four.example/s\n",
    );
    assert.deepEqual(pipSettings({ ...nowhere, PIP_CONFIG_FILE: file }).indexes, [
      "https://two.example/s",
      "https://three.example/s",
      "https://four.example/s",
    ]);
    const set = { ...nowhere, PIP_CONFIG_FILE: file, PIP_INDEX_URL: "https://five.example/", PIP_EXTRA_INDEX_URL: "" };
    assert.equal(pipSettings(set).indexes[0], "https://five.example");
    rmSync(home, { recursive: true });
  });
});
