import assert from "node:assert/strict";
import { isTuneCell, tuneVerbOfLine, withoutMagic } from "#dsl/language/syntax/cell.js";
import { registry } from "#stdlib/registry.js";

const verbs = registry.verbs().map((v) => v.name);

describe("language detection of a cell", () => {
  for (const cell of [
    "data tickets {",
    "\uFEFF\n  // a comment\n# another\n/* and\nmore */ train router on tickets",
    'use "common.tune"',
    "use “common.tune”",
    "parameters { rate: 1 }",
    "engine{ threads: 2 }",
    "tune 1",
    "// who, when\ntune 1\nmodel m { }",
    "%%tune\nconst x = 1",
    "// %%tune\nx",
    "data $x",
    "model astro { }",
    "deploy router to onnx",
    "Data tickets {",
    "trian router on tickets with fast",
    "evalaute router on tickets.test",
    'MODEL m { base: "b" }',
    "modle m like n",
    "models big {",
  ])
    it(`detects Tune: ${JSON.stringify(cell)}`, () => assert.equal(isTuneCell(cell, verbs), true));
  for (const cell of [
    "const x = 1",
    "data = 1",
    "data.train",
    "data as string[]",
    "model in table",
    "model instanceof Model",
    "train(router)",
    "tune(1)",
    "tune = 1",
    "tune: 1",
    "tune.x",
    "tune\n1",
    "tune in radio",
    "tune as number",
    "show\n(router)",
    "evaluate satisfies F",
    "%%ts\ndata tickets {",
    "#!/usr/bin/env node\ndata d {",
    "",
    "data: while (true) {}",
    "data\n{ }",
    "module data {",
    'export data from "data"',
    "import model from 'model'",
    "class Date {",
    "namespace train {",
    "declare module Data {",
    "date = train",
    "Data(tickets)",
    "function train {",
    "mode in {fast: 1}",
    "date as { year: number }",
    "models satisfies {}",
    "trail in {}",
    "Import d {",
    "Export d {",
  ])
    it(`detects TypeScript: ${JSON.stringify(cell)}`, () => assert.equal(isTuneCell(cell, verbs), false));
  it("keeps offsets when it removes the magic line", () => {
    const cell = "%%tune\ndata d { }";
    assert.equal(withoutMagic(cell), "      \ndata d { }");
  });
  it("names the verb of a line that looks like Tune", () => {
    assert.equal(tuneVerbOfLine("  train router on tickets", verbs), "train");
    assert.equal(tuneVerbOfLine("const train = 1", verbs), undefined);
  });
});
