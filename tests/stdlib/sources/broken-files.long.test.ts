/**
 * Broken files of each format: truncated, of another format, without end, decompression bombs, outside their folder.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import type { Value } from "#dsl/language/types/value.js";
import { prepareFetchedRows } from "#kernel/data/sources/prepare.js";
import type { SourceImplementation, SourceContext } from "#stdlib/data/contract.js";
import { MAX_ROWS } from "#stdlib/sources/shared/codes.js";
import { tableFromChunks } from "#stdlib/sources/shared/gathered-chunks.js";
import { registry } from "#stdlib/registry.js";
import { zip } from "../../kernel/fetch/zip.js";
import { call, codeOf, Folder } from "../../kernel/data/rows/plans.js";

const fixtures = fileURLToPath(new URL("../../../../tests/fixtures/tables/", import.meta.url));
const MiB = 2 ** 20;
const rows = "text,label\n" + "some text,x\n".repeat(60);
const lines = '{"text":"some text","label":"x"}\n'.repeat(60);
const value = `[${lines.trim().split("\n").join(",")}]`;
const short = Buffer.from("\u00e9\n").subarray(0, 1);
/** For each format: an intact file, and the error when its end is missing (or a character's second byte). */
const formats: readonly (readonly [
  word: string,
  ending: string,
  whole: string | Uint8Array,
  cut: string,
  cuts: string,
])[] = [
  ["csv", "csv", rows, "broken-quotes", `${rows}"an open te`],
  ["csv", "tsv", rows.replaceAll(",", "\t"), "ragged-row", `${rows.replaceAll(",", "\t")}some te`],
  ["json", "json", value, "broken-json", value.slice(0, -9)],
  ["jsonl", "jsonl", lines, "broken-json", lines.slice(0, -9)],
  ["fasttext", "txt", "__label__x some text\n".repeat(60), "wrong-encoding", ""],
  ["text", "txt", "some text\n".repeat(60), "wrong-encoding", ""],
  ["parquet", "parquet", readFileSync(join(fixtures, "none.parquet")), "broken-table", ""],
  ["arrow", "arrow", readFileSync(join(fixtures, "uncompressed.feather")), "broken-table", ""],
];
const isText = (word: string): boolean => word !== "parquet" && word !== "arrow";
const signs: readonly (readonly [string, Uint8Array])[] = [
  ["PNG", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1")],
  ["JPEG", Buffer.from("\xff\xd8\xff\xe0\0\x10JFIF\0", "latin1")],
  ["GIF", Buffer.from("GIF89a\x10\0\x10\0", "latin1")],
];

describe("broken file", function () {
  this.timeout(20_000);
  const folder = new Folder();
  after(() => folder.remove());
  const put = (name: string, content: string | Uint8Array): string => {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), content);
    return name;
  };
  const sourceOf = async (word: string) => (await registry.find("source", word)!.load!()) as SourceImplementation;
  const world: SourceContext = { ...folder.world(), seed: 1, source: sourceOf };
  /** Returns the failure, which must be the same whether the file is read at once or in parts. */
  async function failure(word: string, given: Record<string, Value>, bounds: Pick<SourceContext, "mostJson"> = {}) {
    const source = await sourceOf(word);
    const within = { ...world, ...bounds };
    const whole = await codeOf(() => source.open(call("source", word, given), within));
    const parts = await codeOf(async () => {
      if (!source.stream) throw whole;
      for await (const chunk of source.stream(call("source", word, given), within)) assert.ok(chunk.rows > 0);
    });
    assert.equal(parts.code, whole.code);
    return whole;
  }
  const given = (path: string): Record<string, Value> => ({ path, ...(path.includes(".tsv") && { delimiter: "\t" }) });

  describe("truncated file", () => {
    for (const [word, ending, whole, code, text] of formats) {
      it(`is a coded error: ${ending} read by ${word}`, async () => {
        const bytes = Buffer.from(whole);
        const cut = text !== "" ? text : isText(word) ? Buffer.concat([bytes, short]) : bytes.subarray(0, -30);
        const error = await failure(word, given(put(`cut.${ending}`, cut)));
        assert.deepEqual([error.code, error.data["file"]], [code, `cut.${ending}`]);
      });
      if (!isText(word)) continue;
      it(`is a coded error: compressed ${ending} read by ${word}`, async () => {
        const gz = gzipSync(whole);
        const packed = { gz: gz.subarray(0, -12), zip: zip({ [`a.${ending}`]: whole }).subarray(0, -40), zst: "torn" };
        for (const [by, bytes] of Object.entries(packed)) {
          const path = put(`cut.${ending}.${by}`, bytes);
          const error = await failure(word, given(path));
          assert.deepEqual([error.code, error.data["file"]], ["unreadable-file", path]);
        }
      });
    }
  });

  describe("file of another format", () => {
    for (const [kind, head] of signs)
      it(`is reported as an image: ${kind}, by every source, also compressed`, async () => {
        const bytes = Buffer.concat([head, Buffer.from(Array.from({ length: 900 }, (_, i) => (i * 37) & 255))]);
        for (const [word, ending] of formats) {
          const error = await failure(word, given(put(`${kind}.${ending}`, bytes)));
          assert.deepEqual(
            [error.code, error.data["found"]],
            [isText(word) ? "not-a-text-file" : "not-of-format", "a picture"],
            `${word} ${ending}`,
          );
          if (!isText(word)) continue;
          const packed = await failure(word, given(put(`${kind}.${ending}.gz`, gzipSync(bytes))));
          assert.equal(packed.data["found"], "a picture");
        }
        put(`${kind}/label/a.txt`, bytes);
        assert.equal((await failure("folder", { path: kind })).code, "not-a-text-file");
        const mixed = [
          call("source", "csv", { path: put("rows.csv", rows) }),
          call("source", "csv", { path: `${kind}.csv` }),
        ];
        assert.equal((await failure("mix", { sources: mixed as unknown as Value })).code, "not-a-text-file");
        put(`hub-${kind}/train.csv`, bytes);
        const hub = call("source", "hub", { path: `./hub-${kind}` });
        const { code, data } = await codeOf(() => prepareFetchedRows(folder.plan(hub), folder.world()));
        assert.deepEqual([code, data["file"]], ["not-a-text-file", `./hub-${kind}/train.csv`]);
      });
    it("is reported if it is a table read as text, or text read as a table", async () => {
      const tables = {
        "t.csv": readFileSync(join(fixtures, "none.parquet")),
        "f.csv": readFileSync(join(fixtures, "uncompressed.feather")),
      };
      for (const [path, bytes] of Object.entries(tables))
        for (const [word] of formats.filter(([own]) => isText(own))) {
          const error = await failure(word, { path: put(path, bytes) });
          assert.equal(error.code, "not-a-text-file", word);
          assert.match(textsOfCode("not-a-text-file", error.data as never).help ?? "", /`(?:parquet|arrow)\(/);
        }
      for (const word of ["parquet", "arrow"])
        for (const text of [rows, lines, value])
          assert.equal((await failure(word, { path: put("text.table", text) })).code, "not-of-format");
    });
    it("is rejected if only its name says that it is compressed", async () => {
      for (const by of ["gz", "zst", "zip"])
        assert.equal((await failure("csv", { path: put(`picture.csv.${by}`, signs[0]![1]) })).code, "unreadable-file");
    });
  });

  describe("endless file", () => {
    const endless = "x".repeat(17 * MiB);
    const codes: Record<string, [string, string]> = {
      csv: ["giant-record", `text,label\n"${endless}`],
      jsonl: ["giant-line", `{"text":"${endless}`],
      fasttext: ["giant-line", `__label__x ${endless}`],
      text: ["giant-line", endless],
    };
    for (const [ending, [code, text]] of Object.entries(codes))
      it(`is rejected as one endless line, also compressed: ${ending}`, async () => {
        for (const [name, bytes] of [
          [`long.${ending}`, text],
          [`long.${ending}.gz`, gzipSync(text, { level: 1 })],
        ] as const)
          assert.equal((await failure(ending, { path: put(name, bytes) })).code, code);
      });
    it("is rejected above the maximum number of rows", async () => {
      const column = new Array<string>(MiB).fill("a");

      async function* chunks() {
        for (let at = 0; at <= MAX_ROWS; at += MiB) yield { columns: new Map([["text", column]]), rows: MiB };
      }
      const { code, data } = await codeOf(() => tableFromChunks("rows.parquet", chunks()));
      assert.deepEqual([code as string, data as object], ["too-many-rows", { file: "rows.parquet", limit: MAX_ROWS }]);
      assert.equal((await tableFromChunks("rows.parquet", chunks(), 1000)).numRows(), 1000);
    });
  });

  describe("decompression bomb", () => {
    // Reading up to a machine's memory limit takes seconds, so one file does; the others get a smaller limit.
    const bounds = { mostJson: 20 * MiB };
    it("is rejected in a zip archive, whatever size it declares", async () => {
      const content = Buffer.alloc(30 * MiB, "x");
      const bytes = deflated("a.txt", content, content.length);
      assert.ok(bytes.length < MiB);
      for (const word of ["text", "json"]) {
        const error = await failure(word, { path: put("bomb.zip", bytes) }, bounds);
        assert.ok(["unpacks-too-large", "giant-text", "giant-line", "giant-json"].includes(error.code), error.code);
      }
      const lying = put("lying.zip", deflated("a.txt", content.subarray(0, MiB), 10));
      for (const word of ["text", "json", "csv"])
        assert.equal((await failure(word, { path: lying })).code, "unreadable-file");
    });
    it("is rejected in zstd blocks that repeat one letter", async () => {
      const block = Buffer.from([(MiB / 8) * 8 + 2, ((MiB / 8) * 8 + 2) >> 8, ((MiB / 8) * 8 + 2) >> 16, 32]);
      const bomb = Buffer.concat([
        Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]),
        ...new Array<Buffer>(240).fill(block),
      ]);
      for (const word of ["text", "json"]) {
        const error = await failure(word, { path: put("bomb.txt.zst", bomb) }, bounds);
        assert.ok(["unpacks-too-large", "giant-text", "giant-line", "giant-json"].includes(error.code), error.code);
      }
    });
    it("is rejected in gzip as one JSON value", async () => {
      const path = put("bomb.json.gz", gzipSync(Buffer.alloc(257 * MiB, " "), { level: 1 }));
      assert.ok(["unpacks-too-large", "giant-json"].includes((await failure("json", { path })).code));
    });
  });

  describe("file outside its folder", () => {
    before(() => {
      put("secret.csv", rows);
      put("set/train.csv", rows);
      put("labelled/x/a.txt", "text");
      for (const [from, to] of [
        ["set/test.csv", "../secret.csv"],
        ["labelled/x/b.txt", "../../secret.csv"],
        ["labelled/y", "../set"],
      ] as const)
        symlinkSync(to, join(folder.path, from));
    });
    it("is not reached by links from a folder, a pattern or a data set", async () => {
      const texts = await (await sourceOf("folder")).open(call("source", "folder", { path: "labelled" }), world);
      assert.equal(texts.numRows(), 1);
      const csv = await (await sourceOf("csv")).open(call("source", "csv", { path: "set/*.csv" }), world);
      assert.equal(csv.numRows(), 60);
      const hub = call("source", "hub", { path: "./set" });
      const { facts } = await prepareFetchedRows(folder.plan(hub), folder.world());
      assert.deepEqual(Object.keys(facts.splits), ["train"]);
    });
    it("is rejected if the name of an archive member points to it", async () => {
      for (const name of ["../up.csv", "/up.csv", "a/../../up.csv"]) {
        const error = await failure("csv", { path: put("up.zip", zip({ [name]: rows })) });
        assert.deepEqual([error.code, error.data["file"]], ["unreadable-file", "up.zip"], name);
      }
    });
  });
});

/** An archive of one packed file whose header states the size `says`. */
function deflated(name: string, content: Uint8Array, says: number): Buffer {
  const packed = deflateRawSync(content, { level: 9 });
  const bytes = zip({ [name]: packed });
  const central = bytes.lastIndexOf("PK\x01\x02", undefined, "latin1");
  for (const at of [4, central + 6]) {
    bytes.writeUInt16LE(8, at + 4);
    bytes.writeUInt32LE(crc32(content), at + 10);
    bytes.writeUInt32LE(says, at + 18);
  }
  return bytes;
}
