/** Path patterns that name several files. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesMatching } from "#stdlib/platform/files.js";
import { matchesNamePattern } from "#stdlib/files/path-patterns.js";
import { csv } from "#stdlib/sources/csv.run.js";
import { jsonl } from "#stdlib/sources/jsonl.run.js";
import { call, codeOf } from "../../kernel/data/rows/plans.js";

describe("path patterns", () => {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-patterns-"));
  const world = { folder, live: () => undefined };
  const put = (name: string, text: string): void => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  before(() => {
    put("part-2.csv", "text,label\nc,x\n");
    put("part-1.csv", "text,label\na,x\nb,y\n");
    put("part-10.csv", "text,label\nd,y\n");
    put("other.csv", "text,team\ne,z\n");
    put("deep/er/a.jsonl", '{"text":"a"}\n');
    put("deep/b.jsonl", '{"text":"b","more":1}\n');
    put("deep/.hidden/c.jsonl", '{"text":"c"}\n');
    put("odd[1].csv", "text\nf\n");
    put("in/there.csv", "text\ng\n");
    symlinkSync(join(folder, "part-1.csv"), join(folder, "in", "out.csv"));
    symlinkSync(folder, join(folder, "in", "circle"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const named: [string, string[]][] = [
    ["part-*.csv", ["part-1.csv", "part-10.csv", "part-2.csv"]],
    ["part-?.csv", ["part-1.csv", "part-2.csv"]],
    ["part-[2-9].csv", ["part-2.csv"]],
    ["part-[!2]*.csv", ["part-1.csv", "part-10.csv"]],
    ["{other,part-2}.csv", ["other.csv", "part-2.csv"]],
    ["**/*.jsonl", ["deep/b.jsonl", "deep/er/a.jsonl"]],
    ["deep/**", ["deep/b.jsonl", "deep/er/a.jsonl"]],
    ["deep/.hidden/*", ["deep/.hidden/c.jsonl"]],
    ["./deep/*.jsonl", ["./deep/b.jsonl"]],
    ["odd[1].csv", ["odd[1].csv"]],
    ["in/*.csv", ["in/there.csv"]],
    ["not-there.csv", ["not-there.csv"]],
  ];
  for (const [pattern, files] of named)
    it(`${pattern} matches ${files.join(", ")}`, () => assert.deepEqual(filesMatching(folder, pattern), files));
  it("list the folder's entries if nothing matches", async () => {
    const error = await codeOf(() => filesMatching(folder, "deep/*.csv"));
    assert.deepEqual([error.code, error.data["there"]], ["no-files", [".hidden/", "b.jsonl", "er/"]]);
    assert.equal((await codeOf(() => filesMatching(folder, "nowhere/*.csv"))).code, "no-files");
  });
  it("match quickly, even if adversarial", () => {
    const name = "a".repeat(250);
    assert.equal(matchesNamePattern(name, `${"a*".repeat(120)}b`), false);
    assert.equal(matchesNamePattern(name, `${"*a".repeat(120)}`), true);
  });
  it("are read as one table, at once and in parts", async () => {
    const source = call("source", "csv", { path: "part-*.csv" });
    const rows = [
      { text: "a", label: "x", $row: 1 },
      { text: "b", label: "y", $row: 2 },
      { text: "d", label: "y", $row: 3 },
      { text: "c", label: "x", $row: 4 },
    ];
    assert.deepEqual((await csv.open(source, world)).objects(), rows);
    assert.equal((await csv.open(source, world, 3)).numRows(), 3);
    const told: (readonly [number, number])[] = [];
    const texts: unknown[] = [];
    for await (const chunk of csv.stream!(source, { ...world, onBytes: (read, of) => void told.push([read, of]) }))
      texts.push(...(chunk.columns.get("text") ?? []));
    assert.deepEqual(texts, ["a", "b", "d", "c"]);
    assert.deepEqual(told.at(-1), [told.at(-1)![1], told.at(-1)![1]]);
  });
  it("reject files with different columns if the files declare their columns", async () => {
    for (const limit of [undefined, 1000]) {
      const error = await codeOf(() => csv.open(call("source", "csv", { path: "{other,part-1}.csv" }), world, limit));
      assert.deepEqual([error.code, error.data["lacks"], error.data["more"]], ["files-differ", ["team"], ["label"]]);
    }
    const lines = await jsonl.open(call("source", "jsonl", { path: "**/*.jsonl" }), world);
    assert.deepEqual(lines.array("more"), [1, null]);
  });
  it("name the broken file", async () => {
    put("torn/1.csv", "text,label\na,b\n");
    put("torn/2.csv", "text,label\na\n");
    const error = await codeOf(() => csv.open(call("source", "csv", { path: "torn/*.csv" }), world));
    assert.deepEqual([error.code, error.data["file"]], ["ragged-row", "torn/2.csv"]);
  });
});
