/** `tunebook fix` as a user calls it, on existing files. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, lstatSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyPatch } from "diff";
import { replaceCellSources } from "#kernel/apps/jupyter/client/cell-sources.js";
import { fixFile, writeFixed } from "#kernel/apps/cli/fixing.js";
import { called } from "./called.js";

let folder = "";
const call = (...args: string[]) => called(folder, "fix", ...args);
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

const bad =
  '// mine\r\ndata   d {\r\n  source = csv("a.csv")\r\n  columns: { text: txet, label: label }   // two\r\n}\r\n';
const good = bad.replace("source =", "source:").replace("txet", "text");

/**
 * Indented by tabs, with keys in an unusual order, escapes that JSON.stringify would not write, outputs, and no final
 * newline.
 */
const notebook = `{
	"nbformat": 4, "nbformat_minor": 5,
	"metadata": { "kernelspec": {"name": "tunebook"}, "caf\\u00e9": 1.50 },
	"cells": [
		{"cell_type":"markdown","id":"m","metadata":{},"source":["epoch = 3 is \\u00fcber\\n","x"]},
		{"source": "recipe q { epoch: 3 }", "cell_type": "code", "id": "a", "metadata": {}, "outputs": [{"output_type":"stream","name":"stdout","text":["1e-0\\n"]}], "execution_count": 7},
		{"cell_type": "code", "id": "t", "metadata": {}, "source": ["const epoch = 3"], "outputs": [], "execution_count": null},
		{"cell_type": "code", "id": "b", "metadata": {}, "outputs": [], "execution_count": null,
		 "source": [
			"// \\u00e9\\n",
			"recipe r {\\n",
			"  batchsize: 4\\n",
			"  sed: 1 }"
		 ]}
	]
}`;

