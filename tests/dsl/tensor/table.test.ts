/** Every op has a file, and every file an op. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ops } from "#dsl/tensor/table.js";

const folder = fileURLToPath(new URL("../../../../dsl/tensor/ops/", import.meta.url));

describe("op table", () => {
  it("lists every file of dsl/tensor/ops under its name", () => {
    const files = readdirSync(folder)
      .filter((file) => file.endsWith(".ts"))
      .map((file) => file.replace(/\.ts$/, ""));
    assert.ok(files.length > 80);
    assert.deepEqual(
      ops.map(({ name }) => name).sort(),
      files.sort(),
      "an op is one file dsl/tensor/ops/OP.ts of its own name, imported and listed in dsl/tensor/table.ts",
    );
  });
});
