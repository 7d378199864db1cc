/**
 * Circular imports: files that import each other can only be read, tested and moved together. dsl and kernel have
 * separate tests.
 */
import assert from "node:assert/strict";
import { circlesIn, importsOf } from "#tests/imports.js";

/** A word's record may load its implementation (`.run.ts`) lazily: all records have been read by then. */
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
