import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "#dsl/language/types/value.js";
import { sourceFileStamps } from "#kernel/data/sources/files-read.js";

describe("files of a source", () => {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-files-read-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const source = (word: string, given: Call["arguments"]): Call => ({ kind: "source", word, arguments: given });

  it("include all files of a mixture, with and without weights", () => {
    for (const name of ["a.csv", "b.csv"]) writeFileSync(join(folder, name), "text\nx\n");
    const sources = ["a.csv", "b.csv"].map((path) => source("csv", { path }));
    for (const weights of [null, [1, 3]]) {
      const stamps = sourceFileStamps(source("mix", { sources, weights }), folder);
      assert.deepEqual(
        stamps?.map((stamp) => stamp.slice(folder.length + 1).split(" ")[0]),
        ["a.csv", "b.csv"],
      );
    }
  });
});
