/** Undeclared encodings: detected from the bytes, reported, and never guessed where two are possible. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, writtenCall, codeOf, Folder } from "../../kernel/data/rows/plans.js";
import { prepareRows } from "#kernel/data/prepare.js";
import { registry } from "#stdlib/registry.js";
import { readTableHeader } from "#kernel/data/rows/rows.js";
import { jsonl } from "#stdlib/sources/jsonl.run.js";
import { text } from "#stdlib/sources/text.run.js";

const folder = new Folder();
after(() => folder.remove());
const latin = (content: string): Buffer => Buffer.from(content, "latin1");
const cafe = (content: string): Buffer => Buffer.from(content, "utf8");

async function read(content: Uint8Array, encoding?: string): Promise<{ lines: unknown[]; told: string[] }> {
  writeFileSync(join(folder.path, "x.txt"), content);
  const told: string[] = [];
  const world = { ...folder.world(), found: (file: string, what: string) => void told.push(`${file}: ${what}`) };
  const given = { path: "x.txt", unit: "line", ...(encoding !== undefined && { encoding }) };
  const table = await text.open(writtenCall("text", given), world);
  return { lines: Array.from(table.array("text") as Iterable<unknown>), told };
}

describe("encoding detection", () => {
  const long = "plain words\n".repeat(20_000);
  const cases: readonly (readonly [string, Uint8Array, readonly string[], string | null])[] = [
    ["UTF-8", cafe("caf\u00e9\nna\u00efve\n"), ["caf\u00e9", "na\u00efve"], null],
    ["UTF-8 with a mark", cafe("\ufeffcaf\u00e9\n"), ["caf\u00e9"], null],
    ["UTF-16LE with a mark", Buffer.from("\ufeffcaf\u00e9\n", "utf16le"), ["caf\u00e9"], "read as UTF-16LE"],
    ["UTF-16LE without", Buffer.from("caf\u00e9 au lait\n", "utf16le"), ["caf\u00e9 au lait"], "read as UTF-16LE"],
    ["UTF-16BE", Buffer.from("\ufeffcaf\u00e9\n", "utf16le").swap16(), ["caf\u00e9"], "read as UTF-16BE"],
    [
      "windows-1252",
      latin("caf\u00e9\nna\u00efve \x93so\x94\n"),
      ["caf\u00e9", "na\u00efve \u201cso\u201d"],
      "read as windows-1252",
    ],
    [
      "capitals before a quotation mark",
      latin("le \u00abCAF\u00c9\u00bb\n"),
      ["le \u00abCAF\u00c9\u00bb"],
      "read as windows-1252",
    ],
  ];
  for (const [what, bytes, lines, told] of cases)
    it(`finds the encoding: ${what}`, async () => {
      assert.deepEqual(await read(bytes), { lines, told: told === null ? [] : [`x.txt: ${told}`] });
    });
  it("finds the encoding by a character late in a file", async () => {
    const { lines, told } = await read(Buffer.concat([Buffer.from(long), latin("caf\u00e9\n"), Buffer.from(long)]));
    assert.deepEqual([lines.length, lines[20_000], told], [40_001, "caf\u00e9", ["x.txt: read as windows-1252"]]);
  });
  it("reports the line at which a file mixes two encodings", async () => {
    const both: readonly (readonly [Uint8Array, string])[] = [
      [Buffer.concat([Buffer.from(`${long}caf\u00e9\n`), latin("na\u00efve\n")]), "utf-8"],
      [Buffer.concat([Buffer.from(long), latin("na\u00efve\n"), Buffer.from("caf\u00e9\n")]), "windows-1252"],
      [Buffer.concat([Buffer.from(long), latin("na\u00efve\n"), Buffer.from("so \u2019it\u2019\n")]), "windows-1252"],
    ];
    for (const [bytes, first] of both) {
      const { code, data } = await codeOf(() => read(bytes));
      assert.deepEqual([code, data["line"], data["first"]], ["two-encodings", 20_002, first]);
    }
  });
  it("reports the line at which no encoding fits", async () => {
    for (const bytes of [
      Buffer.from([0x61, 0x0a, 0x81, 0x0a]),
      Buffer.from([0x61, 0x0a, ...Array<number>(20).fill(0xd0)]),
    ]) {
      const { code, data } = await codeOf(() => read(bytes));
      assert.deepEqual([code, data["line"], data["likely"]], ["wrong-encoding", 2, null]);
    }
    const torn = Buffer.from("\ufeffa\nb\n", "utf16le");
    torn.writeUInt16LE(0xd800, 6);
    const { code, data } = await codeOf(() => read(torn));
    assert.deepEqual([code, data["line"]], ["wrong-encoding", 2]);
  });
  it("only suggests the likely encoding if another is written", async () => {
    const { code, data } = await codeOf(() => read(latin("a\ncaf\u00e9\n"), "utf-8"));
    assert.deepEqual([code, data["line"], data["likely"]], ["wrong-encoding", 2, "windows-1252"]);
  });
  it("reports in the facts of data and of their header, once for files that are read alike", async () => {
    for (const name of ["a", "b"]) {
      writeFileSync(join(folder.path, `${name}.csv`), Buffer.from(`\ufefftext;label\n${name};x\nb;y\n`, "utf16le"));
      writeFileSync(join(folder.path, `${name}.jsonl`), Buffer.from(`{"text":"${name}","label":"x"}\n`));
    }
    const told = ['a.csv, b.csv: read as UTF-16LE, ";" between fields'];
    const plan = folder.plan(call("source", "csv", { path: "*.csv" }));
    const { facts } = await prepareRows(plan, folder.world());
    assert.deepEqual(facts.sources, told);
    assert.deepEqual(
      (await readTableHeader(call("source", "csv", { path: "*.csv" }), folder.world(), registry)).sources,
      told,
    );
    const plain = await prepareRows(folder.plan(call("source", "jsonl", { path: "*.jsonl" })), folder.world());
    assert.equal(plain.facts.sources, undefined);
    assert.equal((await jsonl.open(call("source", "jsonl", { path: "a.jsonl" }), folder.world())).numRows(), 1);
  });
});
