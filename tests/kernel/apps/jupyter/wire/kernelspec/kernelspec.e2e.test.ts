import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { inflateSync } from "node:zlib";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseConnection } from "#kernel/apps/jupyter/wire/connection.js";
import { dataFolders, userDataFolder } from "#kernel/apps/jupyter/wire/kernelspec/jupyter-paths.js";
import {
  installedKernels,
  installKernelspec,
  uninstallKernelspec,
} from "#kernel/apps/jupyter/wire/kernelspec/kernelspec.js";

const cli = fileURLToPath(new URL("../../../../../../kernel/apps/cli/main.js", import.meta.url));
const coded = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

describe("kernel installation", () => {
  let data = "";
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "tunebook-spec-"));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it("writes a kernelspec and logos, repeatedly and under another name, and removes them", () => {
    const folder = installKernelspec(data, "tunebook");
    installKernelspec(data, "tunebook");
    installKernelspec(data, "other");
    const spec = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as Record<string, unknown>;
    const [node, entry, file] = spec["argv"] as string[];
    assert.equal(node, process.execPath);
    assert.ok(entry !== undefined && existsSync(entry));
    assert.equal(file, "{connection_file}");
    assert.equal(spec["interrupt_mode"], "message");
    assert.equal(spec["language"], "typescript");
    for (const size of [32, 64]) {
      const png = readFileSync(join(folder, `logo-${String(size)}x${String(size)}.png`));
      assert.deepEqual([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)], ["PNG", size, size]);
      const pixels = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
      assert.equal(pixels.length, size * (size * 4 + 1));
    }
    assert.deepEqual(readdirSync(join(data, "kernels")).sort(), ["other", "tunebook"]);
    assert.deepEqual(
      installedKernels([data]).map(({ name, works }) => [name, works]),
      [
        ["other", true],
        ["tunebook", true],
      ],
    );
    uninstallKernelspec(data, "other");
    uninstallKernelspec(data, "tunebook");
    assert.deepEqual(installedKernels([data]), []);
  });

  it("changes no kernel of another program", () => {
    const folder = join(data, "kernels", "python3");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "kernel.json"), '{"argv":["python"],"display_name":"Python","language":"python"}');
    assert.throws(() => installKernelspec(data, "python3"), coded("kernel-not-ours"));
    assert.throws(() => uninstallKernelspec(data, "python3"), coded("kernel-not-ours"));
    assert.ok(existsSync(join(folder, "kernel.json")));
  });

  it("rejects names that Jupyter would not find, and unwritable locations", () => {
    for (const name of ["", "..", ".x", "a/b", "a b", "ä"])
      assert.throws(() => installKernelspec(data, name), coded("kernel-name"), name);
    assert.throws(() => uninstallKernelspec(data, "none"), coded("kernel-not-installed"));
    writeFileSync(join(data, "file"), "");
    assert.throws(() => installKernelspec(join(data, "file"), "tunebook"), coded("folder-unwritable"));
  });

  it("is available as a command with Jupyter's locations", function () {
    this.timeout(30_000);
    const env = {
      ...process.env,
      JUPYTER_DATA_DIR: join(data, "user"),
      VIRTUAL_ENV: join(data, "venv"),
      JUPYTER_PATH: "",
    };
    const tunebook = (...args: string[]): string =>
      execFileSync(process.execPath, [cli, "kernel", ...args], { env, encoding: "utf8" });
    tunebook("install", "--user");
    tunebook("install", "--sys-prefix", "--name", "mine");
    tunebook("install", "--prefix", join(data, "p"));
    assert.ok(existsSync(join(data, "user", "kernels", "tunebook", "kernel.json")));
    assert.ok(existsSync(join(data, "venv", "share", "jupyter", "kernels", "mine", "kernel.json")));
    assert.ok(existsSync(join(data, "p", "share", "jupyter", "kernels", "tunebook", "kernel.json")));
    const listed = JSON.parse(tunebook("list", "--json")) as { name: string; folder: string }[];
    const here = listed.filter(({ folder }) => folder.startsWith(data)).map(({ name }) => name);
    assert.deepEqual(here, ["tunebook", "mine"]);
    tunebook("uninstall", "--user");
    assert.equal(existsSync(join(data, "user", "kernels", "tunebook")), false);
    assert.throws(
      () => execFileSync(process.execPath, [cli, "kernel", "uninstall", "--user"], { env, stdio: "pipe" }),
      {
        status: 1,
      },
    );
  });

  it("knows Jupyter's folders on each system", () => {
    const home = "/home/ada";
    const on = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}) => ({ platform, env, home });
    assert.equal(userDataFolder(on("linux")), join(home, ".local/share/jupyter"));
    assert.equal(userDataFolder(on("linux", { XDG_DATA_HOME: "/x" })), join("/x/jupyter"));
    assert.equal(userDataFolder(on("darwin")), join(home, "Library/Jupyter"));
    assert.equal(userDataFolder(on("win32", { APPDATA: "/a" })), join("/a/jupyter"));
    assert.equal(userDataFolder(on("darwin", { JUPYTER_DATA_DIR: "/d" })), "/d");
    assert.deepEqual(dataFolders(on("linux", { JUPYTER_PATH: "/p:/q" }), "/venv"), [
      "/p",
      "/q",
      join(home, ".local/share/jupyter"),
      join("/venv/share/jupyter"),
      "/usr/local/share/jupyter",
      "/usr/share/jupyter",
    ]);
  });
});

describe("connection file", () => {
  const good = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5, key: "k" };

  it("states the ports and the signing key", () => {
    const { ports, hash, ip, transport } = parseConnection(JSON.stringify(good), "c.json");
    assert.deepEqual(
      { ports, hash, ip, transport },
      {
        ports: { shell: 1, control: 2, iopub: 3, stdin: 4, hb: 5 },
        hash: "sha256",
        ip: "127.0.0.1",
        transport: "tcp",
      },
    );
  });

  it("is rejected with the missing field if it is incomplete", () => {
    const wrong: readonly [unknown, RegExp][] = [
      [[], /not a JSON object/],
      [{ ...good, hb_port: undefined }, /hb_port/],
      [{ ...good, shell_port: 70000 }, /shell_port/],
      [{ ...good, transport: "pigeon" }, /transport/],
      [{ ...good, signature_scheme: "hmac-rot13" }, /rot13/],
      [{ ...good, key: 5 }, /key/],
    ];
    for (const [content, problem] of wrong)
      assert.throws(
        () => parseConnection(JSON.stringify(content), "c.json"),
        (error: Error) => {
          assert.ok(coded("bad-connection-file")(error));
          assert.match(error.message, problem);
          return true;
        },
      );
    assert.throws(() => parseConnection("{", "c.json"), coded("bad-connection-file"));
  });
});
