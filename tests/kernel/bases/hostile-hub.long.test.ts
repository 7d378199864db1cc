import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { resolveBase } from "#kernel/bases/resolve.js";
import { codeOf } from "../data/rows/plans.js";

const plain = fileURLToPath(new URL("../../../../tests/fixtures/models/bert-plain", import.meta.url));
const commit = "0123456789abcdef0123456789abcdef01234567";
const content: Readonly<Record<string, Buffer>> = Object.fromEntries(
  ["config.json", "model.safetensors"].map((name) => [name, readFileSync(join(plain, name))]),
);
const gitId = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Values that a server may send although they are not a checksum, commit or plain name. */
const hostile: readonly unknown[] = [
  ...["../../evil", "../../../../../../../../evil", "/tmp/tunebook-evil", "..\\..\\evil", "C:\\evil", "\\\\host\\evil"],
  ...["", ".", "..", "x", " ", "\0", `${"a".repeat(64)}/../../../evil`, `../${"a".repeat(64)}`, `${"a".repeat(64)}\n`],
  ...["a".repeat(39), "a".repeat(41), "a".repeat(63), "a".repeat(65), "A".repeat(64), "g".repeat(40), "é".repeat(40)],
  ...[
    "%2e%2e%2fevil",
    "..%2f..%2fevil",
    "refs/main",
    "main",
    "~/evil",
    "$HOME/evil",
    "x".repeat(100_000),
    "con",
    "a:b",
  ],
  ...[0, 1e40, -1, true, false, [], ["../../evil"], {}, { toString: "../../evil" }],
];

interface Lies {
  /** Changes the branch state that the server returns; defaults to the true state. */
  readonly state?: (truth: Record<string, unknown>) => unknown;
  readonly headers?: (name: string) => Readonly<Record<string, string>>;
  /** Responses to requests other than the branch state. */
  readonly status?: number;
  readonly body?: (name: string) => Buffer | "endless";
}

