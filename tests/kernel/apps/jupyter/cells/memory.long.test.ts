/**
 * Memory that the cell compiler keeps per cell: the declarations of what it defines, and next to nothing for other
 * cells.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Converter } from "#kernel/apps/jupyter/cells/compile/converter.js";

describe("memory of compiled cells", function () {
  this.timeout(120_000);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const folder = mkdtempSync(join(tmpdir(), "tunebook-memory-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const converter = new Converter(folder, "");
  let made = 0;

  function convert(count: number, cell: (i: number) => string): void {
    for (let i = 0; i < count; i++) {
      assert.ok("compiled" in converter.convert(cell(made++)));
      converter.commit();
    }
  }
  /** Returns the heap size in kB. */
  function heap(): number {
    collect();
    return process.memoryUsage().heapUsed / 1024;
  }
  it("grows by under 20 kB per cell without definitions, 60 kB per cell that defines a record", () => {
    converter.warm();
    const plain = (i: number): string => `${i} + 1`;
    const defining = (i: number): string => `const value${i} = { a: ${i}, b: "x${i}" }; value${i}.a + 1`;
    convert(30, plain);
    convert(10, defining);
    const before = heap();
    convert(25, plain);
    const between = heap();
    convert(35, defining);
    const [nothing, record] = [(between - before) / 25, (heap() - between) / 35];
    assert.ok(nothing < 20, `${nothing.toFixed(1)} kB`);
    assert.ok(record < 60, `${record.toFixed(1)} kB`);
  });
});
