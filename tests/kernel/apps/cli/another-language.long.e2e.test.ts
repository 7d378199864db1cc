/**
 * The notebook that adapts a base to another language: its data match its text, and it runs from end to end on few
 * rows.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { called } from "./called.js";

const notebooks = fileURLToPath(new URL("../../../../../notebooks", import.meta.url));
const linesOf = (name: string) =>
  readFileSync(join(notebooks, "data", name), "utf8")
    .trimEnd()
    .split("\n");

describe("notebook on another language", function () {
  this.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-language-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const [head = "", ...messages] = linesOf("german-messages.csv");
  const texts = linesOf("german-texts.csv");
  const part = (name: string) => messages.filter((row) => row.split(",").at(-2) === name);

  it("has 60, 500 and 1,541 rows, and no test message among the texts to read", () => {
    assert.deepEqual([part("train").length, part("test").length, texts.length - 1], [60, 500, 1541]);
    const read = new Set(texts);
    const textIn = (row: string) => row.slice(0, row.lastIndexOf(",", row.lastIndexOf(",") - 1));
    assert.deepEqual(
      part("test").filter((row) => read.has(textIn(row))),
      [],
    );
    assert.ok(part("train").every((row) => read.has(textIn(row))));
  });
  it("runs, and compares the plain with the adapted model", async () => {
    mkdirSync(join(folder, "data"));
    cpSync(join(notebooks, "another-language.ipynb"), join(folder, "book.ipynb"));
    const few = [head, ...part("train").slice(0, 32), ...part("test").slice(0, 32)];
    writeFileSync(join(folder, "data", "german-messages.csv"), `${few.join("\n")}\n`);
    writeFileSync(join(folder, "data", "german-texts.csv"), `${texts.slice(0, 65).join("\n")}\n`);
    const { status, stdout, stderr } = await called(folder, "run", "book.ipynb", "-p", "reading=1", "-p", "epochs=1");
    assert.equal(status, 0, stdout + stderr);
    const shown = readFileSync(join(folder, "book.executed.ipynb"), "utf8");
    assert.match(shown, /tokens a word +German \d\.\d/);
    assert.match(shown, /Evaluation on messages\.test\\n"?,?\s*"?metric +plain +adapted +adapted − plain/);
  });
});
