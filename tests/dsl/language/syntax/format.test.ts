import assert from "node:assert/strict";
import fc from "fast-check";
import { formatSource } from "#dsl/language/syntax/format.js";
import { parse } from "#dsl/language/syntax/parse.js";
import { registry } from "#stdlib/registry.js";
import { beyond, built } from "../../programs.js";

const verbs = registry.verbs().map((v) => v.name);
const shape = (text: string): string =>
  JSON.stringify(parse({ id: "s", title: "s", text }, verbs).tree, (key, value: unknown) =>
    key === "span" ? undefined : value,
  );

describe("formatter", () => {
  it("normalizes spaces and blank lines", () => {
    assert.equal(
      formatSource('data   d{source:csv( "a.csv" ),columns:{text:a}}\n\n\n\ntrain m   on d{ // why\nepochs:3}', verbs),
      'data d { source: csv("a.csv"), columns: { text: a } }\n\ntrain m on d { // why\n  epochs: 3 }\n',
    );
  });
  it("breaks a block longer than 100 columns", () => {
    const long = `recipe r { epochs: 3, batch_size: 32, optimizer: adamw(learning_rate: 1e-3, weight_decay: 0.01), schedule: linear(warmup: 6%) }`;
    assert.ok(
      formatSource(long, verbs)
        .split("\n")
        .every((line) => line.length <= 100),
    );
    assert.equal(shape(formatSource(long, verbs)), shape(long));
  });
  it("leaves text that begins with an unusual space unchanged", () => {
    const text = "\u2008data d {}";
    assert.equal(formatSource(text, verbs), text);
  });
  it("is idempotent and preserves the syntax tree", () => {
    const blanks = fc.array(fc.constantFrom(" ", "  ", "\t"), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(built), ...beyond), blanks, (program, spaces) => {
        let i = 0;
        // Blanks inside strings and texts are left alone.
        const stretched = program.replace(/"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*| /g, (s) =>
          s === " " ? (spaces[i++ % spaces.length] ?? " ") : s,
        );
        const once = formatSource(stretched, verbs);
        assert.equal(formatSource(once, verbs), once);
        assert.equal(shape(once), shape(stretched));
      }),
      { numRuns: 60 },
    );
  });
  it("preserves the tree of a long line whose last brace closes an inner block", () => {
    const long = `train writer on calls { optimizer: adamw(learning_rate: 2e-5, groups: [{ match: "classifier.*", learning_rate: 1e-3 }\n]) }\n`;
    const once = formatSource(long, verbs);
    assert.equal(shape(once), shape(long));
    assert.equal(formatSource(once, verbs), once);
  });
  it("keeps comments", () => {
    const text = "// first\nrecipe r { // second\n  epochs: 3 /* third */\n  // fourth\n}\n";
    assert.equal(formatSource(text, verbs), text);
  });
  it("leaves text with errors unchanged", () => {
    assert.equal(formatSource("recipe r {  epochs = 3 }", verbs), "recipe r {  epochs = 3 }");
  });
});
