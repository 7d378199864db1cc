/**
 * Data with several mistakes: errors from the file's columns and errors from the program's text are reported together.
 */
import assert from "node:assert/strict";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { compiled } from "../../world.js";

const said = (text: string, world: Parameters<typeof compiled>[1] = {}): readonly string[] =>
  compiled(text, world).diagnostics.map((one) => `${one.code}: ${diagnosticText(one).message}`);
const data = (split: string, column = "labl", source = 'csv("a.csv")'): string =>
  `data d { source: ${source}, columns: { text: text, label: ${column} }, split: ${split} }\n`;
const column = 'unknown-column: no column "labl" in a.csv';
const share = "share-as-decimal: `train` must be a share or a count, but `0.8` is neither";

describe("errors in a data definition", () => {
  it("are reported together, from the text and from the file's columns", () => {
    assert.deepEqual(said(data("random(train: 0.8, test: 20%)")), [column, share]);
    assert.deepEqual(said(data("random(train: 0.8, test: 20%)", "label")), [share]);
    const allowed = data("random(train: 80%, test: 20%)").replace("split", "splitt");
    assert.deepEqual(
      said(allowed).map((one) => one.split(":")[0]),
      ["unknown-column", "unknown-key"],
    );
  });
  it("are reported together with an error of the file itself", () => {
    const table = { failed: { code: "missing-file", data: { path: "a.csv", folder: ".", near: null } } } as const;
    assert.deepEqual(
      said(data("random(train: 0.8, test: 20%)"), { table }).map((one) => one.split(":")[0]),
      ["missing-file", "share-as-decimal"],
    );
  });
  it("exclude columns if the source or the `columns` key is unknown", () => {
    assert.deepEqual(said(data("random(train: 80%, test: 20%)", "labl", 'cvs("a.csv")')), [
      "unknown-word: there is no source `cvs`",
    ]);
    assert.deepEqual(said(data("random(train: 80%, test: 20%)").replace("columns", "colums")), [
      "unknown-key: `data` has no key `colums`",
    ]);
    const like = `${data("random(train: 0.8, test: 20%)")}data e like d { clean: drop_empty }`;
    assert.deepEqual(said(like), [column, share]);
  });
});
