/** Files that import each other in a circle can be read, tested and moved only together. dsl and kernel have tests of their own. */
import assert from "node:assert/strict";
import { circlesIn, importsOf } from "#tests/imports.js";

/** A word's record says what loads what it does (`.run.ts`), once it is used: by then all records are read. */
const isLoaded = (file: string, imported: string): boolean => /\.run\.ts$/.test(imported) && !/\.run\.ts$/.test(file);

describe("import graph of the other folders", () => {
  for (const room of ["stdlib", "editors", "page", "tools"])
    it(`${room} has no import cycle, including type imports`, () => {
      const imports = [...importsOf(room)].map(
        ([file, imported]) => [file, imported.filter((one) => !isLoaded(file, one))] as const,
      );
      assert.deepEqual(circlesIn(new Map(imports)), []);
    });
});
