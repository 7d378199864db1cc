import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { entryOf } from "#dsl/check/codes.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const files = ["dsl", "stdlib", "kernel"].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((file) => /codes\.ts$/.test(file) || file.endsWith("average.ts"))
    .map((file) => join(room, file)),
);

describe("codes", () => {
  it("all have words", async () => {
    const declared = new Set<string>();
    for (const file of files) {
      await import(new URL(`../../${file.replace(/\.ts$/, ".js")}`, import.meta.url).href);
      const text = readFileSync(join(root, file), "utf8");
      const data = /interface CodeData \{([\s\S]*?)\n {2}\}/.exec(text)?.[1] ?? "";
      for (const [, code = ""] of data.matchAll(/^ {4}"?([a-z][a-z-]*)"?:/gm)) declared.add(code);
    }
    assert.ok(declared.size > 100);
    assert.deepEqual(
      [...declared].filter((code) => entryOf(code) === undefined),
      [],
    );
  });
});
