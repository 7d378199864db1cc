/** Sources whose path is a URL: downloaded once and verified by their checksum. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planForStorage } from "#kernel/data/sources/checksums.js";
import { openAssistant } from "#kernel/apps/jupyter/cells/open-assistant.js";
import { prepareFetchedRows, readFetchedHeader } from "#kernel/data/sources/prepare.js";
import { call, codeOf, Folder } from "../rows/plans.js";
import { serveFiles, type FileServer } from "../../fetch/file-server.js";

describe("URL sources", () => {
  const folder = new Folder();
  const cache = mkdtempSync(join(tmpdir(), "tunebook-addresses-"));
  const before = process.env["TUNEBOOK_CACHE"];
  let server: FileServer;
  const body = Buffer.from("text,label\na,x\nb,y\n");
  const sha256 = createHash("sha256").update(body).digest("hex");
  beforeEach(async () => {
    process.env["TUNEBOOK_CACHE"] = cache;
    server = await serveFiles();
    server.files.set("/data/rows.csv", { body });
  });
  afterEach(() => server.close());
  after(() => {
    if (before === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = before;
    rmSync(cache, { recursive: true, force: true });
    folder.remove();
  });
  const source = (more: Record<string, string | boolean> = {}) =>
    call("source", "csv", { path: `${server.url}/data/rows.csv?v=1`, ...more });
  const prepared = (more: Record<string, string | boolean> = {}) =>
    prepareFetchedRows(folder.plan(source(more)), folder.world());

  it("are downloaded once for header, in-memory and streamed reading", async () => {
    assert.deepEqual((await readFetchedHeader(source({ sha256 }), folder.world())).columns, ["text", "label"]);
    const [held, streamed] = [await prepared({ sha256 }), await prepared({ sha256, stream: true })];
    assert.equal(held.facts.rowsIn, 2);
    assert.equal(held.facts.hash, streamed.facts.hash);
    assert.equal(server.asked.length, 1);
    assert.deepEqual(
      held.facts.notes?.filter((note) => note.includes("checksum")),
      [],
    );
  });
  it("report their checksum if the program states none", async () => {
    const { facts } = await prepared();
    assert.match(facts.notes?.[0] ?? "", new RegExp(`write \`sha256: "${sha256}"\``));
  });
  it("send secrets from the environment and do not show them", async () => {
    process.env["ADDRESS_TOKEN"] = "planted-token";
    const secret = call("secret", "secret", { env: "ADDRESS_TOKEN" });
    const plan = folder.plan(
      call("source", "csv", { path: `${server.url}/data/rows.csv`, token: secret, user: "ann" }),
    );
    const { facts } = await prepareFetchedRows(plan, folder.world());
    assert.equal(facts.rowsIn, 2);
    const sent = Buffer.from("ann:planted-token").toString("base64");
    assert.equal(server.asked[0]?.headers.authorization, `Basic ${sent}`);
    // Read from the cache, so the secret is not needed.
    delete process.env["ADDRESS_TOKEN"];
    assert.equal((await prepareFetchedRows(plan, folder.world())).facts.hash, facts.hash);
    assert.equal(server.asked.length, 1);
    const local = folder.plan(call("source", "csv", { path: folder.write("rows.csv", body), token: secret }));
    assert.equal((await codeOf(() => prepareFetchedRows(local, folder.world()))).code, "secret-without-address");
  });
  it("are not requested by an editor if that sends a secret, even in a trusted folder", async () => {
    process.env["ADDRESS_TOKEN"] = "planted-token";
    try {
      const check = async (argument: string): Promise<readonly string[]> => {
        const assistant = await openAssistant(folder.path, { trusted: () => true });
        const source = `csv("${server.url}/data/half.csv"${argument})`;
        const found = await assistant.check(`data rows { source: ${source}, columns: { text: text, label: label } }`);
        return found.map(({ code }) => code);
      };
      server.files.set("/data/half.csv", { body });
      for (const name of ["token", "query"])
        assert.ok((await check(`, ${name}: secret(env: ADDRESS_TOKEN)`)).includes("not-fetched"), name);
      assert.equal(server.asked.length, 0);
      assert.ok(!(await check("")).includes("not-fetched"));
      assert.equal(server.asked.length, 1);
    } finally {
      delete process.env["ADDRESS_TOKEN"];
    }
  });
  for (const path of ["https://", "http://[", "https://data.example:99999/x.csv"])
    it(`are a coded error if malformed: ${path}`, async () => {
      const code = await codeOf(() => readFetchedHeader(call("source", "csv", { path }), folder.world()));
      assert.equal(code.code, "address-malformed");
    });
  it("of a saved plan are read from the cache, with or without a checksum", async () => {
    for (const more of [{}, { sha256 }]) {
      const plan = folder.plan(source(more));
      const { facts } = await prepareFetchedRows(plan, folder.world());
      const kept = planForStorage(plan);
      assert.ok(!JSON.stringify(kept).includes("?v=1"));
      server.asked.length = 0;
      const again = await prepareFetchedRows(kept, folder.world());
      assert.deepEqual([again.facts.hash, again.facts.notes], [facts.hash, []]);
      assert.deepEqual(planForStorage(kept), kept);
      assert.equal(server.asked.length, 0);
    }
  });
  it("of a saved plan are never requested without their query", async () => {
    const kept = call("source", "csv", { path: `${server.url}/data/rows.csv?…${"0".repeat(64)}` });
    assert.equal((await codeOf(() => prepareFetchedRows(folder.plan(kept), folder.world()))).code, "query-left-out");
    assert.deepEqual(planForStorage(kept), kept);
    assert.equal(server.asked.length, 0);
  });
  it("are downloaded within a mixture", async () => {
    const plan = folder.plan({ kind: "source", word: "mix", arguments: { sources: [source({ sha256 })] as never } });
    assert.equal((await prepareFetchedRows(plan, folder.world())).facts.rowsIn, 2);
  });
  it("are refused for other bytes, no response or an unsafe connection", async () => {
    const other = await codeOf(() => prepared({ sha256: "0".repeat(64) }));
    assert.equal(other.code, "checksum-mismatch");
    assert.equal((await codeOf(() => prepared({ sha256: "abc" }))).code, "checksum-form");
    server.files.clear();
    const gone = call("source", "csv", { path: `${server.url}/data/none.csv` });
    assert.equal((await codeOf(() => prepareFetchedRows(folder.plan(gone), folder.world()))).code, "network-failed");
    const plain = call("source", "csv", { path: "http://data.example/rows.csv" });
    assert.equal((await codeOf(() => prepareFetchedRows(folder.plan(plain), folder.world()))).code, "unsafe-address");
  });
});
