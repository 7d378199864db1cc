/** Arrow files and streams as other programs write them, intact and broken. Files: tests/fixtures/tables/make.py. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { arrow } from "#stdlib/sources/arrow.run.js";
import type { RowChunk, SourceContext } from "#stdlib/data/contract.js";
import { call, codeOf, Folder } from "../../kernel/data/rows/plans.js";

const tables = fileURLToPath(new URL("../../../../tests/fixtures/tables/", import.meta.url));
const world: SourceContext = { folder: tables, live: () => undefined };
const all = readFileSync(join(tables, "all.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Record<string, unknown>);
const of = (path: string) => call("source", "arrow", { path });

describe("arrow source", () => {
  for (const packed of ["uncompressed", "lz4", "zstd"])
    it(`reads every type, compressed by ${packed}, at once and in parts`, async () => {
      const table = await arrow.open(of(`${packed}.feather`), world);
      assert.deepEqual(
        table.objects(),
        all.map((row, i) => ({ ...row, $row: i + 1 })),
      );
      const chunks: RowChunk[] = [];
      for await (const chunk of arrow.stream!(of(`${packed}.feather`), { ...world, columns: ["label"] }))
        chunks.push(chunk);
      assert.deepEqual(
        chunks.map(({ rows, columns }) => [rows, ...columns.keys()]),
        [25, 25, 10].map((rows) => [rows, "label"]),
      );
    });
  it("reads streams, and dictionary-encoded labels", async () => {
    const table = await arrow.open(of("stream.arrow"), world);
    assert.deepEqual(
      table.select("text", "label").objects(),
      all.map(({ text, label }) => ({ text, label })),
    );
    assert.equal((await arrow.open(of("stream.arrow"), world, 30)).numRows(), 30);
  });

  it("reads or rejects a file with any changed message byte, quickly and in little memory", async function () {
    this.timeout(60_000);
    const folder = new Folder();
    const whole = readFileSync(join(tables, "stream.arrow"));
    let refused = 0;
    // The first messages contain the lengths of lists, of columns and of dictionaries.
    for (let place = 0; place < 900; place += 3)
      for (const put of [0x73, 0xff]) {
        const copy = Uint8Array.from(whole);
        copy[place] = put;
        const code = await codeOf(() => arrow.open(of(folder.write("changed.arrow", copy)), folder.world())).catch(
          (e: unknown) => {
            if (/no error came/.test(String(e))) return null;
            throw e;
          },
        );
        if (code !== null) refused++;
      }
    folder.remove();
    assert.ok(refused > 100, `${refused} refused`);
    assert.ok(process.memoryUsage().rss < 2 ** 31);
  });

  describe("broken Arrow file", () => {
    const folder = new Folder();
    after(() => folder.remove());
    const whole = readFileSync(join(tables, "lz4.feather"));
    const stream = readFileSync(join(tables, "stream.arrow"));
    const read = (bytes: Uint8Array) =>
      codeOf(() => arrow.open(of(folder.write("broken.arrow", bytes)), folder.world()));
    const at = (bytes: Uint8Array, place: number, put: readonly number[]): Uint8Array => {
      const copy = Uint8Array.from(bytes);
      copy.set(put, place);
      return copy;
    };
    const cases: [string, Uint8Array, string][] = [
      ["nothing", new Uint8Array(), "empty-file"],
      ["text", Buffer.from("text,label\na,b\n"), "not-of-format"],
      ["its first bytes alone", whole.subarray(0, 10), "broken-table"],
      ["a file cut in half", whole.subarray(0, whole.length / 2), "broken-table"],
      ["a file cut by a byte", whole.subarray(0, -1), "broken-table"],
      ["a stream cut in half", stream.subarray(0, stream.length / 2), "broken-table"],
      ["a message longer than the file", at(whole, 12, [0, 0, 0, 1]), "broken-table"],
      ["a decimal of 16 million noughts", at(whole, 650, [255]), "broken-table"],
      ["a decimal of very many digits", at(whole, 695, [1]), "broken-table"],
      ["a schema of ones", at(whole, 16, new Array<number>(900).fill(255)), "broken-table"],
    ];
    for (const [what, bytes, code] of cases)
      it(`is a coded error: ${what}`, async () => {
        const error = await read(bytes);
        assert.deepEqual([error.code, error.data["file"]], [code, "broken.arrow"]);
      });
    it("is a coded error or readable rows for any changed byte, with no other failure", async function () {
      this.timeout(60_000);
      for (let place = 8, turn = 0; place < whole.length - 8; place += 97, turn++) {
        const bytes = at(whole, place, [whole[place]! ^ (1 << (turn % 8))]);
        const error = await arrow.open(of(folder.write("broken.arrow", bytes)), folder.world()).then(
          () => null,
          (caught: unknown) => caught as Error & { code?: string },
        );
        assert.ok(error === null || typeof error.code === "string", `byte ${place}: ${error?.stack}`);
      }
    });
  });
});
