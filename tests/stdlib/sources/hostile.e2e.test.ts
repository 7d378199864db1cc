/** Malicious files: each gives a coded error that names the file, in bounded time and memory. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { textsOfCode, type CodedError } from "#dsl/language/diagnostics/codes.js";
import { csv } from "#stdlib/sources/csv.run.js";
import { json } from "#stdlib/sources/json.run.js";
import { jsonl } from "#stdlib/sources/jsonl.run.js";
import type { SourceImplementation } from "#stdlib/data/contract.js";
import { call, codeOf, Folder } from "../../kernel/data/rows/plans.js";

const MiB = 2 ** 20;
const child = fileURLToPath(new URL("./peak-of-reading.js", import.meta.url));

describe("hostile files", function () {
  this.timeout(60_000);
  const folder = new Folder();
  after(() => folder.remove());
  const path = (name: string) => join(folder.path, name);
  const open = (source: SourceImplementation, name: string, limit?: number, more = {}) =>
    source.open(call("source", "any", { path: name, ...more }), folder.world(), limit);
  const write = (name: string, parts: Iterable<string | Uint8Array>): string => {
    const fd = openSync(path(name), "w");
    for (const part of parts) writeSync(fd, part as string);
    closeSync(fd);
    return name;
  };
  function* long(start: string, piece: string, times: number, end: string): Generator<string> {
    yield start;
    for (let i = 0; i < times; i++) yield piece;
    yield end;
  }
  const peak = (word: string, name: string, how: string): { code: string; rows: number; mib: number } => {
    const source = JSON.stringify(call("source", word, { path: name }));
    const { stdout, stderr, status } = spawnSync(process.execPath, [child, source, folder.path, how], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as { code: string; rows: number; mib: number };
  };
  let base: number;
  before(() => {
    write("small.jsonl", ['{"text":"a"}\n']);
    base = peak("jsonl", "small.jsonl", "open").mib;
  });

  describe("hostile files of any size, rejected in constant memory", () => {
    it("an endless JSON line: read at once, in parts, for its header, and compressed", () => {
      const x = "x".repeat(MiB);
      const name = write("line.jsonl", long('{"text":"a"}\n{"text":"', x, 192, '"}\n'));
      for (const how of ["open", "stream", "head"]) {
        const { code, mib } = peak("jsonl", name, how);
        assert.equal(code, "giant-line");
        assert.ok(mib < base + 90, `${how}: ${mib} MiB, ${base} MiB for one row`);
      }
      writeFileSync(path("line.jsonl.gz"), gzipSync(`{"text":"${"x".repeat(64 * MiB)}"}`, { level: 1 }));
      const { code, mib } = peak("jsonl", "line.jsonl.gz", "open");
      assert.equal(code, "giant-line");
      assert.ok(mib < base + 90, `${mib} MiB`);
    });
    it("a JSON value above the limit for reading at once", () => {
      const name = write("one.json", long('[{"text":"', "x".repeat(MiB), 257, '"}]'));
      const { code, mib } = peak("json", name, "open");
      assert.equal(code, "giant-json");
      assert.ok(mib < base + 40, `${mib} MiB`);
      rmSync(path(name));
    });
    it("an unclosed quote", () => {
      const name = write("quote.csv", long('text,label\na,b\n"', "some text, and more\n".repeat(52_429), 128, ""));
      for (const how of ["open", "stream", "head"]) {
        const { code, mib } = peak("csv", name, how);
        assert.equal(code, "giant-record");
        assert.ok(mib < base + 120, `${how}: ${mib} MiB`);
      }
      rmSync(path(name));
    });
    it("a Parquet page that unpacks beyond the limit", () => {
      copyFileSync(
        fileURLToPath(new URL("../../../../tests/fixtures/tables/bomb.parquet", import.meta.url)),
        path("bomb.parquet"),
      );
      for (const how of ["open", "stream", "head"]) {
        const { code, mib } = peak("parquet", "bomb.parquet", how);
        assert.equal(code, "unpacks-too-large");
        assert.ok(mib < base + 60, `${how}: ${mib} MiB, ${base} MiB for one row`);
      }
    });
    it("long rows: reads only as many as the header needs", () => {
      const name = write("rows.jsonl", long("", `${JSON.stringify({ text: "t".repeat(8 * MiB) })}\n`, 30, ""));
      const { code, rows, mib } = peak("jsonl", name, "head");
      assert.equal(code, "read");
      assert.ok(rows >= 1 && rows <= 3, String(rows));
      // The file has 240 MiB. How much of what was read is not yet garbage-collected differs from run to run.
      assert.ok(mib < base + 150, `${mib} MiB`);
      const wide = write("rows.csv", long("text,label\n", `${"t".repeat(MiB)},x\n`, 60, ""));
      assert.ok(peak("csv", wide, "head").rows < 30);
      rmSync(path(name));
      rmSync(path(wide));
    });
    it("keys that differ in each row", () => {
      const rows = Array.from({ length: 20_000 }, (_, i) => `${JSON.stringify({ text: "t", [`k${i}`]: 1 })}\n`);
      const { code, mib } = peak("jsonl", write("keys.jsonl", rows), "open");
      assert.equal(code, "too-many-columns");
      assert.ok(mib < base + 330, `${mib} MiB`);
      const parts = peak("jsonl", "keys.jsonl", "stream");
      assert.deepEqual([parts.code, parts.rows], ["read", 20_000]);
      assert.ok(parts.mib < base + 330, `${parts.mib} MiB`);
    });
  });

  describe("files with many columns", () => {
    const wide = (columns: number) => [
      `${Array.from({ length: columns }, (_, i) => `c${i}`).join(",")}\n`,
      `${"1,".repeat(columns - 1)}1\n`.repeat(3),
    ];
    it("are read", async () => {
      const read = await open(csv, write("wide.csv", wide(25_000)));
      assert.deepEqual([read.numRows(), read.numCols()], [3, 25_001]);
    });
    it("are rejected above the limit, in the header or a row", async () => {
      const header = await codeOf(() => open(csv, write("million.csv", wide(1_000_000))));
      assert.deepEqual([header.code, header.data["columns"]], ["too-many-columns", 1_000_000]);
      const row = await codeOf(() => open(csv, write("row.csv", ["text,label\na,b\n", "1,".repeat(999_999), "1\n"])));
      assert.deepEqual([row.code, row.data["line"], row.data["has"]], ["ragged-row", 3, 1_000_000]);
      const keys = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, 1]));
      const object = await codeOf(() => open(jsonl, write("object.jsonl", [JSON.stringify(keys)])));
      assert.deepEqual([object.code, object.data["row"]], ["too-many-columns", 1]);
    });
    it("name the first duplicate column", async () => {
      const error = await codeOf(() => open(csv, write("twice.csv", ["a,b,c,b,a\n1,2,3,4,5\n"])));
      assert.deepEqual([error.code, error.data["column"]], ["duplicate-column", "b"]);
    });
  });

  describe("hostile JSON files", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    it("are rejected at any excessive depth, but read at a reasonable one", async () => {
      for (const depth of [300, 1_000_000]) {
        const row = `{"text":"b","extra":${nested(depth)}}`;
        const line = await codeOf(() => open(jsonl, write("deep.jsonl", ['{"text":"a"}\n', row])));
        assert.deepEqual([line.code, line.data["row"]], ["deep-json", 2]);
        assert.equal((await codeOf(() => open(json, write("deep.json", ["[", row, "]"])))).code, "deep-json");
        const broken = await codeOf(() => open(jsonl, write("deep.jsonl", [`{"extra":${"[".repeat(depth)}`])));
        assert.equal(broken.code, "broken-json");
      }
      assert.equal((await open(jsonl, write("deep.jsonl", [`{"text":${nested(250)}}`]))).numRows(), 1);
    });
    it("report the position of an error after a long string", async () => {
      const text = `{"text":"${"x\\n".repeat(2 * MiB)}","label":x}`;
      for (const [source, name] of [
        [jsonl, "far.jsonl"],
        [json, "far.json"],
      ] as const) {
        const error = await codeOf(() => open(source, write(name, [text])));
        assert.deepEqual([error.code, error.data["line"], error.data["column"]], ["broken-json", 1, text.length - 1]);
      }
    });
    it("suggest the source that reads them, and recognize Python's output", async () => {
      const help = async (source: SourceImplementation, name: string, text: string): Promise<string> => {
        const error = await codeOf(() => open(source, write(name, [text])));
        return (
          textsOfCode(error.code as "broken-json", (error as unknown as CodedError<"broken-json">).data).help ?? ""
        );
      };
      assert.match(await help(jsonl, "list.jsonl", '[\n  {"text": "a"}\n]\n'), /read it with `json`/);
      assert.match(await help(json, "lines.json", '{"text": "a"}\n{"text": "b"}\n'), /read it with `jsonl`/);
      assert.match(await help(json, "nan.json", '[{"text": "a", "n": NaN}]'), /write `null`/);
      assert.match(await help(jsonl, "print.jsonl", "{'text': 'a'}\n"), /json\.dumps/);
      assert.match(await help(jsonl, "none.jsonl", '{"text": None}\n'), /json\.dumps/);
    });
    it("accept carriage returns as line ends, and number lines like an editor", async () => {
      for (const end of ["\r", "\r\n", "\n"]) {
        const rows = `{"text":"a"}${end}${end}{"text":"b"}${end}`;
        assert.equal((await open(jsonl, write("ends.jsonl", [rows]))).numRows(), 2);
        const error = await codeOf(() => open(jsonl, write("ends.jsonl", [rows, `{${end}`])));
        assert.deepEqual([error.code, error.data["line"]], ["broken-json", 4], JSON.stringify(end));
      }
      // The two characters of a line end fall into two chunks of the file.
      const first = `{"text":"${"x".repeat(64 * 1024 - 12)}"}\r\n`;
      assert.equal(first.indexOf("\r"), 64 * 1024 - 1);
      const error = await codeOf(() => open(jsonl, write("ends.jsonl", [first, "{"])));
      assert.equal(error.data["line"], 2);
    });
    it("are empty without rows", async () => {
      assert.equal((await codeOf(() => open(json, write("none.json", ["[]"])))).code, "empty-file");
      assert.equal((await codeOf(() => open(json, write("none.json", ['{"rows":[]}'])))).code, "empty-file");
    });
  });

  describe("files that are not text", () => {
    const kinds: [string, string | Uint8Array, RegExp][] = [
      ["sheet.xlsx", "PK\u0003\u0004\u0014\u0000", /save the sheet as CSV/],
      ["rows.csv", gzipSync("text,label\na,b\n"), /call it "rows\.csv\.gz"/],
      ["rows.parquet", "PAR1\u0015\u0004", /parquet\("rows\.parquet"\)/],
      ["page.csv", "\n<!DOCTYPE html>\n<html>", /download the file itself/],
      ["lfs.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:12\n", /git lfs pull/],
      ["rows.db", "SQLite format 3\u0000", /database: "rows\.db"/],
      ["rows.pkl", Buffer.from([0x80, 4, 0x95, 0]), /to_csv/],
    ];
    for (const [name, bytes, mend] of kinds)
      it(`report their format: ${name}`, async () => {
        const error = await codeOf(() => open(csv, write(name, [bytes])));
        assert.equal(error.code, "not-a-text-file");
        assert.match(textsOfCode("not-a-text-file", error.data as never).help ?? "", mend);
      });
    it("report a byte order mark that contradicts the declared encoding", async () => {
      const utf16be = Buffer.from("\ufefftext,label\na,b\n", "utf16le").swap16();
      const other = await codeOf(() => open(csv, write("be.csv", [utf16be]), undefined, { encoding: "utf-16le" }));
      assert.deepEqual([other.code, other.data["likely"]], ["wrong-encoding", "utf-16be"]);
      assert.equal((await open(csv, "be.csv", undefined, { encoding: "utf-16be" })).numRows(), 1);
      const marked = write("marked.csv", ["\ufefftext,label\nä,b\n"]);
      const latin = await codeOf(() => open(csv, marked, undefined, { encoding: "windows-1252" }));
      assert.deepEqual([latin.code, latin.data["likely"]], ["wrong-encoding", "utf-8"]);
    });
    it("do not include texts with unusual characters, which are read", async () => {
      const read = await open(csv, write("nul.csv", ["text,label\ra\u0000b,x\rc,y\r"]));
      assert.deepEqual(
        read.objects().map((row) => (row as { text: string }).text),
        ["a\u0000b", "c"],
      );
      const field = "x".repeat(12 * MiB);
      const long = await open(csv, write("field.csv", [`text,label\n${field},y\n`]));
      assert.equal((long.get("text", 0) as string).length, field.length);
      for (const name of ["mark.csv", "mark.jsonl", "mark.json"]) {
        write(name, ["\ufeff"]);
        const source = name.endsWith("csv") ? csv : name.endsWith("l") ? jsonl : json;
        assert.equal((await codeOf(() => open(source, name))).code, "empty-file", name);
      }
    });
  });

  describe("paths that cannot be read as files", () => {
    const sources = [csv, jsonl, json];
    const refused = async (name: string, code = "unreadable-file") => {
      for (const source of sources) {
        const error = await codeOf(() => open(source, name));
        assert.deepEqual([error.code, error.data["file"] ?? error.data["path"]], [code, name]);
      }
    };
    it("are rejected: folders, pipes, devices, circular links and paths below a file", async () => {
      mkdirSync(path("folder.csv"));
      await refused("folder.csv");
      if (process.platform !== "win32") {
        await promisify(execFile)("mkfifo", [path("pipe.csv")]);
        await refused("pipe.csv");
        await refused("/dev/zero");
        symlinkSync(path("b.csv"), path("a.csv"));
        symlinkSync(path("a.csv"), path("b.csv"));
        await refused("a.csv");
      }
      await refused("small.jsonl/rows.csv", "missing-file");
      await refused("a\u0000b.csv");
      await refused(`${"n".repeat(300)}.csv`);
    });
    it("are rejected without read permission", async function () {
      if (process.platform === "win32") return;
      const name = write("secret.csv", ["text\na\n"]);
      chmodSync(path(name), 0);
      chmodSync(folder.path, 0o755);
      const root = process.getuid!() === 0;
      if (root) process.seteuid!(65_534);
      try {
        await refused(name);
      } finally {
        if (root) process.seteuid!(0);
      }
    });
    it("are rejected if the file changes during reading or is deleted", async () => {
      const rows = '{"text":"some text of a row"}\n'.repeat(60_000);
      const name = write("log.jsonl", [rows]);
      const chunks = jsonl.stream!(call("source", "jsonl", { path: name }), folder.world())[Symbol.asyncIterator]();
      await chunks.next();
      appendFileSync(path(name), rows);
      const error = await codeOf(async () => {
        while ((await chunks.next()).done !== true);
      });
      assert.deepEqual([error.code, error.data["file"]], ["changed-while-read", name]);
      // A file that another one replaces is read to its end with its old content.
      const again = jsonl.stream!(call("source", "jsonl", { path: name }), folder.world())[Symbol.asyncIterator]();
      await again.next();
      write("new.jsonl", ['{"text":"new"}\n']);
      renameSync(path("new.jsonl"), path(name));
      let count = 2048;
      for (let next = await again.next(); next.done !== true; next = await again.next()) count += next.value.rows;
      assert.equal(count, 120_000);
      rmSync(path(name));
      await refused(name, "missing-file");
    });
  });
});
