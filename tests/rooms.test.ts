/**
 * Which folder of the source tree may import which (ARCHITECTURE.md, Packages). An existing build would let any folder
 * resolve any other.
 */
import assert from "node:assert/strict";
import { importsOf } from "#tests/imports.js";

const MAY: Readonly<Record<string, readonly string[]>> = {
  dsl: [],
  stdlib: ["dsl"],
  kernel: ["dsl", "stdlib"],
  "tools/reference": ["dsl", "stdlib", "kernel"],
  editors: ["dsl", "stdlib", "kernel", "tools/reference"],
  "kernel/apps/cli": ["dsl", "stdlib", "kernel", "tools/reference", "editors"],
  page: ["dsl", "stdlib", "kernel", "editors"],
};
/** Scripts outside the layers, and the modules that stand in for Node and the grammar's library. */
const BESIDE = ["tools", "platform", "chevrotain"];

const roomOf = (file: string): string => {
  const parts = file.split("/");
  const named = [3, 2].map((depth) => parts.slice(0, depth).join("/")).find((room) => room in MAY);
  return named ?? parts[0] ?? "";
};
function against(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...imports].flatMap(([file, imported]) => {
    const room = roomOf(file);
    const may = [room, ...(MAY[room] ?? []), ...BESIDE];
    return imported.filter((other) => !may.includes(roomOf(other))).map((other) => `${file} → ${other}`);
  });
}

describe("import layers of the source", () => {
  for (const room of ["dsl", "stdlib", "kernel", "editors", "page", "tools"])
    it(`let ${room} import lower layers only`, () => {
      assert.deepEqual(
        against(importsOf(room)),
        [],
        "page → kernel → stdlib → dsl; kernel/apps/cli → editors → kernel",
      );
    });

  it("report an import of a higher layer", () => {
    const wrong = new Map([
      ["kernel/training/train.ts", ["editors/vocabulary.ts", "stdlib/registry.ts", "tools/progress.mjs"]],
      ["kernel/apps/cli/main.ts", ["editors/vocabulary.ts", "tests/imports.ts"]],
      ["dsl/compiler/plan/plan.ts", ["stdlib/registry.ts"]],
    ]);
    assert.deepEqual(against(wrong), [
      "kernel/training/train.ts → editors/vocabulary.ts",
      "kernel/apps/cli/main.ts → tests/imports.ts",
      "dsl/compiler/plan/plan.ts → stdlib/registry.ts",
    ]);
  });
});
