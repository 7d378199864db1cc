import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { entryOf } from "#dsl/diagnostics/codes.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const files = ["dsl", "stdlib", "kernel", "editors"].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .map((file) => join(room, file))
    .filter((file) => file.endsWith(".ts") && readFileSync(join(root, file), "utf8").includes("interface CodeData {")),
);

/** Codes that the rooms declare. */
function declaredCodes(): ReadonlySet<string> {
  const declared = new Set<string>();
  for (const file of files) {
    const data = /interface CodeData \{([\s\S]*?)\n {2}\}/.exec(readFileSync(join(root, file), "utf8"))?.[1] ?? "";
    for (const [, code = ""] of data.matchAll(/^ {4}"?([a-z][a-z-]*)"?:/gm)) declared.add(code);
  }
  return declared;
}

describe("codes", () => {
  it("all have words", async () => {
    const declared = declaredCodes();
    for (const file of files) await import(new URL(`../../${file.replace(/\.ts$/, ".js")}`, import.meta.url).href);
    assert.ok(declared.size > 100);
    assert.deepEqual(
      [...declared].filter((code) => entryOf(code) === undefined),
      [],
    );
  });

  it("are all known to `explain`, which loads every room's table, however deep it lies", () => {
    const url = (file: string): string => JSON.stringify(new URL(`../../${file}`, import.meta.url).href);
    const program = `const { loadCodes } = await import(${url("kernel/cli/all-codes.js")});
await loadCodes();
const { allCodes } = await import(${url("dsl/diagnostics/codes.js")});
console.log(JSON.stringify(allCodes()));`;
    const told = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    const known = new Set(JSON.parse(told) as readonly string[]);
    assert.deepEqual(
      [...declaredCodes()].filter((code) => !known.has(code)),
      [],
    );
  });
});
