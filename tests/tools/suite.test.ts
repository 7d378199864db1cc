import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { holesOf, measured, tableOf } from "#tools/coverage.mjs";
import { ensureNode, nodes } from "#tools/node-versions.mjs";
import { asBuilt, millisecondsOf, roughSeconds, testFiles, type Part } from "#tools/suite.mjs";

describe("test suite tools", () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "tunebook-suite-"));
  });
  after(() => rmSync(root, { recursive: true, force: true }));
  const write = (file: string, text = ""): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };

  it("accept a test by its source file", () => {
    assert.equal(asBuilt("tests/dsl/fuzz.test.ts"), join("dist", "tests/dsl/fuzz.test.js"));
    for (const other of ["dist/tests/dsl/fuzz.test.js", "-g", "tests"]) assert.equal(asBuilt(other), other);
  });

  it("recognize end-to-end tests by name, and run them first, longest first", () => {
    for (const name of [
      "a.test.js",
      "b.e2e.test.js",
      "deep/er/c.e2e.test.js",
      "deep/e.long.e2e.test.js",
      "f.long.test.js",
      "deep/d.test.js",
      "helper.js",
      "a.test.js.map",
    ])
      write(`dist/tests/${name}`);
    const e2e = ["b.e2e", "deep/er/c.e2e"].map((name) => join("dist/tests", `${name}.test.js`));
    const unit = ["a", "deep/d"].map((name) => join("dist/tests", `${name}.test.js`));
    const found = (part: Part): string[] => testFiles(part, { base: root });
    const long = ["deep/e.long.e2e", "f.long"].map((name) => join("dist/tests", `${name}.test.js`));
    assert.deepEqual([found("e2e"), found("unit"), found("all")], [e2e, unit, [...e2e, ...unit]]);
    assert.deepEqual([found("long"), found("whole")], [long, [...long, ...e2e, ...unit]]);
    const times = { [unit[1] ?? ""]: 9000, [unit[0] ?? ""]: 8000 };
    assert.deepEqual(testFiles("all", { base: root, times }), [...e2e, ...unit.toReversed()]);
  });

  it("record rounded durations of the longest existing files, and read them back", () => {
    const files = ["a.test.js", "deep/b.e2e.test.js", "gone.test.js", "short.test.js"].map((f) =>
      join("dist/tests", f),
    );
    const [a = "", b = "", gone = "", short = ""] = files;
    const seconds = roughSeconds(
      { [short]: 2400, [a]: 7600, [gone]: 90_000, [b]: 61_200 },
      { exists: (file) => file !== gone },
    );
    assert.equal(JSON.stringify(seconds), '{"deep/b.e2e":61,"a":8}');
    assert.deepEqual(millisecondsOf(seconds), { [b]: 61_000, [a]: 8000 });
  });

  it("summarize coverage by top folder, and list files with low coverage", () => {
    write("dist/dsl/a/one.js", "export const x = 1;\n//# sourceMappingURL=one.js.map");
    write("dist/dsl/a/two.js", "export const x = 1;");
    write("dist/kernel/three.js", "run();");
    write("dist/dsl/types.js", "/** Types alone. */\nexport {};\n//# sourceMappingURL=types.js.map");
    const lines = (covered: number, total: number) => ({ lines: { covered, total } });
    const files = measured(
      {
        total: lines(0, 0),
        [join(root, "dsl/types.ts")]: lines(0, 50),
        [join(root, "dsl/a/two.ts")]: lines(10, 100),
        [join(root, "kernel/three.ts")]: lines(0, 20),
        [join(root, "dsl/a/one.ts")]: lines(90, 100),
      },
      root,
    );
    assert.equal(
      tableOf(files),
      ["dsl/a     2 files  50.0 %", "kernel    1 files   0.0 %", "all       3 files  45.5 %"].join("\n"),
    );
    assert.equal(
      holesOf(files, 70),
      [
        "2 files of which less than 70 % of the lines ran:",
        "  0.0 % of   20  kernel/three.ts",
        " 10.0 % of  100  dsl/a/two.ts",
      ].join("\n"),
    );
    assert.equal(holesOf(files, 0), "no file of which less than 0 % of the lines ran");
  });

  it("download no Node without a recorded checksum", async () => {
    await assert.rejects(ensureNode("21"), {
      code: "node-not-known",
      help: "one of 22, 24, 26, on linux-x64 or linux-arm64",
    });
    await assert.rejects(ensureNode("22", { platform: "aix-ppc64" }), { code: "node-not-known" });
    for (const { integrity } of Object.values(nodes))
      for (const checksum of Object.values(integrity)) assert.match(checksum, /^sha512-[\w+/]{86}==$/);
  });
});
