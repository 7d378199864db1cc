/** Columns that a source lacks: which file the error names. */
import assert from "node:assert/strict";
import { compiled } from "../../world.js";

const named = (source: string): readonly unknown[] =>
  compiled(`data d { source: ${source}, columns: { text: txt, label: label } }\n`, { table: ["body", "label"] })
    .diagnostics.filter(({ code }) => code === "unknown-column")
    .map(({ data }) => (data as { readonly file?: unknown }).file);

describe("missing column", () => {
  it("is reported with the file of its source", () => {
    assert.deepEqual(named('csv("a.csv")'), ["a.csv"]);
  });
  it("is reported with the files of a mix, without the mix's other arguments", () => {
    for (const more of ["", ", until: longest", ", weights: [3, 1], until: shortest"])
      assert.deepEqual(named(`mix(csv("a.csv"), jsonl("b.jsonl")${more})`), ["mix(a.csv, b.jsonl)"], more);
  });
});
