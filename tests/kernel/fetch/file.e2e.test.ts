import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { fetchFile } from "#kernel/fetch/file.js";
import { withFileLock } from "#kernel/fetch/cache.js";
import { serveFiles, type FileServer } from "./file-server.js";

const caller = fileURLToPath(new URL("./fetch-caller.js", import.meta.url));
const body = randomBytes(300_000);
const sha256 = createHash("sha256").update(body).digest("hex");

describe("file download", function () {
  this.timeout(30_000);
  let server: FileServer;
  let folder: string;
  let target: string;
  beforeEach(async () => {
    server = await serveFiles();
    folder = mkdtempSync(join(tmpdir(), "tunebook-fetch-"));
    target = join(folder, "deep", "file.bin");
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const url = (path = "/file"): string => server.url + path;
  const fetchedWhole = (): void => {
    assert.deepEqual(readFileSync(target), body);
    assert.deepEqual(readdirSync(join(folder, "deep")), ["file.bin"]);
  };

  it("verifies the file, reports progress, and skips a file that exists already", async () => {
    server.files.set("/file", { body });
    const told: number[] = [];
    await fetchFile(url(), target, { sha256, size: body.length, onProgress: (done) => told.push(done) });
    fetchedWhole();
    assert.equal(told.at(-1), body.length);
    await fetchFile(url(), target, { sha256 });
    assert.equal(server.asked.length, 1);
  });

  it("resumes after each broken connection", async () => {
    server.files.set("/file", { body, cutAfter: 50_000 });
    await fetchFile(url(), target, { sha256, size: body.length });
    fetchedWhole();
    assert.ok(server.asked.length >= 6);
    assert.ok(server.asked.slice(1).every(({ range }) => range !== undefined && range !== "bytes=0-"));
  });

  it("saves the partial file for the next attempt when it gives up", async () => {
    server.files.set("/file", { body, cutAfter: 120_000 });
    const cut = fetchFile(url(), target, { sha256, signal: AbortSignal.timeout(500) });
    server.files.set("/file", { body, slow: 60, cutAfter: 60_000 });
    await assert.rejects(cut);
    const kept = statSync(`${target}.part`).size;
    assert.ok(kept > 0 && kept < body.length);
    server.asked.length = 0;
    server.files.set("/file", { body });
    await fetchFile(url(), target, { sha256 });
    fetchedWhole();
    // A busy machine may break a connection before its first byte; the same request is then sent again.
    assert.deepEqual([...new Set(server.asked.map((a) => a.range))], [`bytes=${String(kept)}-`]);
  });

  it("restarts if the server does not support ranges", async () => {
    mkdirSync(join(folder, "deep"));
    writeFileSync(`${target}.part`, body.subarray(0, 1000));
    server.files.set("/file", { body, noRanges: true });
    await fetchFile(url(), target, { sha256 });
    fetchedWhole();
  });

  it("accepts a partial file that is complete already", async () => {
    mkdirSync(join(folder, "deep"));
    writeFileSync(`${target}.part`, body);
    server.files.set("/file", { body });
    await fetchFile(url(), target, { sha256 });
    fetchedWhole();
  });

  it("stores nothing if the content is not as expected", async () => {
    server.files.set("/file", { body: randomBytes(1000) });
    await assert.rejects(fetchFile(url(), target, { sha256 }), { code: "checksum-mismatch" });
    await assert.rejects(fetchFile(url(), target, { size: 999 }), { code: "checksum-mismatch" });
    assert.deepEqual(readdirSync(join(folder, "deep")), []);
  });

  it("replaces a damaged file", async () => {
    mkdirSync(join(folder, "deep"));
    writeFileSync(target, body.subarray(1));
    server.files.set("/file", { body });
    await fetchFile(url(), target, { sha256 });
    fetchedWhole();
  });

  it("fails immediately on an HTTP error, and after several attempts if the server is unreachable", async () => {
    await assert.rejects(fetchFile(url("/none"), target), { code: "network-failed" });
    assert.equal(server.asked.length, 1);
    const gone = await serveFiles();
    await gone.close();
    await assert.rejects(fetchFile(`${gone.url}/file`, target, { attempts: 2 }), { code: "network-failed" });
  });

  it("hides credentials in its errors and sends them as a header", async () => {
    const secret = url("/none").replace("http://", "http://user:pass%40word@");
    await assert.rejects(fetchFile(secret, target), (e: Error) => !e.message.includes("pass"));
    assert.equal(server.asked[0]!.headers.authorization, `Basic ${Buffer.from("user:pass@word").toString("base64")}`);
  });

  it("rejects a file larger than the free disk space before any request", async () => {
    server.files.set("/file", { body });
    await assert.rejects(fetchFile(url(), target, { size: 2 ** 50 }), { code: "disk-full" });
    assert.equal(server.asked.length, 0);
  });

  it("runs once if two processes want the same file", async () => {
    server.files.set("/file", { body, slow: 5 });
    const said = await Promise.all([1, 2, 3].map(() => run("")));
    assert.deepEqual(said, ["fetched", "fetched", "fetched"]);
    fetchedWhole();
    assert.equal(server.asked.length, 1);
  });

  it("saves the partial file when the disk is full, and resumes from it", async () => {
    server.files.set("/file", { body });
    // The file-size limit of 100 KiB simulates a full disk.
    assert.equal(await run("trap '' XFSZ; ulimit -f 100; "), "disk-full");
    assert.equal(existsSync(target), false);
    const kept = statSync(`${target}.part`).size;
    assert.ok(kept > 0);
    assert.equal(await run(""), "fetched");
    fetchedWhole();
    assert.equal(server.asked.at(-1)!.range, `bytes=${String(kept)}-`);
  });

  it("takes over the lock of a dead process", async () => {
    server.files.set("/file", { body });
    mkdirSync(`${target}.lock`, { recursive: true });
    const old = new Date(Date.now() - 60_000);
    utimesSync(`${target}.lock`, old, old);
    await fetchFile(url(), target, { sha256 });
    fetchedWhole();
  });

  it("runs one lock holder at a time, and gives up on a lock in use", async () => {
    const place = join(folder, "place");
    const order: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      order.push(`${name} in`);
      await new Promise((wake) => setTimeout(wake, 50));
      order.push(`${name} out`);
    };
    await Promise.all([withFileLock(place, work("a")), withFileLock(place, work("b"))]);
    assert.equal(order[1], order[0]!.replace("in", "out"));
    await withFileLock(place, () => assert.rejects(withFileLock(place, work("c"), 200), { code: "cache-locked" }));
  });

  async function run(shell: string): Promise<string> {
    const command = `${shell}exec "$0" "$@"`;
    const args = ["-c", command, process.execPath, caller, url(), target, sha256];
    const child = spawn("bash", args, { stdio: ["ignore", "pipe", "inherit"] });
    return (await text(child.stdout)).trim();
  }
});