describe("tunebook fix", function () {
  this.timeout(60_000);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-fix-"));
    write("a.csv", "text,label\ngood,pos\nbad,neg\n");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("corrects delimiter, encoding and JSON format of a source", async () => {
    write("semi.csv", "text;label\nI came, I saw;x\nfine;y\n");
    write("tab.csv", "text\tlabel\nfine\ty\n");
    writeFileSync(join(folder, "latin.csv"), Buffer.from("text,label\ncafé,x\n", "latin1"));
    writeFileSync(join(folder, "wide.csv"), Buffer.from("\ufefftext,label\na,x\n", "utf16le"));
    writeFileSync(join(folder, "both.csv"), Buffer.from("text;label\ncafé;x\nfine;y\n", "latin1"));
    write("lines.json", '{"text": "a", "label": "x"}\n{"text": "b", "label": "y"}\n');
    write("whole.jsonl", '[\n  {"text": "a", "label": "x"}\n]\n');
    const columns = "columns: { text: text, label: label }";
    const cases: readonly (readonly [string, string])[] = [
      ['csv("semi.csv", delimiter: "|")', 'csv("semi.csv", delimiter: ";")'],
      ['csv("semi.csv", delimiter: "|", quote: "\'")', 'csv("semi.csv", delimiter: ";", quote: "\'")'],
      ['csv("tab.csv", delimiter: ",")', 'csv("tab.csv", delimiter: "\\t")'],
      ['csv(\n    "latin.csv",\n  )', 'csv(\n    "latin.csv",\n  )'],
      ['csv("wide.csv", encoding: "utf-8")', 'csv("wide.csv", encoding: "utf-16le")'],
      [
        'csv("both.csv", encoding: "utf-8", delimiter: ",")',
        'csv("both.csv", encoding: "windows-1252", delimiter: ";")',
      ],
      ['json("lines.json")', 'jsonl("lines.json")'],
      ['jsonl("whole.jsonl")', 'json("whole.jsonl")'],
      [
        '{ train: csv("a.csv"), test: csv("semi.csv", delimiter: "|") }',
        '{ train: csv("a.csv"), test: csv("semi.csv", delimiter: ";") }',
      ],
    ];
    for (const [source, wanted] of cases) {
      write("data.tune", `data d { source: ${source}, ${columns} }\n`);
      const fixed = await fixFile(join(folder, "data.tune"));
      assert.equal(fixed.after, `data d { source: ${wanted}, ${columns} }\n`);
      const errors = fixed.left.filter(({ severity }) => severity === "error");
      assert.deepEqual(errors, [], source);
    }
  });
  it("fixes in place, preserves all other bytes, and prints each fix with its place", async () => {
    write("bad.tune", bad);
    chmodSync(join(folder, "bad.tune"), 0o640);
    const { stdout, status } = await call("bad.tune");
    assert.equal(status, 0, stdout);
    assert.equal(read("bad.tune"), good);
    assert.equal(statSync(join(folder, "bad.tune")).mode & 0o777, 0o640);
    assert.equal(
      stdout,
      "bad.tune: 2 mended, 0 left\n  3:10  write `:`  [equals-for-colon]\n  4:20  write `text`  [unknown-column]\n",
    );
    assert.equal((await call("bad.tune")).stdout, "bad.tune: 0 mended, 0 left\n");
    assert.equal(read("bad.tune"), good);
  });
  it("writes nothing with --check, and exits with 1 if something would change", async () => {
    write("bad.tune", bad);
    assert.equal((await call("--check", "bad.tune")).status, 1);
    assert.equal(read("bad.tune"), bad);
    write("good.tune", good);
    assert.equal((await call("--check", "good.tune")).status, 0);
  });
  it("writes nothing with --diff and --dry-run, and prints an applicable patch", async () => {
    write("p.tune", bad.replaceAll("\r\n", "\n"));
    for (const option of ["--diff", "--dry-run"]) {
      const { stdout, stderr, status } = await call(option, "p.tune");
      assert.equal(status, 0);
      assert.match(stderr, /^p\.tune: 2 to mend, 0 left\n/);
      assert.equal(read("p.tune"), bad.replaceAll("\r\n", "\n"));
      assert.match(stdout, /^--- p\.tune\n\+\+\+ p\.tune\n@@ -1,5 \+1,5 @@\n/);
      assert.equal(applyPatch(read("p.tune"), stdout), good.replaceAll("\r\n", "\n"));
    }
  });
  it("leaves errors found only in the rows, as `check` does", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `text ${String(i % 20)},${i % 2 ? "pos" : "neg"}`).join("\n");
    write("leak.csv", `text,label\n${rows}\n`);
    write(
      "leak.tune",
      'data d { source: csv("leak.csv"), columns: { text: txet, label: label }, split: random(train: 50%, test: 50%) }\n',
    );
    const checked = await called(folder, "check", "leak.tune");
    const { stdout, status } = await call("leak.tune");
    assert.deepEqual([checked.status, status], [1, 1], stdout);
    assert.match(stdout, /^leak\.tune: 1 mended, 1 left\n/);
    assert.match(stdout, /error\[split-leak\]/);
    assert.match((await called(folder, "check", "leak.tune")).stdout, /error\[split-leak\]/);
  });
  it("prints remaining errors at their new places, and exits with 1", async () => {
    write("left.tune", "recipe r {\n  epoch = 3\n  zzz: 1\n}\n");
    const { stdout, status } = await call("left.tune");
    assert.equal(status, 1);
    assert.match(stdout, /^left\.tune: 2 mended, 1 left\n {2}2:3 {2}write `epochs`/);
    assert.match(stdout, /error\[unknown-key\].*\n\s+--> left\.tune:3:3/);
  });
  it("fixes the Tune cells of a notebook and preserves every other byte", async () => {
    write("book.ipynb", notebook);
    const shown = await call("--diff", "book.ipynb");
    assert.match(shown.stdout, /^--- book\.ipynb cell 1\n\+\+\+ book\.ipynb cell 1\n/);
    assert.match(shown.stdout, /\n--- book\.ipynb cell 3\n/);
    assert.equal(read("book.ipynb"), notebook);
    const { stdout, status } = await call("book.ipynb");
    assert.equal(status, 0, stdout);
    const wanted = notebook
      .replace("recipe q { epoch:", "recipe q { epochs:")
      .replace("batchsize", "batch_size")
      .replace("sed: 1", "seed: 1");
    assert.equal(read("book.ipynb"), wanted);
    assert.match(
      stdout,
      /^book\.ipynb: 3 mended, 0 left\n {2}cell 1:1:12 {2}write `epochs`.*\n {2}cell 3:3:3 {2}write `batch_size`/,
    );
  });
  it("replaces cell sources of any form by more or fewer lines", () => {
    const texts = (file: string) =>
      (JSON.parse(file) as { cells: { source: string | string[] }[] }).cells.map(({ source }) =>
        [source].flat().join(""),
      );
    for (const source of ["", "one", "one\ntwo", "// é\nrecipe r {\n\n\n  sed: 1 }", 'say "x" \\ \u2028 é\n'])
      for (const cell of [0, 1, 2, 3]) {
        const changed = replaceCellSources(notebook, new Map([[cell, source]]));
        assert.deepEqual(texts(changed), texts(notebook).with(cell, source));
        assert.equal(replaceCellSources(changed, new Map([[cell, source]])), changed);
      }
  });
  it("continues with the next file if one is unreadable, and exits with 1", async () => {
    write("latin.tune", "");
    writeFileSync(join(folder, "latin.tune"), Buffer.from("recipe r { epoch: 3 } // \xe9\n", "latin1"));
    write("next.tune", "recipe r { epoch: 3 }\n");
    const { stdout, stderr, status } = await call("none.tune", "latin.tune", "a.csv", "next.tune");
    assert.equal(status, 1);
    for (const code of ["missing-file", "unreadable-file", "file-kind"])
      assert.match(stderr, new RegExp(`error\\[${code}\\]`));
    assert.match(stdout, /^next\.tune: 1 mended/);
    assert.equal(readFileSync(join(folder, "latin.tune")).at(-2), 0xe9, "its bytes are as they were");
  });
  it("rejects a file that changed in the meantime, and writes through a link", async () => {
    write("held.tune", "recipe r { epoch: 3 }\n");
    const fixed = await fixFile(join(folder, "held.tune"));
    write("held.tune", "recipe r { epoch: 4 }\n");
    await assert.rejects(writeFixed(fixed), { code: "file-changed" });
    assert.equal(read("held.tune"), "recipe r { epoch: 4 }\n");
    symlinkSync("held.tune", join(folder, "link.tune"));
    assert.equal((await call("link.tune")).status, 0);
    assert.ok(lstatSync(join(folder, "link.tune")).isSymbolicLink());
    assert.equal(read("held.tune"), "recipe r { epochs: 4 }\n");
  });
});
