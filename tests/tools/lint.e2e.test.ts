import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "#tests/imports.js";

/** Lines of `text` that one of the repository's own lint rules reports. */
function linted(rule: string, text: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-lint-"));
  try {
    const config = { jsPlugins: [join(root, "tools/lint/house.mjs")], rules: { [`house/${rule}`]: "error" } };
    writeFileSync(join(folder, ".oxlintrc.json"), JSON.stringify(config));
    writeFileSync(join(folder, "a.ts"), text);
    const args = ["-c", join(folder, ".oxlintrc.json"), "-f", "unix", join(folder, "a.ts")];
    const { stdout, stderr } = spawnSync(process.execPath, [join(root, "node_modules/oxlint/bin/oxlint"), ...args], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    const lines = stdout
      .split("\n")
      .filter((line) => line.includes(`house(${rule})`) || line.includes(`house/${rule}`));
    return lines.map((line) => /a\.ts:(\d+)/.exec(line)?.[1] ?? line);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("custom lint rules", () => {
  it("report spreading an object literal into another", () => {
    const text = "f({ ...{ a }, b });\nf({ ...a, ...(b && { c }) });\nf({ ...({ a }) });\nf([...[a]]);\n";
    assert.deepEqual(linted("no-literal-spread", text), ["1", "3"]);
  });

  it("report code files that are imported for their side effects", () => {
    const text =
      'import "./codes.js";\nimport "../core/row-codes.js";\nimport { A } from "./codes.js";\nimport "./other.js";\nimport type {} from "./codes.js";\n';
    assert.deepEqual(linted("no-codes-for-effect", text), ["1", "2"]);
  });
});
