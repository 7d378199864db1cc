/**
 * `check`, `explain` and `fmt` as a user calls them. (`plan` needs a base model; tests/dsl/compiler/plan covers its
 * output.)
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { called } from "./called.js";

let folder = "";
const call = (...args: string[]) => called(folder, ...args);
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
};

describe("command line for Tune files", function () {
  this.timeout(60_000);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-check-"));
    write("a.csv", "text,label\ngood,pos\nbad,neg\n");
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("prints code, place and help by `check --json`, and exits with 1", async () => {
    write("bad.tune", 'data d {\n  source: csv("a.csv")\n  columns: { text: text, label: labl }\n}\n');
    const { stdout, status } = await call("check", "bad.tune", "--json");
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Record<string, unknown>[] };
    assert.equal(status, 1);
    assert.equal(diagnostics.length, 1);
    const { code, severity, message, start, end, help, labels, notes } = diagnostics[0]!;
    assert.deepEqual(
      [code, severity, message, start, end],
      ["unknown-column", "error", 'no column "labl" in a.csv', { line: 3, column: 33 }, { line: 3, column: 37 }],
    );
    assert.equal(help, "write `label`");
    assert.ok(Array.isArray(labels) && Array.isArray(notes));
  });
  it("exits with 0 after `check` of a valid file", async () => {
    write("good.tune", 'data d { source: csv("a.csv"), columns: { text: text, label: label } }\n');
    const { stdout, status } = await call("check", "good.tune", "--json");
    assert.deepEqual([status, JSON.parse(stdout)], [0, { diagnostics: [] }]);
  });
  it("checks the Tune cells of a notebook by cell number, with names from TypeScript", async () => {
    const cell = (source: string) => ({
      cell_type: "code",
      id: source.slice(0, 3).replace(/\W/g, "x"),
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    });
    write(
      "book.ipynb",
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 5,
        metadata: {},
        cells: [
          cell("const size = 8;"),
          cell("recipe size { epochs: 3 }"),
          cell("recipe q { batch_size: $size, epoch: 3 }"),
        ],
      }),
    );
    const { stdout, status } = await call("check", "book.ipynb", "--json");
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; cell: number }[] };
    assert.equal(status, 1);
    assert.deepEqual(
      diagnostics.map((d) => [d.code, d.cell]),
      [
        ["name-taken", 2],
        ["unknown-key", 3],
      ],
    );
  });
  it("accepts words that a notebook's TypeScript cells define, and no others", async () => {
    const cell = (source: string) => ({ cell_type: "code", source, metadata: {}, outputs: [], execution_count: null });
    const model = (technique: string) =>
      `model ${technique}_m { base: "x", task: text_classification, technique: ${technique} }`;
    const cells = [
      'define.technique({\n  name: "mine", doc: "x", trains, around })',
      model("mine"),
      model("yours"),
    ].map(cell);
    write("words.ipynb", JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
    const { diagnostics } = JSON.parse((await call("check", "words.ipynb", "--json")).stdout) as {
      diagnostics: Record<string, unknown>[];
    };
    const unknown = diagnostics.filter(({ code }) => code === "unknown-word");
    assert.deepEqual(
      unknown.map(({ message }) => /yours/.test(String(message))),
      [true],
      JSON.stringify(diagnostics),
    );
  });
  it("rejects an undefined parameter before anything runs: check, plan and run", async () => {
    write(
      "rates.tune",
      'use "more.tune"\nparameters { rate: 1e-3 }\nrecipe q { optimizer: adamw(learning_rate: $rate), epochs: $rounds }\n',
    );
    write("more.tune", "parameters { rounds: 2 }\n");
    for (const command of ["check", "plan", "run"]) {
      const { stdout, stderr, status } = await call(command, "rates.tune", "-p", "rounds=3", "-p", "rates=2e-3");
      assert.equal(status, 1, command);
      assert.match(
        stdout + stderr,
        /error\[unknown-parameter\]: there is no parameter `rates`\n {2}--> command line:1:16\n.*\n 1 \| -p rounds=3 -p rates=2e-3\n.*\^{5}\n.*write `rate`/,
      );
      assert.equal((await call(command, "rates.tune", "-p", "rate=2e-3", "-p", "rounds=3")).status, 0, command);
    }
    const listed = (await call("check", "rates.tune", "-p", "batch=8", "--json")).stdout;
    assert.match(listed, /there are `rounds`, `rate`/);
    write("bare.tune", "recipe q { epochs: 3 }\n");
    assert.match(
      (await call("run", "bare.tune", "-p", "rate=1")).stderr,
      /define it in the file: `parameters { rate: … }`/,
    );
    write("wrong.tune", "parameters { rate: 1e-3\nrecipe q { epoch: 3 }\n");
    assert.doesNotMatch((await call("check", "wrong.tune", "-p", "rates=1")).stdout, /unknown-parameter/);
  });
  it("rejects a parameter that no cell of a notebook uses, before the kernel starts", async () => {
    const cell = (source: string, ...tags: string[]) => ({
      ...{ cell_type: "code", source, metadata: { tags }, outputs: [], execution_count: null },
    });
    const book = (name: string, ...cells: readonly ReturnType<typeof cell>[]) =>
      write(name, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
    book("ts.ipynb", cell("let size = 8;", "parameters"), cell("size + extra"));
    book("tune.ipynb", cell("parameters { size: 8 }", "parameters"), cell("recipe q { batch_size: $size }"));
    for (const name of ["ts.ipynb", "tune.ipynb"])
      for (const command of ["check", "run"]) {
        const { stdout, stderr, status } = await call(command, name, "-p", "sise=4");
        assert.equal(status, 1, `${command} ${name}`);
        assert.match(stdout + stderr, /error\[unknown-parameter\][\s\S]*write `size`/);
      }
    assert.equal((await call("check", "ts.ipynb", "-p", "extra=4")).status, 0);
    assert.equal((await call("check", "tune.ipynb", "-p", "size=4")).status, 0);
  });
  it("reports codes for a missing file and a wrong file type", async () => {
    assert.match((await call("check", "none.tune")).stderr, /error\[missing-file\]/);
    const asJson = await call("check", "none.tune", "--json");
    const { diagnostics } = JSON.parse(asJson.stdout) as { diagnostics: readonly { code: string; file: string }[] };
    assert.deepEqual([asJson.status, diagnostics[0]?.code, diagnostics[0]?.file], [1, "missing-file", "none.tune"]);
    assert.match((await call("check", "a.csv")).stderr, /error\[file-kind\]/);
  });
  it("prints a page by `explain`, and suggests the nearest code", async () => {
    const { stdout, status } = await call("explain", "unknown-key");
    assert.equal(status, 0);
    assert.match(stdout, /For example/);
    assert.match((await call("explain", "unknwon-key")).stderr, /tunebook explain unknown-key/);
    assert.ok((await call("explain")).stdout.split("\n").includes("missing-file"));
  });
  it("formats in place by `fmt`, and only reports with `--check`", async () => {
    write("f.tune", "recipe   r{epochs:3}");
    assert.equal((await call("fmt", "--check", "f.tune")).status, 1);
    assert.equal((await call("fmt", "f.tune")).status, 0);
    assert.equal(readFileSync(join(folder, "f.tune"), "utf8"), "recipe r { epochs: 3 }\n");
    assert.equal((await call("fmt", "--check", "f.tune")).status, 0);
  });
});