describe("hostile hub", function () {
  this.timeout(120_000);
  const kept = Object.fromEntries(
    ["HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN", "HOME"].map((name) => [name, process.env[name]]),
  );
  let home: string;
  let server: Server | undefined;
  const asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "tunebook-hostile-"));
    mkdirSync(join(home, "a", "b", "c", "hub"), { recursive: true });
    process.env["HF_HOME"] = join(home, "a", "b", "c");
    delete process.env["HF_HUB_CACHE"];
    asked.length = 0;
  });
  afterEach(async () => {
    for (const [name, value] of Object.entries(kept)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(home, { recursive: true, force: true });
  });
  after(async () => {
    server?.closeAllConnections();
    await new Promise<void>((done) => (server ? server.close(() => done()) : done()));
  });

  /** The server's present behaviour. One server is reused, because a client does much work for each new address. */
  let lies: Lies = {};
  async function serve(told: Lies): Promise<string> {
    lies = told;
    server ??= await listening();
    const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    process.env["HF_ENDPOINT"] = endpoint;
    return endpoint;
  }
  async function listening(): Promise<Server> {
    const own = createServer((request, response) => {
      const path = new URL(request.url!, "http://x").pathname;
      asked.push({ path, headers: request.headers });
      if (path.startsWith("/api/")) {
        const siblings = Object.entries(content).map(([rfilename, bytes]) => ({
          rfilename,
          size: bytes.length,
          blobId: gitId(bytes),
        }));
        const truth = { sha: commit, siblings };
        const said = lies.state ? lies.state(truth) : truth;
        response.end(Buffer.isBuffer(said) ? said : JSON.stringify(said));
        return;
      }
      const name = decodeURIComponent(path.split("/").at(-1)!);
      const body = lies.body?.(name) ?? content[name] ?? Buffer.alloc(0);
      try {
        const length = body === "endless" ? {} : { "content-length": body.length };
        response.writeHead(lies.status ?? 200, { ...length, ...lies.headers?.(name) });
      } catch {
        response.destroy(); // Node's own server refuses to send such a header.
        return;
      }
      if (request.method === "HEAD") response.end();
      else if (body === "endless") {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
        };
        response.on("drain", more);
        more();
      } else response.end(body);
    });
    await new Promise<void>((done) => own.listen(0, "127.0.0.1", done));
    return own;
  }

  /** Returns every file and link in the folder, except those in the model's own part of the cache. */
  const elsewhere = (): readonly string[] =>
    readdirSync(home, { recursive: true, encoding: "utf8" })
      .filter((path) => !path.startsWith(["a", "b", "c", "hub", "models--acme--tiny"].join(sep)))
      .sort();

  async function refused(lies: Lies, what: string): Promise<string> {
    const before = elsewhere();
    await serve(lies);
    const { code } = await codeOf(() => resolveBase("acme/tiny", { folder: home }));
    assert.deepEqual(elsewhere(), before, `${what} wrote outside`);
    for (const path of readdirSync(home, { recursive: true, encoding: "utf8" }))
      assert.ok(realpathSync(join(home, path)).startsWith(realpathSync(home) + sep), `${what}: ${path} leads out`);
    rmSync(join(process.env["HF_HOME"]!, "hub", "models--acme--tiny"), { recursive: true, force: true });
    return code;
  }
  const each = (truth: Record<string, unknown>, change: (file: Record<string, unknown>) => object): unknown => ({
    ...truth,
    siblings: (truth["siblings"] as Record<string, unknown>[]).map((file) => ({ ...file, ...change(file) })),
  });

  it("cannot name a file by its checksum", async () => {
    for (const value of hostile) {
      const shown = JSON.stringify(value).slice(0, 60);
      const blob = await refused({ state: (truth) => each(truth, () => ({ blobId: value })) }, `blobId ${shown}`);
      assert.equal(blob, "untrusted-answer", `blobId ${shown}`);
      const lfs = await refused(
        { state: (truth) => each(truth, () => ({ lfs: { sha256: value } })) },
        `sha256 ${shown}`,
      );
      assert.equal(lfs, "untrusted-answer", `sha256 ${shown}`);
    }
  });

  it("cannot name a folder by its commit", async () => {
    for (const value of hostile)
      assert.equal(
        await refused({ state: (truth) => ({ ...truth, sha: value }) }, `sha ${JSON.stringify(value)}`),
        "untrusted-answer",
      );
  });

  it("cannot name a file by its headers", async () => {
    const silent = (truth: Record<string, unknown>): unknown => each(truth, () => ({ blobId: undefined }));
    for (const value of hostile) {
      if (typeof value !== "string" || value.length > 1000) continue;
      for (const key of ["etag", "x-linked-etag"]) {
        const code = await refused({ state: silent, headers: () => ({ [key]: `"${value}"` }) }, `${key} ${value}`);
        assert.ok(["untrusted-answer", "base-not-found"].includes(code), `${key} ${value}: ${code}`);
      }
    }
    assert.equal(await refused({ state: silent }, "no checksum at all"), "untrusted-answer");
    const other = { etag: gitId(content["config.json"]!), "x-repo-commit": "f".repeat(40) };
    assert.equal(await refused({ state: silent, headers: () => other }, "another commit"), "untrusted-answer");
  });

  it("cannot send bytes that differ from the checksum", async () => {
    const wrong = (name: string): Buffer => Buffer.from(content[name] ?? "").map((byte) => byte ^ 1) as Buffer;
    assert.equal(await refused({ body: wrong }, "other bytes"), "checksum-mismatch");
    const large = (truth: Record<string, unknown>): unknown =>
      each(truth, ({ rfilename }) => ({ lfs: { sha256: sha256(content[String(rfilename)]!) } }));
    assert.equal(await refused({ state: large, body: wrong }, "other bytes"), "checksum-mismatch");
  });

  it("cannot add files under hostile names, nor escape through an index", async () => {
    for (const value of hostile) {
      const more = (truth: Record<string, unknown>): unknown => ({
        ...truth,
        siblings: [...(truth["siblings"] as unknown[]), { rfilename: value, blobId: "a".repeat(40) }, value, null],
      });
      await serve({ state: more });
      const { from, folder } = await resolveBase("acme/tiny", { folder: home });
      assert.deepEqual([from, readdirSync(folder).sort()], ["hub", ["config.json", "model.safetensors"]]);
      rmSync(join(process.env["HF_HOME"]!, "hub", "models--acme--tiny"), { recursive: true, force: true });

      const name = `${typeof value === "string" ? value : JSON.stringify(value)}.safetensors`;
      const index = Buffer.from(JSON.stringify({ weight_map: { x: typeof value === "string" ? name : value } }));
      const files = { "config.json": content["config.json"]!, "model.safetensors.index.json": index };
      const state = (): unknown => ({
        sha: commit,
        siblings: [
          ...Object.entries(files).map(([rfilename, bytes]) => ({ rfilename, blobId: gitId(bytes) })),
          { rfilename: name, blobId: gitId(index) },
        ],
      });
      const body = (file: string): Buffer => (file === "config.json" ? files["config.json"] : index);
      const code = await refused({ state, body }, `shard ${name.slice(0, 60)}`);
      assert.match(code, /^(base-damaged|base-incomplete|weights-malformed|weights-truncated)$/);
    }
  });

  it("cannot send an endless file, nor one of an impossible size", async () => {
    const endless = { body: () => "endless" as const };
    assert.match(await refused(endless, "an endless file"), /untrusted-answer|checksum-mismatch/);
    const unsized = { ...endless, state: (truth: Record<string, unknown>) => each(truth, () => ({ size: undefined })) };
    assert.equal(await refused(unsized, "an endless file of no size"), "untrusted-answer");
    for (const size of [2 ** 53 - 1, 10 ** 12]) {
      const code = await refused({ state: (truth) => each(truth, () => ({ size })) }, `size ${size}`);
      assert.match(code, /untrusted-answer|disk-full/, String(size));
    }
    // An invalid size is ignored.
    for (const size of [2 ** 53, 1e300, -1, 0.5, "12", null, [], {}]) {
      await serve({ state: (truth) => each(truth, () => ({ size })) });
      assert.equal((await resolveBase("acme/tiny", { folder: home })).from, "hub");
      rmSync(join(process.env["HF_HOME"]!, "hub", "models--acme--tiny"), { recursive: true, force: true });
    }
  });

  it("cannot send a repository state in the wrong form", async () => {
    const forms: readonly unknown[] = [
      ...[
        null,
        [],
        "",
        0,
        {},
        { sha: commit },
        { sha: commit, siblings: {} },
        { sha: commit, siblings: "config.json" },
      ],
      ...[Buffer.from("<html>"), Buffer.from("[".repeat(100_000)), Buffer.from("\xff\xfe", "latin1"), Buffer.alloc(0)],
    ];
    for (const form of forms) assert.equal(await refused({ state: () => form }, "a form"), "base-not-found");
    assert.equal(await refused({ state: () => ({ sha: commit, siblings: [] }) }, "no files"), "base-incomplete");
    assert.equal(await refused({ state: () => Buffer.alloc(65 * 2 ** 20, " ") }, "65 MiB"), "untrusted-answer");
  });

  it("cannot redirect to unsafe addresses, nor receive the token through a redirect", async () => {
    process.env["HF_TOKEN"] = "hf_secret";
    for (const location of [
      "file:///etc/passwd",
      "ftp://127.0.0.1/x",
      "data:,x",
      "javascript:1",
      "http://",
      "\\\\no^host\\x", // a valid host name would be requested again and again
    ]) {
      const code = await refused({ status: 302, headers: () => ({ location }) }, location);
      assert.equal(code, "base-not-found", location);
    }
    const here = await serve({});
    const other = createServer((request, response) => {
      asked.push({ path: `other${request.url!}`, headers: request.headers });
      response.end(content[request.url!.split("/").at(-1)!]);
    });
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const there = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;
    await serve({ status: 302, headers: (name) => ({ location: `${there}/${name}` }) });
    try {
      assert.equal((await resolveBase("acme/tiny", { folder: home })).from, "hub");
      const told = asked.map(({ path, headers }) => [path.startsWith("other"), headers.authorization]);
      assert.ok(told.some(([elsewhere]) => elsewhere));
      for (const [elsewhere, authorization] of told)
        assert.equal(authorization, elsewhere ? undefined : "Bearer hf_secret");
      assert.notEqual(here, there);
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });

  it("cannot use a cache link that leads outside the cache", async () => {
    const model = join(process.env["HF_HOME"]!, "hub", "models--acme--tiny");
    const out = join(home, "out");
    mkdirSync(out);
    for (const part of ["blobs", "refs", "snapshots"]) {
      mkdirSync(model, { recursive: true });
      symlinkSync(out, join(model, part));
      await serve({});
      const { code } = await codeOf(() => resolveBase("acme/tiny", { folder: home }));
      assert.equal(code, "path-outside", part);
      assert.deepEqual(readdirSync(out), [], part);
      rmSync(model, { recursive: true });
    }
    // A partial download that is a symbolic link is not written through.
    const victim = join(out, "victim");
    writeFileSync(victim, "mine");
    mkdirSync(join(model, "blobs"), { recursive: true });
    symlinkSync(victim, join(model, "blobs", `${gitId(content["config.json"]!)}.part`));
    await serve({});
    assert.equal((await resolveBase("acme/tiny", { folder: home })).from, "hub");
    assert.equal(readFileSync(victim, "utf8"), "mine");
  });

  it("cannot choose a commit through a ref", async () => {
    const model = join(process.env["HF_HOME"]!, "hub", "models--acme--tiny");
    for (const ref of ["../../../../../..", "/", "x", "", "a".repeat(41), `${commit}/../..`]) {
      mkdirSync(join(model, "refs"), { recursive: true });
      writeFileSync(join(model, "refs", "main"), ref);
      await serve({ status: 404, state: () => null });
      assert.equal((await codeOf(() => resolveBase("acme/tiny", { folder: home }))).code, "base-not-found", ref);
      rmSync(model, { recursive: true });
    }
  });
});
