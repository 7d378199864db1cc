/**
 * Compares a program printed before and after a pass with the committed text. TUNEBOOK_BLESS=1 writes the present text.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { printProgram } from "#dsl/tensor/print.js";
import type { Program } from "#dsl/tensor/program.js";

const golden = new URL("../../../../../tests/golden/dsl/graph/passes/", import.meta.url);
const bless = process.env["TUNEBOOK_BLESS"] === "1" || process.argv.includes("--bless");

export function assertGolden(name: string, doc: string, before: Program, after: Program): void {
  const text = `${doc}\n\n---- before\n${printProgram(before)}\n---- after\n${printProgram(after)}`;
  const file = new URL(`${name}.txt`, golden);
  if (bless) {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, "utf8"));
}
