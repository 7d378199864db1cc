/** Files of the kernel that also run in a browser: the page and the language server load them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importsOf, root } from "#tests/imports.js";

/** Portable folders, and single files of folders that otherwise need Node. */
const PORTABLE: readonly string[] = [
  "kernel/assist/",
  "kernel/bases/base-codes.ts",
  "kernel/bases/base.ts",
  "kernel/bases/context-windows.ts",
  "kernel/bases/family.ts",
  "kernel/bases/framing.ts",
  "kernel/bases/head-names.ts",
  "kernel/bases/programs.ts",
  "kernel/bases/scratch-facts.ts",
  "kernel/bases/token-types.ts",
  "kernel/bases/token-words.ts",
  "kernel/bases/tokenizer-file.ts",
  "kernel/continual/",
  "kernel/data/annotations/",
  "kernel/data/audit/",
  "kernel/data/encoding/masked-row.ts",
  "kernel/data/judging/",
  "kernel/data/pass/",
  "kernel/data/prepare.ts",
  "kernel/data/prepared.ts",
  "kernel/data/row/",
  "kernel/data/rows/",
  "kernel/data/sequences/",
  "kernel/data/cleaner-report.ts",
  "kernel/display/",
  "kernel/edge/",
  "kernel/events/",
  "kernel/host/",
  "kernel/models/load-codes.ts",
  "kernel/portable-codes.ts",
  "kernel/study/",
  "kernel/tensors/json-limits.ts",
];
const PACKAGES = ["dsl/", "stdlib/", "platform/"];
const isListed = (file: string): boolean =>
  PORTABLE.some((listed) => (listed.endsWith("/") ? file.startsWith(listed) : file === listed));

/** Imports of listed files that lead to a file that isn't listed. */
function leaving(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...imports]
    .filter(([file]) => isListed(file))
    .flatMap(([file, imported]) =>
      imported
        .filter((other) => !isListed(other) && !PACKAGES.some((start) => other.startsWith(start)))
        .map((other) => `${file} → ${other}`),
    );
}

describe("portable files of the kernel", () => {
  const imports = importsOf("kernel");
  it("import only each other, stdlib and dsl", () => {
    assert.deepEqual(leaving(imports), []);
  });
  it("import no Node module", () => {
    const node = [...imports.keys()].filter(
      (file) => isListed(file) && /(?:from|import)\s*\(?\s*"node:/.test(readFileSync(join(root, file), "utf8")),
    );
    assert.deepEqual(node, []);
  });
  it("cover all kernel imports of the page, except for its trainings", () => {
    const page = [...importsOf("page")].filter(([file]) => !file.startsWith("page/training/"));
    const others = page.flatMap(([file, imported]) =>
      imported.filter((other) => other.startsWith("kernel/") && !isListed(other)).map((other) => `${file} → ${other}`),
    );
    assert.deepEqual(others, []);
  });
  it("all exist", () => {
    const gone = PORTABLE.filter(
      (listed) => ![...imports.keys()].some((file) => file === listed || file.startsWith(listed)),
    );
    assert.deepEqual(gone, []);
  });
  it("are reported if they import a file that needs Node", () => {
    const wrong = new Map([["kernel/display/table.ts", ["kernel/runs/run-folder.ts", "dsl/codes.ts"]]]);
    assert.deepEqual(leaving(wrong), ["kernel/display/table.ts → kernel/runs/run-folder.ts"]);
  });
});
