/**
 * Files as workers get them: a file fetched by one worker is read from the cache by another on the same machine, even
 * while the first still reads it.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { placeFiles, removeUnusedFiles } from "#kernel/remote/coordinator/file-store.js";

describe("file cache of workers", () => {
  const bytes = Buffer.from("text,label\na good film,yes\n");
  const hash = createHash("sha256").update(bytes).digest("hex");
  let folder: string;
  let server: Server;
  let asked = 0;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-shelf-"));
    server = createServer((_, response) => {
      asked += 1;
      response.end(bytes);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shares a file with a second worker without touching the first one's copy", async () => {
    const { port } = server.address() as AddressInfo;
    const client = { blob: () => `http://127.0.0.1:${String(port)}/`, headers: {} };
    const cache = join(folder, "cache");
    const file = { path: "/nowhere/at/all/rows.csv", hash, bytes: bytes.length };
    const laid = async (worker: string): Promise<string> =>
      join(await placeFiles([file], { cache, folder: join(folder, worker), client }), file.path);
    const first = await laid("one");
    const before = statSync(first);
    await delay(20);
    const second = await laid("two");
    assert.equal(statSync(first).mtimeMs, before.mtimeMs);
    assert.ok(statSync(second).atimeMs > before.atimeMs);
    assert.deepEqual(readFileSync(second), bytes);
    assert.equal(asked, 1);

    const kept = join(cache, hash.slice(0, 2), hash);
    const month = 31 * 24 * 60 * 60_000;
    utimesSync(kept, new Date(), new Date(Date.now() - month));
    await removeUnusedFiles(cache);
    assert.equal(statSync(kept).size, bytes.length);
    await removeUnusedFiles(cache, Date.now() + month);
    assert.throws(() => statSync(kept));
  });
});
