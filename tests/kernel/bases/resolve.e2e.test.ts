import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import { resolveBase } from "#kernel/bases/resolve.js";
import { readHeader, readTensor, writeSafetensors } from "#kernel/tensors/safetensors.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import { codeOf } from "../data/rows/plans.js";
import { commit, HubServer, type Trouble } from "./hub-server.js";

const models = fileURLToPath(new URL("../../../../tests/fixtures/models/", import.meta.url));
const plain = join(models, "bert-plain");
const files = Object.fromEntries(
  ["config.json", "model.safetensors"].map((name) => [name, new Uint8Array(readFileSync(join(plain, name)))]),
);
const settings = [
  "HF_HOME",
  "HF_HUB_CACHE",
  "HUGGINGFACE_HUB_CACHE",
  "HF_ENDPOINT",
  "HF_TOKEN",
  "HF_TOKEN_PATH",
  "HF_HUB_OFFLINE",
  "TRANSFORMERS_OFFLINE",
  "TUNEBOOK_CACHE",
];

/** Splits the small BERT's tensors into two files. */
function shardsOfPlain(): readonly [Shard, Shard] {
  const file = join(plain, "model.safetensors");
  const all = Object.keys(readHeader(file).tensors).sort();
  const folder = mkdtempSync(join(tmpdir(), "tunebook-"));
  const shard = (half: number): Shard => {
    const names = all.filter((_, i) => i % 2 === half);
    const tensors = names.map((name) => {
      const { dtype, shape, bytes } = readTensor(file, name);
      return [name, { dtype, shape, bytes }] as const;
    });
    writeSafetensors(join(folder, "shard"), Object.fromEntries(tensors));
    return { names, bytes: new Uint8Array(readFileSync(join(folder, "shard"))) };
  };
  const both = [shard(0), shard(1)] as const;
  rmSync(folder, { recursive: true });
  return both;
}
interface Shard {
  readonly names: readonly string[];
  readonly bytes: Uint8Array;
}

