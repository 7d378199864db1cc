import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { table as arquero } from "arquero";
import fc from "fast-check";
import { csv } from "#stdlib/sources/csv.run.js";
import { fasttext } from "#stdlib/sources/fasttext.run.js";
import { findJsonFault } from "#stdlib/sources/shared/json-place.js";
import { json } from "#stdlib/sources/json.run.js";
import { jsonl } from "#stdlib/sources/jsonl.run.js";
import { table } from "#stdlib/sources/table.run.js";
import type { SourceImplementation } from "#stdlib/data/contract.js";
import type { Value } from "#dsl/language/types/value.js";
import { call, writtenCall, codeOf, Folder } from "../../kernel/data/rows/plans.js";

async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("sources", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const open = (
    source: SourceImplementation,
    content: string | Uint8Array,
    more: Record<string, Value> = {},
    name = "f.txt",
  ) => source.open(writtenCall("any", { path: folder.write(name, content), ...more }), folder.world());
  const rows = async (...a: Parameters<typeof open>) => (await open(...a)).objects();

  describe("csv source", () => {
    it("reads quotes, line breaks in fields, a byte order mark and mixed line endings", async () => {
      const text = '\ufefftext,label\r\n"a, ""b""\nc",x\nd,y\r\n\r\ne,\n';
      assert.deepEqual(await rows(csv, text), [
        { text: 'a, "b"\nc', label: "x", $row: 1 },
        { text: "d", label: "y", $row: 2 },
        { text: "e", label: "", $row: 3 },
      ]);
    });
    it("reads back any content written by the CSV rules", async () => {
      const cell = fc.string({
        unit: fc.constantFrom("a", "é", "😀", ",", '"', "\n", "\r", " ", "\u0000", "<", "\t"),
        maxLength: 12,
      });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), async (pairs) => {
          const quoted = (s: string) => `"${s.replaceAll('"', '""')}"`;
          const text = ["text,label", ...pairs.map((p) => p.map(quoted).join(","))].join("\n");
          const read = await rows(csv, text);
          assert.deepEqual(
            read.map((r) => [(r as { text: string }).text, (r as { label: string }).label]),
            pairs,
          );
        }),
        { numRuns: 60 },
      );
    });
    it("reads characters that span chunks of the file, compressed or not", async () => {
      const line = "äöü€😀,x\n";
      const text = "text,label\n" + line.repeat(30_000);
      for (const [name, content] of [
        ["long.csv", text],
        ["long.csv.gz", gzipSync(text)],
      ] as const) {
        const read = await open(csv, content, {}, name);
        assert.equal(read.numRows(), 30_000);
        assert.ok(Array.from(read.array("text") as string[]).every((t) => t === "äöü€😀"));
      }
    });
    it("stops early if only the header is requested", async () => {
      const path = folder.write("many.csv", "text,label\n" + "a,b\n".repeat(200_000) + 'c,"d');
      const read = await csv.open(call("source", "csv", { path }), folder.world(), 3);
      assert.equal(read.numRows(), 3);
    });
    describe("csv source without a header in the first line", () => {
      const pairs = [
        { text: "good, really", label: "x", $row: 1 },
        { text: "bad\nas can be", label: "y", $row: 2 },
      ];
      const body = '"good, really",x\r\n"bad\nas can be",y\r\n';
      const none = { header: "none", names: ["text", "label"] };
      const read: readonly [string, string, Record<string, Value>][] = [
        ["a row", body, none],
        ["a title of any shape", `Export "of 2024\r\n\r\nwho, when, what\r\n${body}`, { ...none, skip: 3 }],
        ["a title before the names", `Export\rme\ntext,label\n${body}`, { skip: 2 }],
        ["names that others are wanted for", `t,l\n${body}`, { header: "first", names: ["text", "label"] }],
        ["a title before a byte order mark", `Export\r\n\ufefftext,label\r\n${body}`, { skip: 1 }],
      ];
      for (const [what, text, more] of read)
        it(`reads a file that starts with ${what}`, async () => {
          assert.deepEqual(await rows(csv, text, more), pairs);
          const path = folder.write("streamed.csv", text);
          const chunks = await gathered(csv.stream!(call("source", "csv", { path, ...more }), folder.world()));
          assert.deepEqual(
            chunks.map(({ columns }) => [...columns]),
            [
              [
                ["text", pairs.map((p) => p.text)],
                ["label", pairs.map((p) => p.label)],
              ],
            ],
          );
        });
      it("numbers the columns if no names are given", async () => {
        assert.deepEqual(await rows(csv, "a,b\nc,d\n", { header: "none" }), [
          { "column 1": "a", "column 2": "b", $row: 1 },
          { "column 1": "c", "column 2": "d", $row: 2 },
        ]);
      });
      it("skips complete lines wherever chunks of the file end", async () => {
        const line = `${"ä".repeat(99)}\r\n`;
        for (const skip of [325, 326, 327, 328, 329]) {
          const read = await rows(csv, line.repeat(skip) + "text\nfine\n", { skip });
          assert.deepEqual(read, [{ text: "fine", $row: 1 }]);
        }
        const past = await codeOf(() => open(csv, "a\nb\n", { skip: 2 }));
        assert.deepEqual([past.code, past.data["skip"]], ["empty-file", 2]);
      });
      it("reports line numbers of the original file", async () => {
        const error = await codeOf(() => open(csv, "title\n\n\ntext,label\n\na,b,c\n", { skip: 1 }));
        assert.deepEqual([error.code, error.data["line"]], ["ragged-row", 6]);
        const quote = await codeOf(() => open(csv, 'title\ntext,label\na "b,c\n', { skip: 1 }));
        assert.deepEqual([quote.code, quote.data["line"]], ["broken-quotes", 3]);
      });
      it("rejects too few or duplicate names", async () => {
        const few = await codeOf(() => open(csv, "\na,b\n", { header: "none", names: ["text"] }));
        assert.deepEqual([few.code, few.data["first"], few.data["names"]], ["column-names", ["a", "b"], ["text"]]);
        const twice = await codeOf(() => open(csv, "a,b\n", { header: "first", names: ["text", "text"] }));
        assert.deepEqual([twice.code, twice.data["given"]], ["duplicate-column", true]);
      });
      it("asks whether names are added or replace a header", async () => {
        assert.equal((await codeOf(() => open(csv, "a,b\nc,d\n", { names: ["text", "label"] }))).code, "header-unsaid");
      });
      for (const torn of [2, 5, 10, 19])
        it(`finds the delimiter despite a malformed row ${String(torn)}`, async () => {
          const lines = Array.from({ length: 60 }, (_, i) => `${i};hello ${i};a`);
          lines[torn - 1] = "9;broken; row here;a";
          const error = await codeOf(() => open(csv, `id;text;label\n${lines.join("\n")}\n`));
          assert.deepEqual([error.code, error.data["line"], error.data["has"]], ["ragged-row", torn + 1, 4]);
        });
      it("reads a single column of texts as one column, whatever it contains", async () => {
        const texts = ["one; two", "three; four", "five | six; seven", "eight; nine", "ten"];
        assert.equal((await rows(csv, `text\n${texts.join("\n")}\n`)).length, 5);
        assert.equal((await rows(csv, `text\n${texts.slice(0, 2).join("\n")}\na; b\nc; d\n`)).length, 4);
      });
      it("reports how many lines are a title", async () => {
        const title = async (text: string, more: Record<string, Value> = {}) =>
          (await codeOf(() => open(csv, text, more))).data["skip"];
        assert.equal(
          await title("Report\nby me\nyes\ntext,label\na,b\nc,d\n", { skip: 1 }),
          3,
          "from the file's start",
        );
        assert.equal(await title("Export\nof today\n\ntext,label\na,b\nc,d\n"), 3 - 1);
        assert.equal(await title("Export of today\nid;text;label\n1;a;b\n2;c;d\n"), 1, "by the delimiter of the table");
        assert.equal(await title("Sales, Q3\nid,text,label\n1,a,b\n2,c,d\n"), 1);
        assert.equal(await title("text,label\na,b\nc\nd,e\nf,g\nh,i\n"), undefined, "a row with a field too few");
      });
      it("reports column names that look like a row", async () => {
        const headless = async (text: string, more: Record<string, Value> = {}) => {
          const path = folder.write("headless.csv", text);
          const source = call("source", "csv", { path, ...more });
          const columns = await csv.open(source, folder.world(), 1000);
          const names = columns.columnNames().filter((name) => name !== "$row");
          return csv.headless?.(source, new Map(names.map((name) => [name, columns.array(name)])));
        };
        const labelled = "so good,pos\nso bad,neg\nwell,pos\nfine,pos\n";
        assert.equal(await headless(labelled), "header: none, names: [text, label]");
        assert.equal(await headless("17,a text\n18,other\n"), "header: none, names: [label, text]");
        assert.equal(
          await headless("it is a long and winding road to here,a\nno,b\n"),
          "header: none, names: [text, label]",
        );
        assert.equal(await headless("__label__a one\n__label__b two\n"), 'fasttext("headless.csv")');
        assert.equal(await headless("text,label\ngood,pos\nbad,neg\ntext,x\n"), undefined);
        assert.equal(await headless(labelled, { header: "none" }), "names: [text, label]");
        assert.equal(await headless(labelled, { header: "none", names: ["a", "b"] }), undefined);
        assert.equal(await headless(labelled, { header: "first" }), undefined);
        assert.equal(await headless(`${Array.from({ length: 99 }, (_, i) => i).join(",")}\n`), "header: none");
        assert.equal(await headless("Export Q3,,\ntext,label,id\na,b,c\n"), "skip: 1");
        assert.equal(await headless("Export Q3,\ntext,label\na,b\n"), "skip: 1");
        assert.equal(await headless("t\nExport Q3,,\ntext,label,id\na,b,c\n", { skip: 1 }), undefined);
        assert.equal(await headless(",,text\n1,2,c\n"), undefined, "columns of a count");
        assert.equal(await headless("text,\na,\nb,\n"), undefined, "a comma at each line's end");
      });
    });
    const shapes: readonly (readonly [string, string, string | undefined])[] = [
      ["text;label\nI came, I saw;x\nfine;y\n", "I came, I saw", '";" between fields'],
      ['text;label\n"I came; I saw";x\nfine;y\n', "I came; I saw", '";" between fields'],
      ["text\tlabel\nI came, I saw\tx\n", "I came, I saw", '"\\t" between fields'],
      ["first, second;label\n1,5;x\n2,5;y\n3;z\n", "1,5", '";" between fields'],
      ["text,label\n'I came, I saw',x\n'it''s fine',y\n", "I came, I saw", "' around them"],
      ["text;label\n'I came; I saw';x\n'fine';y\n", "I came; I saw", '";" between fields, \' around them'],
      ["'text'\n'I came, I saw'\n", "I came, I saw", "' around them"],
      ["text,label\n'tis; fine,x\n'twas not,y\n", "'tis; fine", undefined],
      ["text,label\na;b,x\nc;d,y\n", "a;b", undefined],
      ["text\nfine; or not\nbetter\n", "fine; or not", undefined],
    ];
    for (const [content, first, told] of shapes)
      it(`detects the delimiter of ${JSON.stringify(content)}`, async () => {
        const found: string[] = [];
        folder.write("shape.csv", content);
        const world = { ...folder.world(), found: (file: string, what: string) => void found.push(`${file}: ${what}`) };
        const table = await csv.open(call("source", "csv", { path: "shape.csv" }), world);
        assert.equal((table.objects()[0] as Record<string, unknown>)[table.columnNames()[0]!], first);
        assert.deepEqual(found, told === undefined ? [] : [`shape.csv: ${told}`]);
      });
    it("uses the given delimiter, and suggests the likely one", async () => {
      const error = await codeOf(() => open(csv, "text;label\nI came, I saw;x\nfine;y\n", { delimiter: "|" }));
      assert.equal(error.code, "wrong-delimiter");
      assert.deepEqual([error.data["likely"], error.data["columns"]], [";", ["text", "label"]]);
      assert.deepEqual(await rows(csv, "text;label\na, b;x\n", { delimiter: ";" }), [
        { text: "a, b", label: "x", $row: 1 },
      ]);
      assert.deepEqual(await rows(csv, "text\nfine\nbetter\n"), [
        { text: "fine", $row: 1 },
        { text: "better", $row: 2 },
      ]);
    });
    it("reports byte and line of an encoding error, and the likely encoding", async () => {
      const latin = Buffer.from("text,label\ngood,x\ncaf\u00e9,y\n", "latin1");
      const error = await codeOf(() => open(csv, latin, { encoding: "utf-8" }));
      assert.equal(error.code, "wrong-encoding");
      assert.deepEqual(
        [error.data["byte"], error.data["line"], error.data["likely"]],
        [latin.indexOf(0xe9), 3, "windows-1252"],
      );
      assert.equal(((await rows(csv, latin, { encoding: "windows-1252" }))[1] as { text: string }).text, "café");
    });
    it("reports an encoding error late in a file", async () => {
      const bytes = Buffer.from("text,label\n" + "äöü,x\n".repeat(40_000));
      bytes[bytes.length - 200] = 0xff;
      const error = await codeOf(() => open(csv, bytes));
      assert.equal(error.code, "wrong-encoding");
      assert.ok(Math.abs((error.data["byte"] as number) - (bytes.length - 200)) <= 1, String(error.data["byte"]));
    });
    it("recognizes UTF-16 with and without its byte order mark", async () => {
      const bare = Buffer.from("text,label\na,b\n", "utf16le");
      for (const bytes of [bare, Buffer.concat([Buffer.from([0xff, 0xfe]), bare])]) {
        const error = await codeOf(() => open(csv, bytes, { encoding: "utf-8" }));
        assert.deepEqual([error.code, error.data["likely"]], ["wrong-encoding", "utf-16le"]);
        assert.deepEqual(await rows(csv, bytes), [{ text: "a", label: "b", $row: 1 }]);
        assert.deepEqual(await rows(csv, bytes, { encoding: "utf-16le" }), [{ text: "a", label: "b", $row: 1 }]);
      }
    });
    const faults: [string, string, string, Record<string, unknown>][] = [
      ["a row with a field too many", "text,label\na,b\nc,d,e\n", "ragged-row", { line: 3, has: 3, columns: 2 }],
      [
        "a row with a field too few, after a field of two lines",
        'text,label\n"a\nb",c\nd\n',
        "ragged-row",
        { line: 4, has: 1 },
      ],
      ["a quote that is never closed", 'text,label\na,b\n"c,d\ne,f\n', "broken-quotes", { line: 3, what: "open" }],
      ["a quote inside a field", 'text,label\na,b\nc "d",e\n', "broken-quotes", { line: 3, what: "inside" }],
      ["text after a quote that closed", 'text,label\n"a"b,c\n', "broken-quotes", { line: 2, what: "after" }],
      ["a column twice", "text,label,text\na,b,c\n", "duplicate-column", { column: "text" }],
      ["a reserved column", "text,$row\na,b\n", "reserved-column", { column: "$row" }],
      ["an empty file", "", "empty-file", {}],
      ["a file of blanks", " \n\n", "empty-file", {}],
    ];
    for (const [what, text, code, data] of faults)
      it(`refuses ${what}`, async () => {
        const error = await codeOf(() => open(csv, text));
        assert.equal(error.code, code);
        for (const [key, value] of Object.entries(data)) assert.deepEqual(error.data[key], value, key);
      });
    it("rejects an endless record before it fills the memory", async () => {
      const error = await codeOf(() => open(csv, 'text,label\na,b\n"' + "x".repeat(17 * 2 ** 20)));
      assert.deepEqual([error.code, error.data["line"]], ["giant-record", 3]);
    });
    it("reads quotes as characters if requested", async () => {
      assert.deepEqual(await rows(csv, 'text,label\n5" screen,x\n', { quote: "none" }), [
        { text: '5" screen', label: "x", $row: 1 },
      ]);
    });
    it("names an unnamed column by its position", async () => {
      assert.deepEqual((await open(csv, ",text\n0,a\n")).columnNames(), ["column 1", "text", "$row"]);
    });
    it("suggests a similar file name", async () => {
      folder.write("tickets.csv", "text\na\n");
      const error = await codeOf(() => csv.open(call("source", "csv", { path: "ticket.csv" }), folder.world()));
      assert.deepEqual([error.code, error.data["near"]], ["missing-file", "tickets.csv"]);
      assert.equal(
        (await codeOf(() => csv.open(call("source", "csv", { path: "." }), folder.world()))).code,
        "unreadable-file",
      );
    });
    it("rejects an unknown encoding, and a file that only looks compressed", async () => {
      const unknown = await codeOf(() => open(csv, "text\na\n", { encoding: "klingon" }));
      assert.deepEqual([unknown.code, unknown.data["encoding"]], ["unknown-encoding", "klingon"]);
      const packed = await codeOf(() => open(csv, "text\na\n", {}, "plain.csv.gz"));
      assert.deepEqual([packed.code, packed.data["file"]], ["unreadable-file", "plain.csv.gz"]);
    });
    it("reads 100,000 rows", async function () {
      this.timeout(20_000);
      const text = "text,label\n" + '"the quick brown fox, jumps over the lazy dog",x\n'.repeat(100_000);
      assert.equal((await open(csv, text)).numRows(), 100_000);
    });
  });

  describe("json and jsonl sources", () => {
    it("read the three shapes of rows", async () => {
      const wanted = [
        { text: "a", label: 1, $row: 1 },
        { text: "b", label: null, $row: 2 },
      ];
      assert.deepEqual(await rows(json, '[{"text":"a","label":1},{"text":"b"}]'), wanted);
      assert.deepEqual(await rows(json, '{"version":1,"data":[{"text":"a","label":1},{"text":"b"}]}'), wanted);
      assert.deepEqual(await rows(json, '{"text":["a","b"],"label":[1,null]}'), wanted);
      assert.deepEqual(await rows(jsonl, '{"text":"a","label":1}\r\n\n{"text":"b"}\n'), wanted);
    });
    it("read columns that appear late, and reject a dangerous name", async () => {
      assert.deepEqual(await rows(jsonl, '{"a":1}\n{"b":2,"constructor":3}\n'), [
        { a: 1, b: null, constructor: null, $row: 1 },
        { a: null, b: 2, constructor: 3, $row: 2 },
      ]);
      assert.equal((await codeOf(() => open(jsonl, '{"__proto__":3}\n'))).code, "reserved-column");
    });
    it("report the position of broken JSON", async () => {
      const whole = await codeOf(() => open(json, '[{"text": "a"},\n {"text": }]'));
      assert.deepEqual([whole.code, whole.data["line"], whole.data["column"]], ["broken-json", 2, 11]);
      const line = await codeOf(() => open(jsonl, '{"text":"a"}\n\n{"text":"b"\n'));
      assert.deepEqual([line.code, line.data["line"]], ["broken-json", 3]);
    });
    it("reject JSON that is not rows", async () => {
      for (const text of ["3", '"x"', "[1]", '{"a":{"b":1}}', '{"a":[1],"b":[1,2]}'])
        assert.equal((await codeOf(() => open(json, text))).code, "json-shape", text);
      assert.equal((await codeOf(() => open(jsonl, "[1]\n"))).code, "json-shape");
      assert.equal((await codeOf(() => open(jsonl, " \n\n"))).code, "empty-file");
      assert.equal((await codeOf(() => open(json, ""))).code, "empty-file");
    });
    it("find an error exactly where JSON.parse does", () => {
      const value = fc.json({ maxDepth: 3 });
      fc.assert(
        fc.property(value, fc.nat(), fc.constantFrom("", "}", "]", ",", '"', "x", ":", "0"), (text, at, put) => {
          const place = at % (text.length + 1);
          const broken = text.slice(0, place) + put + text.slice(place + 1);
          let good = true;
          try {
            JSON.parse(broken);
          } catch {
            good = false;
          }
          assert.equal(findJsonFault(broken) === null, good, broken);
        }),
        { numRuns: 500 },
      );
    });
    it("handle any depth", () => assert.equal(findJsonFault("[".repeat(200_000))?.offset, 200_000));
  });

  describe("fasttext source", () => {
    const text =
      "__label__a __label__b two labels\n\n  __label__a  one label\tand blanks \r\nno label, __label__ alone\n";
    const expected = [
      { text: "two labels", label: null, labels: ["a", "b"] },
      { text: "one label\tand blanks", label: "a", labels: ["a"] },
      { text: "no label, __label__ alone", label: null, labels: [] },
    ];
    it("reads texts and labels, at once and in parts", async () => {
      const read = await rows(fasttext, text);
      assert.deepEqual(
        read,
        expected.map(({ text, labels }, i) => ({ text, labels, $row: i + 1 })),
      );
      const [single] = await rows(fasttext, "__label__a one\nnone\n");
      assert.deepEqual(single, { text: "one", label: "a", labels: ["a"], $row: 1 });
      const source = call("source", "fasttext", { path: folder.write("f.txt", text) });
      const [chunk] = await gathered(fasttext.stream!(source, folder.world()));
      assert.deepEqual(
        [chunk?.rows, chunk?.columns.get("labels"), chunk?.columns.has("label")],
        [3, expected.map((row) => row.labels), false],
      );
    });
    it("accepts labels at any position, and another prefix", async () => {
      const [row] = await rows(fasttext, "good #pos film #short\n", { prefix: "#" });
      assert.deepEqual(row, { text: "good film", labels: ["pos", "short"], $row: 1 });
    });
    it("handles a long run of blanks", async () => {
      const [row] = await rows(fasttext, `__label__a one${" ".repeat(2_000_000)}\n`);
      assert.deepEqual(row, { text: "one", label: "a", labels: ["a"], $row: 1 });
    });
    it("rejects an empty file", async () => {
      assert.equal((await codeOf(() => open(fasttext, "\n \n"))).code, "empty-file");
    });
  });

  describe("table source", () => {
    const read = (value: unknown) =>
      table.open(call("source", "table", { of: { live: "x" } }), folder.world({ x: value }));
    it("reads an arquero table, including its filter", async () => {
      const value = arquero({ text: ["a", "b", "c"], n: [1, 2, 3] }).filter((d: { n: number }) => d.n > 1);
      assert.deepEqual((await read(value)).objects(), [
        { text: "b", n: 2, $row: 1 },
        { text: "c", n: 3, $row: 2 },
      ]);
    });
    it("preserves row numbers of the table", async () => {
      assert.deepEqual((await read(arquero({ text: ["a"], $row: [7] }))).objects(), [{ text: "a", $row: 7 }]);
    });
    it("reads an array of objects and rejects other values", async () => {
      assert.deepEqual((await read([{ a: 1 }, { b: 2 }])).objects(), [
        { a: 1, b: null, $row: 1 },
        { a: null, b: 2, $row: 2 },
      ]);
      for (const value of [1, "x", null, undefined, { a: 1 }, [1]])
        assert.equal((await codeOf(() => read(value))).code, "not-a-table");
    });
  });
});
