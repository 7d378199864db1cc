/**
 * Parquet files that a pattern names, prepared in memory and streamed: the rows are the same, and changed files are
 * read again.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareFetchedRows } from "#kernel/data/sources/prepare.js";
import { openToOthers } from "../../../open-to-others.js";
import { call, Folder } from "../rows/plans.js";

const tables = fileURLToPath(new URL("../../../../../tests/fixtures/tables/", import.meta.url));

describe("Parquet files by pattern", () => {
  const folder = new Folder();
  const cache = mkdtempSync(join(tmpdir(), "tunebook-parquet-"));
  const before = process.env["TUNEBOOK_CACHE"];
  const put = (from: string, to: string): void => copyFileSync(join(tables, from), join(folder.path, to));
  beforeEach(() => void (process.env["TUNEBOOK_CACHE"] = cache));
  after(() => {
    if (before === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = before;
    rmSync(cache, { recursive: true, force: true });
    folder.remove();
  });
  const prepared = (stream: boolean) =>
    prepareFetchedRows(
      folder.plan(call("source", "parquet", { path: "part-*.parquet", ...(stream && { stream }) }), {
        columns: { text: "text" },
        clean: [call("cleaner", "drop_empty")],
        split: call("split", "by_column", { column: "label" }),
      }),
      folder.world(),
    );

  it("have the same rows, splits and hash, streamed or not", async () => {
    put("zstd.parquet", "part-1.parquet");
    put("snappy.parquet", "part-2.parquet");
    const [held, streamed] = [await prepared(false), await prepared(true)];
    assert.equal(held.facts.rowsIn, 120);
    assert.equal(held.facts.hash, streamed.facts.hash);
    assert.deepEqual(Object.keys(held.facts.splits), ["good", "bad", "odd"]);
    assert.ok(streamed.streamed);
    // Rows may be confidential, so other users must not be able to read the cache.
    const kept = readdirSync(cache).flatMap((name) => openToOthers(join(cache, name)).filter((at) => !/^\. /.test(at)));
    if (process.platform !== "win32") assert.deepEqual(kept, []);
  });
  it("are read again when a file is added", async () => {
    put("gzip.parquet", "part-3.parquet");
    assert.equal((await prepared(true)).facts.rowsIn, 180);
  });
});
