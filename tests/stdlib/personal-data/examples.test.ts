import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { findPersonalData } from "#stdlib/personal-data/find.js";

const folder = new URL("../../../../tests/golden/personal/", import.meta.url);

/** Blocks `> text` with the findings under it, as `entity: text`; bless with TUNEBOOK_BLESS=1. */
describe("personal data in the examples", () => {
  it("matches the golden file", () => {
    const file = new URL("examples.txt", folder);
    const golden = readFileSync(file, "utf8");
    const texts = golden.split("\n").flatMap((line) => (line.startsWith("> ") ? [line.slice(2)] : []));
    const now = texts
      .map((line) => {
        const found = findPersonalData(line.replaceAll("⏎", "\n"));
        const lines = found.map(
          ({ entity, text, sure }) => `  ${entity}${sure ? "!" : ""}: ${text.replaceAll("\n", "⏎")}`,
        );
        return [`> ${line}`, ...lines, ""].join("\n");
      })
      .join("\n");
    if (process.env["TUNEBOOK_BLESS"]) writeFileSync(file, now);
    else assert.equal(now, golden);
    assert.ok(texts.length > 20);
  });
});
