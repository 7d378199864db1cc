import assert from "node:assert/strict";
import { openAtEnd } from "#editors/codemirror/empty-line.js";

describe("open brackets at the end of a text", () => {
  it("are listed outermost first", () => {
    for (const [text, open] of [
      ["", ""],
      ["recipe r {\n", "{"],
      ["recipe r { optimizer: adamw(\n", "{("],
      ["evaluate m on d { metrics: [accuracy,\n", "{["],
      ["recipe r { epochs: 1 }\n", ""],
      ["data d { columns: { text: t }\n", "{"],
      ["} ) {\n", "{"],
    ] as const)
      assert.equal(openAtEnd(text), open, text);
  });
  it("exclude brackets in strings and comments", () => {
    for (const text of [
      'data d { source: csv("a {(.csv")\n',
      'data d { source: csv("a \\" { .csv")\n',
      "data d { // a block { (\n",
      "# recipe q {\ndata d {\n",
      "data d { /* ( */\n",
      'data d { note: """ ( """\n',
      'data d { source: csv("http://x/{") \n',
      "data d { source: http://x/y)}{\n",
    ])
      assert.equal(openAtEnd(text), "{", text);
  });
  it("are unknown inside a multi-line string or comment", () => {
    assert.equal(openAtEnd('model m { template: """\n'), null);
    assert.equal(openAtEnd("recipe r {\n/* what\n"), null);
  });
});
