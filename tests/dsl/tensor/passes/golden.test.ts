/** Each pass turns its example into the committed result. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { removeDeadNodes } from "#dsl/tensor/passes/dead-code.js";
import { optimise, passes, PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { printProgram } from "#dsl/tensor/print.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { passExamples } from "./examples.js";

const golden = new URL("../../../../../tests/golden/dsl/graph/passes/", import.meta.url);
const bless = process.env["TUNEBOOK_BLESS"] === "1" || process.argv.includes("--bless");

describe("graph passes", () => {
  for (const [name, program] of Object.entries(passExamples)) {
    const pass = passes.find((p) => p.name === name)!;
    const before = program();
    const after = pass.run(before, PLAIN_PASS_SETTINGS);
    it(`produce the committed output of their example: ${name}`, () => {
      validateProgram(after);
      const text = `${pass.doc}\n\n---- before\n${printProgram(before)}\n---- after\n${printProgram(after)}`;
      const file = new URL(`${name}.txt`, golden);
      if (bless) {
        mkdirSync(golden, { recursive: true });
        writeFileSync(file, text);
      }
      assert.equal(text, readFileSync(file, "utf8"));
      assert.notEqual(printProgram(after), printProgram(before));
    });
    it(`change nothing the second time: ${name}`, () => {
      assert.deepEqual(pass.run(after, PLAIN_PASS_SETTINGS), after);
    });
    it(`can be switched off: ${name}`, () => {
      const off = new Set(passes.map((p) => p.name));
      assert.equal(optimise(before, { ...PLAIN_PASS_SETTINGS, off }), before);
      off.delete(name);
      const alone = optimise(before, { ...PLAIN_PASS_SETTINGS, off });
      assert.deepEqual(alone, after);
    });
  }
  it("leave no dead nodes", () => {
    for (const make of Object.values(passExamples)) {
      const done = optimise(make());
      validateProgram(done);
      assert.deepEqual(done, removeDeadNodes(done));
    }
  });
  it("fold no constants beyond 64 Ki elements", () => {
    const { nodes } = passesRun("constant_folding");
    assert.equal(nodes.filter((n) => n.op === "matmul").length, 1);
  });
});

function passesRun(name: string): Program {
  return passes.find((p) => p.name === name)!.run(passExamples[name]!(), PLAIN_PASS_SETTINGS);
}
