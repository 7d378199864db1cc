/** Text files, folders as labels, packed files, and mixed sources. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { prepareRows } from "#kernel/data/prepare.js";
import type { SourceImplementation, SourceContext } from "#stdlib/data/contract.js";
import { readFileBytes } from "#stdlib/platform/files.js";
import { registry } from "#stdlib/registry.js";
import { folder as folders } from "#stdlib/sources/folder.run.js";
import { jsonl } from "#stdlib/sources/jsonl.run.js";
import { mix } from "#stdlib/sources/mix.run.js";
import { text } from "#stdlib/sources/text.run.js";
import type { Value } from "#dsl/language/types/value.js";
import { zip } from "../../kernel/fetch/zip.js";
import { call, writtenCall, codeOf, Folder } from "../../kernel/data/rows/plans.js";

const fixtures = fileURLToPath(new URL("../../../../tests/fixtures/tables/", import.meta.url));
const folder = new Folder();
after(() => folder.remove());
const put = (name: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(folder.path, name)), { recursive: true });
  writeFileSync(join(folder.path, name), content);
};
const rowsOf = async (source: SourceImplementation, given: Record<string, Value>): Promise<object[]> =>
  (await source.open(writtenCall("any", given), folder.world())).objects();
const streamed = async (source: SourceImplementation, given: Record<string, Value>, world?: Partial<SourceContext>) => {
  const texts: unknown[] = [];
  for await (const chunk of source.stream!(call("source", "any", given), { ...folder.world(), ...world }))
    texts.push(...(chunk.columns.get("text") ?? []));
  return texts;
};

describe("text source", () => {
  before(() => {
    put("notes/b.txt", "\ufefflast\r\n\r\nand not\r\nleast\r\n\r\n\r\n");
    put("notes/a.txt", "first\n");
    put("notes/blank.txt", " \n\n");
  });
  const file = "notes/b.txt";
  const units: [Record<string, Value>, object[]][] = [
    [
      {},
      [
        { text: "first", file: "notes/a.txt", $row: 1 },
        { text: "last\n\nand not\nleast", file, $row: 2 },
      ],
    ],
    [{ unit: "line", path: file }, ["last", "and not", "least"].map((text, i) => ({ text, file, $row: i + 1 }))],
    [{ unit: "paragraph", path: file }, ["last", "and not\nleast"].map((text, i) => ({ text, file, $row: i + 1 }))],
  ];
  for (const [given, rows] of units)
    it(`reads by ${JSON.stringify(given)}`, async () => {
      assert.deepEqual(await rowsOf(text, { path: "notes/*.txt", ...given }), rows);
      assert.deepEqual(
        await streamed(text, { path: "notes/*.txt", ...given }),
        rows.map((row) => (row as { text: string }).text),
      );
    });
  it("rejects empty files, endless rows and files that are not text", async () => {
    assert.equal((await codeOf(() => rowsOf(text, { path: "notes/blank.txt" }))).code, "empty-file");
    put("long.txt", `${"x".repeat(9999)}\n`.repeat(1700));
    const long = await codeOf(() => rowsOf(text, { path: "long.txt" }));
    assert.deepEqual([long.code, long.data["unit"]], ["giant-text", "file"]);
    put("long.txt", `short\n\n${`${"x".repeat(9999)}\n`.repeat(1700)}`);
    const paragraph = await codeOf(() => rowsOf(text, { path: "long.txt", unit: "paragraph" }));
    assert.deepEqual([paragraph.code, paragraph.data["line"]], ["giant-text", 3]);
    put("latin.txt", Buffer.from("caf\u00e9", "latin1"));
    const latin = () => rowsOf(text, { path: "latin.txt", encoding: "utf-8" });
    assert.equal((await codeOf(latin)).code, "wrong-encoding");
    put("picture.txt", "%PDF-1.4");
    assert.equal((await codeOf(() => rowsOf(text, { path: "picture.txt" }))).code, "not-a-text-file");
  });
});

describe("folder source", () => {
  it("takes labels from folder names, and splits from their parent folders", async () => {
    for (const [name, content] of [
      ["reviews/neg/1.txt", "bad"],
      ["reviews/pos/1.txt", "good"],
      ["reviews/pos/2.txt", "better"],
      ["reviews/pos/.keep", ""],
    ] as const)
      put(name, content);
    assert.deepEqual(await rowsOf(folders, { path: "reviews/" }), [
      { text: "bad", label: "neg", file: "reviews/neg/1.txt", $row: 1 },
      { text: "good", label: "pos", file: "reviews/pos/1.txt", $row: 2 },
      { text: "better", label: "pos", file: "reviews/pos/2.txt", $row: 3 },
    ]);
    for (const split of ["train", "test"])
      for (const label of ["a", "b"]) put(`set/${split}/${label}/x.txt`, `${split} ${label}`);
    const plan = folder.plan(call("source", "folder", { path: "set" }), {
      split: call("split", "by_column", { column: "split" }),
    });
    const { facts } = await prepareRows(plan, folder.world());
    assert.deepEqual(
      Object.entries(facts.splits).map(([name, { rows }]) => [name, rows]),
      [
        ["train", 2],
        ["test", 2],
      ],
    );
    assert.deepEqual(await streamed(folders, { path: "set" }), ["test a", "test b", "train a", "train b"]);
  });
  it("rejects a file next to label folders, and a folder without files", async () => {
    put("beside/read.txt", "me");
    assert.equal((await codeOf(() => rowsOf(folders, { path: "beside" }))).code, "unlabelled-file");
    assert.equal((await codeOf(() => rowsOf(folders, { path: "nowhere" }))).code, "no-files");
  });
});

describe("compressed files", () => {
  const lines = '{"text":"a"}\n{"text":"b"}\n';
  it("are read by their extension", async () => {
    put("lines.jsonl.gz", gzipSync(lines));
    put("lines.zip", zip({ "lines.jsonl": lines, "__MACOSX/lines.jsonl": "" }));
    for (const path of ["lines.jsonl.gz", "lines.zip"])
      assert.deepEqual(await streamed(jsonl, { path }), ["a", "b"], path);
    const world = { folder: fixtures, live: () => undefined };
    const read = await jsonl.open(call("source", "jsonl", { path: "all.jsonl.zst" }), world);
    const whole = await jsonl.open(call("source", "jsonl", { path: "all.jsonl" }), world);
    assert.deepEqual(read.objects(), whole.objects());
  });
  it("are coded errors if broken", async () => {
    put("torn.jsonl.gz", gzipSync(lines.repeat(100)).subarray(0, 30));
    put("torn.zip", zip({ a: lines }).subarray(0, 40));
    put("no.jsonl.zst", lines);
    for (const path of ["torn.jsonl.gz", "torn.zip", "no.jsonl.zst"])
      assert.equal((await codeOf(() => rowsOf(jsonl, { path }))).code, "unreadable-file", path);
    put("two.zip", zip({ "a.jsonl": lines, "b.jsonl": lines }));
    const two = await codeOf(() => rowsOf(jsonl, { path: "two.zip" }));
    assert.deepEqual([two.code, two.data["members"]], ["zip-members", ["a.jsonl", "b.jsonl"]]);
  });
  it("are rejected while unpacking if they expand without end", async function () {
    this.timeout(30_000);
    put("bomb.jsonl.gz", gzipSync(Buffer.alloc(80 * 2 ** 20, "\n"), { level: 9 }));
    const bomb = await codeOf(async () => {
      for await (const bytes of readFileBytes(join(folder.path, "bomb.jsonl.gz"), "bomb.jsonl.gz"))
        assert.ok(bytes.length > 0);
    });
    assert.deepEqual([bomb.code, bomb.data["limit"]], ["unpacks-too-large", 2 ** 26]);
  });
});

describe("mix source", () => {
  const world: Partial<SourceContext> = {
    seed: 3,
    source: async (word) => (await registry.find("source", word)!.load!()) as SourceImplementation,
  };
  before(() => {
    put("a.csv", `text,label\n${Array.from({ length: 3000 }, (_, i) => `a${i},x\n`).join("")}`);
    put("b.jsonl", Array.from({ length: 3000 }, (_, i) => `{"text":"b${i}","label":"y"}\n`).join(""));
  });
  const sources = [call("source", "csv", { path: "a.csv" }), call("source", "jsonl", { path: "b.jsonl" })];
  const drawn = (more: Record<string, Value>, seed = 3) =>
    streamed(mix, { sources: sources as unknown as Value, ...more }, { ...world, seed });
  it("draws in proportion, in order, until the first source is used up", async () => {
    const texts = (await drawn({ weights: [3, 1] })) as string[];
    const [a, b] = ["a", "b"].map((start) => texts.filter((text) => text.startsWith(start)));
    assert.equal(a!.length, 3000);
    assert.ok(Math.abs(b!.length - 1000) < 120, String(b!.length));
    for (const [own, start] of [[a!, "a"] as const, [b!, "b"] as const])
      assert.deepEqual(
        own,
        own.map((_, i) => `${start}${i}`),
      );
    const ahead = texts.slice(0, 400).filter((text) => text.startsWith("a")).length;
    assert.ok(ahead > 260 && ahead < 340, String(ahead));
  });
  it("continues until all sources are used up, each row once", async () => {
    assert.equal(new Set(await drawn({ weights: [3, 1], until: "longest" })).size, 6000);
  });
  it("is reproducible by seed, at once or in parts", async () => {
    const one = await drawn({});
    assert.deepEqual(await drawn({}), one);
    assert.notDeepEqual(await drawn({}, 4), one);
    const plan = folder.plan(call("source", "mix", { sources: sources as unknown as Value }), { seed: 3 });
    const { splits } = await prepareRows(plan, folder.world());
    assert.deepEqual(Array.from(splits["all"]!.array("text")), one);
  });
  it("rejects invalid weights", async () => {
    for (const weights of [[1], [1, 0], [1, -2]])
      assert.equal((await codeOf(() => drawn({ weights }))).code, "weights-differ");
    const missing = call("source", "csv", { path: "none.csv" });
    const error = await codeOf(() => streamed(mix, { sources: [missing] as unknown as Value }, world));
    assert.equal(error.code, "missing-file");
  });
});