describe("base models", function () {
  this.timeout(60_000);
  const before_ = Object.fromEntries(settings.map((name) => [name, process.env[name]]));
  let home: string;
  const hubs: HubServer[] = [];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "tunebook-"));
    for (const name of settings) delete process.env[name];
    process.env["HF_HOME"] = join(home, "hf");
    process.env["HF_ENDPOINT"] = "http://127.0.0.1:9"; // no server listens on this port
    if (before_["TUNEBOOK_CACHE"] !== undefined) process.env["TUNEBOOK_CACHE"] = before_["TUNEBOOK_CACHE"];
  });
  afterEach(async () => {
    for (const [name, value] of Object.entries(before_)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await Promise.all(hubs.splice(0).map((hub) => hub.stop()));
    rmSync(home, { recursive: true, force: true });
  });
  const hub = async (trouble?: Trouble, own: Record<string, Uint8Array> = files) => {
    const server = await HubServer.start({ "acme/tiny": own }, trouble);
    hubs.push(server);
    process.env["HF_ENDPOINT"] = server.endpoint;
    return server;
  };
  const find = (name: string) => resolveBase(name, { folder: home });
  const cached = (...parts: string[]) => join(home, "hf", "hub", "models--acme--tiny", ...parts);

  it("given as a URL are refused without showing its query", async () => {
    for (const name of ["https://h/m.gguf?sig=planted", "https:/ann:planted@h/m.gguf", "s3://h/m?sig=planted"])
      await assert.rejects(find(name), (error: CodedError) => {
        assert.equal(error.code, "base-is-address");
        return !JSON.stringify([error.data, error.message]).includes("planted");
      });
    await assert.rejects(find("C://models/m.gguf"), { code: "base-not-found" });
  });

  describe("base in a folder", () => {
    it("is opened with its facts", async () => {
      cpSync(plain, join(home, "mine"), { recursive: true });
      const base = await find("./mine");
      assert.deepEqual(
        [base.from, base.facts.family, base.files],
        ["folder", "bert", ["config.json", "model.safetensors"]],
      );
      assert.equal(base.facts.positions, base.facts.config["max_position_embeddings"]);
      const sizes = Object.values(base.facts.shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
      assert.ok(base.facts.parameters > 0 && base.facts.parameters <= sizes);
      assert.equal((await resolveBase("bert-plain", { folder: models })).hash, base.hash);
      writeFileSync(join(home, "mine", "config.json"), `${readFileSync(join(home, "mine", "config.json"), "utf8")} `);
      assert.notEqual((await find("mine")).hash, base.hash);
    });
    it("is a coded error if truncated, of unknown architecture, without weights or damaged", async () => {
      const change = async (work: (folder: string) => void) => {
        const folder = mkdtempSync(join(home, "m-"));
        cpSync(plain, folder, { recursive: true });
        work(folder);
        return codeOf(() => find(folder));
      };
      const config = (text: string) => (folder: string) => writeFileSync(join(folder, "config.json"), text);
      assert.equal((await change((f) => truncateSync(join(f, "model.safetensors"), 3000))).code, "weights-truncated");
      assert.equal((await change((f) => truncateSync(join(f, "model.safetensors"), 5))).code, "weights-truncated");
      const strange = await change(config('{"model_type":"mamba"}'));
      assert.deepEqual([strange.code, strange.data["architecture"]], ["unknown-architecture", "mamba"]);
      assert.ok((strange.data["has"] as string[]).includes("bert"));
      assert.equal((await change(config("{}"))).code, "unknown-architecture");
      assert.equal((await change(config("[1"))).code, "base-damaged");
      assert.equal((await change((f) => rmSync(join(f, "model.safetensors")))).code, "base-incomplete");
      assert.equal((await change((f) => rmSync(join(f, "config.json")))).code, "base-incomplete");
    });
    it("is refused with the reason if its weights are a pickle, wherever they are", async () => {
      const folder = join(home, "pickled");
      cpSync(plain, folder, { recursive: true });
      rmSync(join(folder, "model.safetensors"));
      writeFileSync(join(folder, "training_args.bin"), "");
      assert.equal((await codeOf(() => find("pickled"))).code, "base-incomplete");
      for (const name of [
        "pytorch_model.bin",
        "pytorch_model-00001-of-00002.bin",
        "model.pt",
        "last.ckpt",
        "model.pth",
      ]) {
        writeFileSync(join(folder, name), "cos\nsystem\n(S'exit'\ntR.");
        const refused = await codeOf(() => find("pickled"));
        assert.deepEqual([refused.code, refused.data["file"]], ["base-pickled", name]);
        const itself = await codeOf(() => find(`./pickled/${name}`));
        assert.deepEqual([itself.code, itself.data["file"]], ["base-pickled", name]);
        rmSync(join(folder, name));
      }
      writeFileSync(join(folder, "pytorch_model.bin"), "");
      await assert.rejects(openModelFolder(folder), { code: "base-pickled" });
      cpSync(join(plain, "model.safetensors"), join(folder, "model.safetensors"));
      assert.deepEqual((await find("pickled")).files, ["config.json", "model.safetensors"]);
    });
  });

  describe("base on the hub", () => {
    it("is downloaded to the shared cache and loaded from it the next time", async () => {
      const server = await hub();
      const base = await find("acme/tiny");
      assert.deepEqual([base.from, base.folder], ["hub", cached("snapshots", commit)]);
      assert.equal(readFileSync(cached("refs", "main"), "utf8"), commit);
      assert.deepEqual(
        readFileSync(join(base.folder, "model.safetensors")),
        readFileSync(join(plain, "model.safetensors")),
      );
      assert.match(readlinkSync(join(base.folder, "model.safetensors")), /^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/);
      assert.match(readlinkSync(join(base.folder, "config.json")), /^\.\.\/\.\.\/blobs\/[0-9a-f]{40}$/);
      assert.deepEqual(
        readdirSync(cached("blobs")).filter((n) => /part|lock/.test(n)),
        [],
      );
      const asked = server.asked.length;
      const again = await find("acme/tiny");
      assert.deepEqual([again.from, again.hash, server.asked.length], ["cache", base.hash, asked]);
      for (const { facts } of [base, again])
        assert.deepEqual(facts.origin, { repository: "acme/tiny", revision: commit });
    });
    it("is resolved through headers if the repository state has no checksums", async () => {
      const server = await hub({ silent: true });
      assert.equal((await find("acme/tiny")).from, "hub");
      assert.ok(server.asked.some((a) => a.method === "HEAD"));
      assert.match(readlinkSync(cached("snapshots", commit, "model.safetensors")), /[0-9a-f]{64}$/);
    });
    it("resumes after a broken connection", async () => {
      const server = await hub({ breaks: [1000, 2000] });
      await find("acme/tiny");
      const ranges = server.asked.filter((a) => a.path.startsWith("/bytes/")).map((a) => a.range);
      assert.deepEqual(ranges, [null, "bytes=1000-", "bytes=3000-"]);
    });
    it("is refused if its bytes do not match the checksum", async () => {
      await hub({ lies: true });
      assert.equal((await codeOf(() => find("acme/tiny"))).code, "checksum-mismatch");
      assert.ok(!existsSync(cached("refs", "main")));
    });
    it("is downloaded again if the cache is damaged", async () => {
      await hub();
      const { folder, hash } = await find("acme/tiny");
      const blob = join(folder, readlinkSync(join(folder, "model.safetensors")));
      const bytes = readFileSync(blob);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(blob, bytes);
      const mended = await find("acme/tiny");
      assert.deepEqual([mended.from, mended.hash], ["hub", hash]);
    });
    it("receives the token, and its refusal is a coded error", async () => {
      const server = await hub({ token: "hf_secret" });
      const without = await codeOf(() => find("acme/tiny"));
      assert.deepEqual([without.code, without.data["hasToken"]], ["base-needs-token", false]);
      process.env["HF_TOKEN"] = "hf_secret";
      assert.equal((await find("acme/tiny")).from, "hub");
      assert.ok(server.asked.some((a) => a.authorization === "Bearer hf_secret"));
    });
    it("is a coded error if it has no safetensors", async () => {
      await hub({}, { "config.json": files["config.json"]!, "pytorch_model.bin": new Uint8Array(10) });
      const error = await codeOf(() => find("acme/tiny"));
      assert.deepEqual([error.code, error.data["file"]], ["base-pickled", "pytorch_model.bin"]);
    });
    it("is downloaded in shards, including those missing from the cache", async () => {
      const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
      const [first, second] = shardsOfPlain();
      const index = new TextEncoder().encode(
        JSON.stringify({
          weight_map: Object.fromEntries([first, second].flatMap(({ names }, i) => names.map((n) => [n, shards[i]]))),
        }),
      );
      const own = { "config.json": files["config.json"]!, "model.safetensors.index.json": index };
      await hub({}, { ...own, [shards[0]!]: first.bytes, [shards[1]!]: second.bytes });
      const base = await find("acme/tiny");
      assert.deepEqual(base.files.slice(-2), shards);
      rmSync(join(base.folder, shards[1]!));
      const again = await find("acme/tiny");
      assert.deepEqual([again.from, again.hash], ["hub", base.hash]);
      assert.equal((await find("acme/tiny")).from, "cache");
    });
    it("is not requested offline", async () => {
      const server = await hub();
      process.env["HF_HUB_OFFLINE"] = "1";
      const error = await codeOf(() => find("acme/tiny"));
      assert.equal(error.code, "base-not-found");
      assert.equal(server.asked.length, 0);
    });
  });

  it("that are not found list every place and its response", async () => {
    await hub();
    const error = await codeOf(() => find("acme/tyni"));
    assert.equal(error.code, "base-not-found");
    const tried = error.data["tried"] as { place: string; why: string }[];
    assert.deepEqual(
      tried.map((t) => t.place.split(" ")[0]),
      ["folder", "cache", "packages", "hub"],
    );
    process.env["HF_ENDPOINT"] = "http://127.0.0.1:9";
    const closed = await codeOf(() => find("acme/tyni"));
    assert.match((closed.data["tried"] as { why: string }[]).at(-1)!.why, /could not download/);
    assert.equal((await codeOf(() => find("all-MiniLM-L6-v3"))).data["near"], "all-MiniLM-L6-v2");
    assert.equal(((await codeOf(() => find("./nothing"))).data["tried"] as unknown[]).length, 1);
    assert.equal((await codeOf(() => find("a@../../x"))).code, "base-not-found");
  });

  it("are loaded from a package, unless a folder has the same name", async function () {
    this.timeout(300_000);
    const base = await find("sentence-transformers/all-MiniLM-L6-v2");
    assert.deepEqual(
      [base.from, base.facts.family, base.facts.parameters, base.facts.positions],
      ["package", "bert", 22_713_216, 512],
    );
    assert.ok(base.facts.hasTokenizer);
    assert.equal((await find("all-MiniLM-L6-v2")).hash, base.hash);
    mkdirSync(join(home, "all-MiniLM-L6-v2"));
    assert.equal(
      (await codeOf(() => find("all-MiniLM-L6-v2"))).code,
      "base-incomplete",
      "a folder of that name goes first",
    );
  });
});
