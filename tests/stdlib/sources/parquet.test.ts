/** Parquet files as other programs write them, intact and broken. Files: tests/fixtures/tables/make.py. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parquet } from "#stdlib/sources/parquet.run.js";
import type { RowChunk, SourceContext } from "#stdlib/data/contract.js";
import { call, codeOf, Folder } from "../../kernel/data/rows/plans.js";

const tables = fileURLToPath(new URL("../../../../tests/fixtures/tables/", import.meta.url));
const world: SourceContext = { folder: tables, live: () => undefined };
const all = readFileSync(join(tables, "all.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Record<string, unknown>);
const of = (path: string) => call("source", "parquet", { path });

async function chunksOf(path: string, own: Partial<SourceContext> = {}): Promise<RowChunk[]> {
  const chunks: RowChunk[] = [];
  for await (const chunk of parquet.stream!(of(path), { ...world, ...own })) chunks.push(chunk);
  return chunks;
}

describe("parquet source", () => {
  for (const codec of ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
    it(`reads every type, compressed by ${codec}, at once and in parts`, async () => {
      const table = await parquet.open(of(`${codec}.parquet`), world);
      assert.deepEqual(
        table.objects(),
        all.map((row, i) => ({ ...row, $row: i + 1 })),
      );
      const chunks = await chunksOf(`${codec}.parquet`);
      assert.deepEqual(
        chunks.map((chunk) => chunk.rows),
        [25, 25, 10],
      );
      for (const name of Object.keys(all[0]!))
        assert.deepEqual(
          chunks.flatMap((chunk) => chunk.columns.get(name) ?? []),
          all.map((row) => row[name]),
          name,
        );
    });
  it("reads delta encodings and legacy timestamps", async () => {
    const table = await parquet.open(of("delta.parquet"), world);
    assert.deepEqual(
      table.select("text", "id", "label").objects(),
      all.map(({ text, id, label }) => ({ text, id, label })),
    );
    const old = await parquet.open(of("int96.parquet"), world);
    assert.deepEqual(old.array("at"), ["2025-01-31T00:00:00", null]);
  });
  it("reads only the requested columns, or all if one is missing", async () => {
    const names = (chunks: RowChunk[]) => [...chunks[0]!.columns.keys()];
    let [read, size] = [0, 0];
    const onBytes = (now: number, of: number): void => void ([read, size] = [now, of]);
    assert.deepEqual(names(await chunksOf("snappy.parquet", { columns: ["text", "label"], onBytes })), [
      "text",
      "label",
    ]);
    assert.equal(read, size);
    assert.equal(names(await chunksOf("snappy.parquet", { columns: ["text", "lable"] })).length, 17);
  });
  it("returns the columns of an empty table, and the first rows of others", async () => {
    const none = await parquet.open(of("none-left.parquet"), world);
    assert.deepEqual([none.numRows(), none.numCols()], [0, 18]);
    assert.equal((await parquet.open(of("zstd.parquet"), world, 30)).numRows(), 30);
  });

  describe("broken Parquet file", () => {
    const folder = new Folder();
    after(() => folder.remove());
    const whole = readFileSync(join(tables, "snappy.parquet"));
    const footer = whole.length - 8 - whole.readUInt32LE(whole.length - 8);
    const read = (bytes: Uint8Array, how: "open" | "stream" = "open") =>
      codeOf(async () => {
        const source = of(folder.write("broken.parquet", bytes));
        if (how === "open") return parquet.open(source, folder.world());
        for await (const chunk of parquet.stream!(source, folder.world())) assert.ok(chunk.rows >= 0);
      });
    const at = (bytes: Uint8Array, place: number, put: readonly number[]): Uint8Array => {
      const copy = Uint8Array.from(bytes);
      copy.set(put, place < 0 ? copy.length + place : place);
      return copy;
    };
    const cases: [string, Uint8Array, string][] = [
      ["nothing", new Uint8Array(), "empty-file"],
      ["its first bytes alone", whole.subarray(0, 6), "not-of-format"],
      ["text", Buffer.from("text,label\na,b\n"), "not-of-format"],
      ["cut in half", whole.subarray(0, whole.length / 2), "broken-table"],
      ["cut by a byte", whole.subarray(0, -1), "broken-table"],
      ["an end that is longer than it", at(whole, -8, [255, 255, 255, 127]), "broken-table"],
      ["an end of nothing", at(whole, -8, [0, 0, 0, 0]), "broken-table"],
      ["an end of zeros", at(whole, footer, new Array<number>(500).fill(0)), "broken-table"],
      ["pages of zeros", at(whole, 4, new Array<number>(5000).fill(0)), "broken-table"],
      ["pages of ones", at(whole, 4, new Array<number>(5000).fill(255)), "broken-table"],
      ["encrypted", at(at(whole, 0, [80, 65, 82, 49]), -4, [80, 65, 82, 69]), "broken-table"],
    ];
    for (const [what, bytes, code] of cases)
      for (const how of ["open", "stream"] as const)
        it(`is a coded error: ${what}, by ${how}`, async () => {
          const error = await read(bytes, how);
          assert.deepEqual([error.code, error.data["file"]], [code, "broken.parquet"]);
        });
    it("is rejected before allocating a page's declared unpacked size", async () => {
      const { code, data } = await codeOf(() => parquet.open(of("bomb.parquet"), world));
      assert.deepEqual([code, data["where"], data["of"]], ["unpacks-too-large", "column text, row group 1", "bytes"]);
    });
    it("is reported with its real format", async () => {
      const error = await read(Buffer.from("PK\u0003\u0004 and so on, and on"));
      assert.match(String(error.data["found"]), /ZIP archive/);
    });
    it("is a coded error or readable rows for any changed byte, with no other failure", async function () {
      this.timeout(60_000);
      for (let place = 4, turn = 0; place < whole.length - 8; place += 193, turn++) {
        const bytes = at(whole, place, [whole[place]! ^ (1 << (turn % 8))]);
        const source = of(folder.write("broken.parquet", bytes));
        const error = await parquet.open(source, folder.world()).then(
          () => null,
          (caught: unknown) => caught as Error & { code?: string },
        );
        assert.ok(error === null || typeof error.code === "string", `byte ${place}: ${error?.stack}`);
      }
    });
  });
});
